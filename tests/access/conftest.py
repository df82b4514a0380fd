"""The scene of the walking tests, as a fixture."""

from tests.access.scenes import two_sides  # noqa: F401

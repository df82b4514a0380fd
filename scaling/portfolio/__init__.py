"""Synthetic portfolios of any size, for benchmarks and for trying Trellis with many organizations.

`plan` says how many of everything, `frame` makes the few rows that hold the rest (countries, programmes, money, rounds)
through the ordinary operations, `lives`, `ties` and `sheets` draw the many rows in plain Python without a database,
`copying` writes them through COPY, `making` puts it together, `removal` takes it away. docs/portfolio.md tells more.
"""

from scaling.portfolio.making import make
from scaling.portfolio.plan import Plan
from scaling.portfolio.removal import remove

__all__ = ["Plan", "make", "remove"]

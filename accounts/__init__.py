"""Floor 1: who signs in."""

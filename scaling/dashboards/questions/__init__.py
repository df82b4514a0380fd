"""One file for each question page; see `registry.py` and docs/recipes.md."""

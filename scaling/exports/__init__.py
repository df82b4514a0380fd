"""Whole lists as one stream: the rows of a list with its filters and its scope, written by PostgreSQL itself."""

"""Formats of the world outside, one package or file each."""

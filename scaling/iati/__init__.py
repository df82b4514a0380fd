"""IATI 2.03: programmes as activity files, and results of an activity file as targets and results.

A programme is an activity; so is each of its phases, as its child, with the money and results of the phase. What the
standard has no place for stands in elements of our own namespace (docs/iati.md), so that nothing is dropped silently.
"""

"""Pages of the M&E officer's year: work list, rounds, the entry grid, one return, its evidence."""

"""The workbook of a round: downloaded with last values filled in, completed anywhere, uploaded, checked, taken over."""

"""Packs: what all question pages say of a programme, as a file that a mission takes along.

`operations` asks, cancels, deletes and plans; `building` does the work in the background; `pack` collects what the
pages say, `pdf` and `xlsx` write it. The row is the truth: whatever is killed, it says what is still to be done.
"""

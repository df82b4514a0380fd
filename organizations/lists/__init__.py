"""Lists that somebody brings: columns told apart, words matched, likely duplicates shown, taken over all or nothing.

`layout` finds the table in the file, `cells` reads it, `known` is what the register has, `likely` finds duplicates,
`check` says what a list would change, `operations` are the steps a person takes.
"""

"""Components of a programme's organizations by set-based SQL: what `readers` and `metrics.observe` say of one
organization after another, said of all at once.

    facts.py    approved returns → typed rows, once for a programme
    staging.py  a day and its round → one row for each organization, and the histograms
    columns.py  which sums make which component
    sums.py     positions → cells, places above them, federations; and into the tables
    linkage_totals.py   agreements with partners, counted beside them
    drain.py    a whole round, or only what a few returns change

Everything lives in temporary tables of the transaction. The figures are held together with the slow way by
tests/scaling/test_register_rollups.py.
"""

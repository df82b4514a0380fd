"""One machine without servers: PostgreSQL and a broker that come with their wheels, and a supervisor over everything.

Behind `./dev run` and the tests; production never imports it.
"""

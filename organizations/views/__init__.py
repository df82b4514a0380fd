"""Pages of the register: the list, one organization, and a form for each operation on it."""

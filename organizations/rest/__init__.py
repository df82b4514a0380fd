"""Writing the register through the API: one file for organizations, one for their ties, one for many at once."""

"""DHIS2: data value sets out and in, with the codes that a DHIS2 uses for what is here (docs/dhis2.md)."""

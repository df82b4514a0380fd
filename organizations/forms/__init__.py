"""Forms of the register; what they check is only how a field is written. Rules live in the operations."""

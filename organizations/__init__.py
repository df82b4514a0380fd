"""Floor 3: who scales up."""

"""Floor 2: who helps, and who may see and do what."""

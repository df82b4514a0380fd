"""Webhooks: other systems are told of what happened here, signed, at least once, and never of what they may not see."""

"""What an upper floor may want to hear. Sent inside the transaction that changed the rows."""

from django.dispatch import Signal

#: kwargs: phase_ids (set of int), programme_ids (set of int) — results reported for these changed.
results_changed = Signal()

#: kwargs: return_ids (set of int), round_ids (set of int) — approved values of these changed. organization_ids (set of
#: int), where it is only their returns; without it, the rounds as a whole.
returns_changed = Signal()

#: kwargs: returns (list of Return, of one round) — these were approved just now; corrections are none.
returns_approved = Signal()

#: kwargs: round (Round) — it takes no more entries.
round_closed = Signal()

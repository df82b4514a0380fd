"""What an upper floor may want to hear. Sent inside the transaction that changed the rows."""

from django.dispatch import Signal

#: kwargs: phase_ids (set of int), programme_ids (set of int) — results reported for these changed.
results_changed = Signal()

#: kwargs: return_ids (set of int), round_ids (set of int) — approved values of these changed.
returns_changed = Signal()

"""What an upper floor may want to hear. Sent inside the transaction that changed the rows."""

from django.dispatch import Signal

#: kwargs: phase_ids (set of int) — financing lines, corrections or phases of these changed.
phases_changed = Signal()

#: kwargs: currencies (set of str) — rates of these currencies changed.
rates_changed = Signal()

#: kwargs: currencies (set of str) — price indices of these currencies changed.
prices_changed = Signal()

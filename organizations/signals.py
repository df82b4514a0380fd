"""What an upper floor may want to hear. Sent inside the transaction that changed the rows."""

from django.dispatch import Signal

#: kwargs: organization_ids (set of int) — these organizations, their statuses or ties changed.
registry_changed = Signal()

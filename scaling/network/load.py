"""Load a folder, all of it or nothing."""

from __future__ import annotations

from pathlib import Path

from django.db import transaction

from organizations.models import Organization
from organizations.signals import registry_changed
from programmes.models import Place, Programme
from scaling.network import money, register, ties, values
from scaling.network.files import Folder
from scaling.network.register import Network


@transaction.atomic
def load(folder: Path, *, programme: Programme, place: Place | None = None) -> Network:
    """Load a network into a programme; what is there already stays as it is, so that it can be done again.

    `place`: where organizations are of which the file does not say it (default: the programme's first country).
    Raises FileError with file, line and column; nothing is loaded then.
    """
    where = place or programme.countries.order_by("code").first()
    if where is None:
        raise ValueError("the programme names no country, and no place was given")
    network = Network(Folder(folder), programme, where)
    register.load_register(network)
    ties.load_ties(network)
    values.load_values(network)
    values.end_roles()
    money.load_money(network)
    if any(network.new.values()):
        ids = {one.pk for one in network.organizations.values()}
        registry_changed.send(sender=Organization, organization_ids=ids)
    return network

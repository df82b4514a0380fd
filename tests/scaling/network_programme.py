"""The programme that the invented network is loaded into."""

from __future__ import annotations

import datetime

from programmes.models import Phase, Place, Programme
from tests.scaling.network import SUPPORT_ENDED


def make_programme(code: str = "NET") -> Programme:
    country = Place.objects.filter(code="XNA").first() or Place.objects.create(code="XNA", name="Nowhere", iso3="XNA")
    made = Programme.objects.create(code=code, name=f"Network {code}", instrument="project")
    made.countries.add(country)
    Phase.objects.create(
        programme=made,
        code=f"{code}-1",
        sequence=1,
        label="I",
        effectiveness=datetime.date(2014, 1, 1),
        completion=SUPPORT_ENDED,
    )
    return made

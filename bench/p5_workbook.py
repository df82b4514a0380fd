"""P5: a workbook of 20,000 rows received, checked, previewed and committed, against reading it with the quickest
reader alone, in one run. Everything happens in one transaction that is taken back.

    ./dev bench p5 [--rows N]
"""

from __future__ import annotations

import argparse
import datetime
import io
import os
import resource
import sys
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "scaling.settings")

import django

django.setup()

from django.core.files.uploadedfile import SimpleUploadedFile  # noqa: E402
from django.db import transaction  # noqa: E402
from django.db.backends.postgresql.psycopg_any import DateRange  # noqa: E402
from python_calamine import CalamineWorkbook  # noqa: E402

from accounts.models import User  # noqa: E402
from indicators import rounds  # noqa: E402
from indicators.instruments import load  # noqa: E402
from indicators.models import Return, Round, ScaleVersion  # noqa: E402
from indicators.workbooks import plan, write  # noqa: E402
from organizations.models import Organization, OrganizationStatus, ProgrammeEnrolment  # noqa: E402
from programmes.models import Place, Programme  # noqa: E402

DAY = datetime.date(2019, 1, 1)


def say(text: str) -> None:
    sys.stdout.write(text + "\n")


def peak() -> float:
    """Megabytes that this process has used at most so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


class Timed:
    """Seconds of a step, and the peak of memory after it."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __enter__(self) -> Timed:
        self.begun = time.perf_counter()
        return self

    def __exit__(self, *_: object) -> None:
        self.seconds = time.perf_counter() - self.begun
        say(f"{self.name}: {self.seconds:.2f} s, peak {peak():.0f} MB")


def make_round(rows: int, officer: Any) -> Round:
    """A half-year of a programme with so many organizations."""
    programme = Programme.objects.get(code="DEMO-HILLS")
    place = Place.objects.filter(code__startswith="KEN-D").order_by("code")[0]
    made = Organization.objects.bulk_create(
        [
            Organization(
                code=f"BENCH-{number:06}",
                name=f"Group {number}",
                kind="shg",
                place=place,
                country_id=place.country_id,
                formed_on=DAY,
                promoter="project",
                is_synthetic=True,
            )
            for number in range(rows)
        ]
    )
    OrganizationStatus.objects.bulk_create(
        [OrganizationStatus(organization=one, status="active", valid=DateRange(DAY, None)) for one in made]
    )
    ProgrammeEnrolment.objects.bulk_create([ProgrammeEnrolment(organization=one, programme=programme) for one in made])
    round_ = Round.objects.create(
        programme=programme,
        code="bench-half-year",
        kind="semi_annual",
        reference_date=datetime.date(2019, 12, 31),
        period=DateRange(datetime.date(2019, 7, 1), datetime.date(2020, 1, 1)),
        window=DateRange(datetime.date(2020, 1, 1), datetime.date(2020, 3, 1)),
        scale_version=ScaleVersion.objects.order_by("pk")[0],
    )
    return rounds.open_round(round=round_, by=None)


def filled(round_: Round) -> bytes:
    """The round's workbook with every row filled in."""
    rows = write.rows_of(round_)
    for number, row in enumerate(rows):
        members = 10 + number % 20
        row.typed = {
            "OP-06": members,
            "OP-06.women": members // 2,
            "OP-06.men": members - members // 2,
            "OP-06.youth": str(members // 4),
            "OP-06.poorest": members // 5,
            "OP-07.joined": 2,
            "OP-07.left": "N",
            "OP-01": members,
            "OP-10.meetings": 6,
            "OP-10.eligible": members,
            "OP-10.attendances": members * 4,
            "OP-12.persons": "X",
        }
    return write.write(load(round_), rows)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=20_000)
    rows = parser.parse_known_args()[0].rows  # other benchmarks have options of their own
    officer = User.objects.get(email="officer@trellis.example")
    with transaction.atomic():
        with Timed(f"{rows} organizations and a round"):
            round_ = make_round(rows, officer)
        with Timed("workbook written"):
            content = filled(round_)
        say(f"{len(content) / 1e6:.1f} MB")
        with Timed("reading alone (floor)") as floor:
            book = CalamineWorkbook.from_filelike(io.BytesIO(content))
            for name in book.sheet_names:
                book.get_sheet_by_name(name).to_python()
        with Timed("received") as received:
            upload = plan.receive(round=round_, upload=SimpleUploadedFile("b.xlsx", content), by=officer, language="en")
        with Timed("checked and previewed") as checked:
            plan.prepare(upload.pk)
        upload.refresh_from_db()
        say(f"{upload.state} {upload.message} {upload.plan.get('counts')}")
        with Timed("committed") as committed:
            count = plan.commit(upload=upload, by=officer)
        whole = received.seconds + checked.seconds + committed.seconds
        stored = Return.objects.filter(round=round_).count()
        say(f"{count} rows, {stored} returns: {whole:.2f} s, {whole / floor.seconds:.1f} times the floor (target 6)")
        transaction.set_rollback(True)
    Path(upload.file.path).unlink(missing_ok=True)


if __name__ == "__main__":
    main()

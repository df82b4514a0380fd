"""P4: a CSV of returns imported as a bulk job, checked and committed, against `\\copy` of the same rows into a bare
table; and what memory it takes, which must not grow with the rows. All happens in one transaction that is taken back.

    ./dev bench p4 [--rows N]
"""

from __future__ import annotations

import argparse
import csv
import io
import os
import sys
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "scaling.settings")

import django

django.setup()

from django.db import connection, transaction  # noqa: E402

from accounts.models import User  # noqa: E402
from bench.p5_workbook import make_round  # noqa: E402
from bench.portfolio import say  # noqa: E402
from indicators.models import Return, Round  # noqa: E402
from scaling.rest import jobs  # noqa: E402
from scaling.rest.kinds import KINDS  # noqa: E402
from scaling.rest.models import Mode  # noqa: E402

CELLS = (
    "OP-06", "OP-06.women", "OP-06.men", "OP-06.youth", "OP-06.poorest", "OP-07.joined", "OP-07.left", "OP-01",
    "OP-10.meetings", "OP-10.eligible", "OP-10.attendances",
)  # fmt: skip


class Peak:
    """Megabytes that this process took at most inside the block, above what it had before."""

    def __enter__(self) -> Peak:
        Path("/proc/self/clear_refs").write_text("5")
        self.before = self._told("VmRSS")
        return self

    def __exit__(self, *_: object) -> None:
        self.grown = self._told("VmHWM") - self.before

    @staticmethod
    def _told(name: str) -> float:
        lines = Path("/proc/self/status").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith(f"{name}:")) / 1024


def file_of(round_: Round) -> str:
    """The CSV: organization, round and eleven cells of each."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["organization", "round", *CELLS])
    codes = round_.due.filter(is_due=True).order_by("organization__code").values_list("organization__code", flat=True)
    for number, code in enumerate(codes.filter(organization__code__startswith="BENCH-").iterator()):
        members = 10 + number % 20
        women = members // 2
        writer.writerow(
            [code, round_.code, members, women, members - women, members // 4, members // 5, 2, 1, members, 6, members,
             members * 4]
        )  # fmt: skip
    return text.getvalue()


def bodies(text: str) -> list[dict[str, Any]]:
    """Rows of the bulk write, as a program makes them from its file."""
    return [
        {
            "organization": row["organization"],
            "round": row["round"],
            "values": {key: int(row[key]) for key in CELLS if row[key]},
        }
        for row in csv.DictReader(io.StringIO(text))
    ]


def floor(text: str) -> float:
    """Seconds of COPY into a bare table."""
    with connection.cursor() as cursor:
        cells = ", ".join(f'"{key}" numeric' for key in CELLS)
        cursor.execute(f"CREATE TEMP TABLE bare (organization text, round text, {cells})")
        begun = time.perf_counter()
        cursor.copy_expert("COPY bare FROM STDIN (FORMAT csv, HEADER)", io.StringIO(text))
        took = time.perf_counter() - begun
        cursor.execute("DROP TABLE bare")
    return took


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=10_000)
    rows = parser.parse_known_args()[0].rows  # other benchmarks have options of their own
    officer = User.objects.get(email="officer@trellis.example")
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = 0")
        round_ = make_round(rows, officer)
        text = file_of(round_)
        alone = min(floor(text) for _ in range(3))
        with Peak() as asking:
            begun = time.perf_counter()
            job = jobs.start(kind=KINDS["returns"], rows=bodies(text), mode=Mode.BEST_EFFORT, dry_run=False, by=officer)
            asked = time.perf_counter() - begun
        with Peak() as working:
            begun = time.perf_counter()
            jobs.run(job.pk)
            worked = time.perf_counter() - begun
        job.refresh_from_db()
        assert job.counts == {"created": rows}, (job.state, job.problem, job.counts)
        assert Return.objects.filter(round=round_, organization__code__startswith="BENCH-").count() == rows
        say(f"{rows} rows, {len(text) / 1e6:.1f} MB; COPY alone {alone:.2f} s ({rows / alone:,.0f} rows/s)")
        say(f"read and put down: {asked:.2f} s, {asking.grown:.0f} MB; checked and written: {worked:.2f} s, "
            f"{working.grown:.0f} MB")  # fmt: skip
        whole = asked + worked
        say(f"{rows / whole:,.0f} rows/s, {100 * alone / whole:.1f} % of the floor's (target 25)")
        transaction.set_rollback(True)


if __name__ == "__main__":
    main()

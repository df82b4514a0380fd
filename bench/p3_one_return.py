"""P3: one return corrected until every figure above it is right, drained as a worker would.

./dev bench p3 [--organizations N]; run it at two sizes to compare. The portfolio must have been computed.
"""

from __future__ import annotations

import os
import statistics
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "scaling.settings")

import django

django.setup()

from django.db import transaction  # noqa: E402

from bench.portfolio import of_size, say, wanted  # noqa: E402
from indicators import review  # noqa: E402
from indicators.models import Return, Round  # noqa: E402
from organizations.models import Tier  # noqa: E402
from programmes.access import Permission, RoleName, may  # noqa: E402
from programmes.models import RoleAssignment  # noqa: E402
from scaling import register_rollups, rollups  # noqa: E402
from scaling.metrics import REGISTER_METRICS  # noqa: E402
from scaling.models import DirtyMark, MarkKind, RoundLayout  # noqa: E402
from scaling.register_answers import Question, rows  # noqa: E402

TIMES = 7


def one_more(row: Return) -> dict[str, int]:
    """One woman more."""
    return {code: row.values[code] + 1 for code in ("OP-06", "OP-06.women") if code in row.values}


def main() -> None:
    with of_size(wanted()) as prefix, transaction.atomic():
        programme = f"SYN-{wanted()}-1"
        rounds = list(Round.objects.filter(programme__code=programme).order_by("reference_date"))
        if RoundLayout.objects.filter(round__in=rounds).count() < len(rounds):
            register_rollups.recompute(rounds[0].programme_id, [(one.pk, None) for one in rounds])
        user = next(
            one.user
            for one in RoleAssignment.objects.filter(role=RoleName.COUNTRY_PROGRAMME_MANAGER).select_related("user")
            if may(one.user, Permission.RETURNS_REVIEW, programme=rounds[0].programme)
        )
        question = Question(programmes=(programme,), include_synthetic=True)

        def members() -> int:
            (row,) = rows(user=user, metric=REGISTER_METRICS["members_observed"], question=question)
            return int(row.register.membership.now.total)

        found = Return.objects.filter(
            round=rounds[-1], state="approved", organization__code__startswith=prefix,
            organization__tier=Tier.PRIMARY, organization__statuses__status="active",
            organization__statuses__valid__contains=rounds[-1].reference_date,
        ).order_by("pk")  # fmt: skip
        chosen = [one for one in found[: TIMES * 3] if "OP-06" in one.values][:TIMES]
        taken = []
        for one in chosen:
            before = members()
            values = one_more(one)
            begun = time.perf_counter()
            review.correct(of=one, by=user, values=values, code="miscount", reason="one was forgotten")
            while DirtyMark.objects.filter(kind=MarkKind.ROUND, object_id__in=[one.pk for one in rounds]).exists():
                rollups.drain()
            taken.append(time.perf_counter() - begun)
            assert members() == before + 1, "the national figure is right"
        say(
            f"{wanted():,} organizations: from a correction in the last round (1 of {len(rounds)}) until "
            f"cells, federations and alerts are right: median {statistics.median(taken):.2f} s, "
            f"most {max(taken):.2f} s of {len(taken)} (target 1 s)"
        )
        earlier = Return.objects.filter(round=rounds[-2], organization__in=[one.organization_id for one in chosen])
        old = next(one for one in earlier.filter(state="approved") if "OP-06" in one.values)
        begun = time.perf_counter()
        review.correct(of=old, by=user, values=one_more(old), code="miscount", reason="one was forgotten")
        while DirtyMark.objects.filter(kind=MarkKind.ROUND, object_id__in=[one.pk for one in rounds]).exists():
            rollups.drain()
        say(f"from a correction in the round before, which changes both: {time.perf_counter() - begun:.2f} s")


if __name__ == "__main__":
    main()

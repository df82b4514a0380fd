"""Networks are loaded from files: what cannot be loaded is said by file, line and column, and nothing is loaded."""

from __future__ import annotations

import shutil
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from accounts.models import User
from organizations.models import Organization
from scaling.network.load import load
from tests import factories
from tests.scaling import network as n
from tests.scaling.network_programme import make_programme

pytestmark = pytest.mark.django_db


def test_an_organization_that_nobody_verified_widens_the_bounds_of_survival(
    db: None, tmp_path: Path, administrator: User
) -> None:
    """FX-35: the pastoral group was seen last in 2021."""
    folder = Path(shutil.copytree(n.FOLDER, tmp_path / "network"))
    for name in ("observations", "governance_scores"):
        path = folder / f"{name}.csv"
        kept = [line for line in path.read_text().splitlines() if not line.startswith(("G7,2022", "G7,2020", "G7,,"))]
        path.write_text("\n".join(kept) + "\n")
    path = folder / "organizations.csv"
    lines = [f"{line},{'2021-06-30' if line[:2] == 'G7' else ''}" for line in path.read_text().splitlines()]
    path.write_text("\n".join([lines[0] + "verified_on", *lines[1:]]) + "\n")
    load(folder, programme=make_programme())
    client = Client(headers={"authorization": factories.token_header(administrator)["HTTP_AUTHORIZATION"]})
    url = "/api/v1/metrics/survival_after_support/?programme=NET&as_of=2022-12-31&months=24"
    (row,) = client.get(url).json()["results"]
    (expected,) = (one["expected"] for one in n.rows("expected_values") if one["test_id"] == "FX-35")
    assert [Decimal(row["low"]), Decimal(row["high"])] == [Decimal(expected), Decimal("87.5")]


@pytest.mark.parametrize(
    ("file", "text", "where"),
    [
        ("organizations", "code,kind,tier\nG1,SHG,primary\n", "organizations.csv, line 1, column formed_on"),
        ("organizations", "code,kind,tier,formed_on\nG1,club,primary,2015-03-01\n", "line 2, column kind"),
        ("organizations", "code,kind,tier,formed_on\nG1,SHG,primary,2015-02-30\n", "line 2, column formed_on"),
        ("organizations", "code,kind,tier,formed_on\nG1,SHG,primary,2999-01-01\n", "line 2, column formed_on"),
        ("organizations", "code,kind,tier,formed_on\nG1,SHG\n", "line 2"),
        ("organizations", f"code,kind,tier,formed_on\n{'x' * 41},SHG,primary,2015-01-01\n", "column code"),
        ("apex_memberships", "member,apex,start\nG1,V9,2019-04-01\n", "apex_memberships.csv, line 2, column apex"),
        ("apex_memberships", "member,apex,start\nG1,V1,2019-04-01\nV1,G1,2019-04-01\n", "line 3, column apex"),
        ("apex_memberships", "member,apex,start\nG1,V1,2010-01-01\n", "line 2, column start"),
        ("observations", "org,round,members,women\nG1,2018,20,21\n", "observations.csv, line 2, column women"),
        ("observations", "org,round,members\nG1,2018,many\n", "line 2, column members"),
        ("observations", "org,round,members\nG1,2018,-1\n", "line 2, column members"),
        ("observations", "org,round,members\nG1,first,20\n", "column round"),
        ("observations", "org,round,members\nG5,2018,20\n", "line 2, column org"),
        ("observations", "org,round,members,luck\nG1,2018,20,1\n", "line 1, column luck"),
        ("stages", "org,aggregated_on\nG1,2018-01-01\n", "stages.csv, line 2, column aggregated_on"),
        ("governance_scores", "org,score_2018\nG1,7.0\n", "governance_scores.csv, line 2, column score_2018"),
        ("finance", "class,stage,category,usd_million\nanchor,design,beneficiaries,1\n", "line 2, column class"),
    ],
)
def test_a_file_that_cannot_be_loaded_says_where_and_loads_nothing(
    db: None, tmp_path: Path, file: str, text: str, where: str
) -> None:
    folder = Path(shutil.copytree(n.FOLDER, tmp_path / "network"))
    (folder / f"{file}.csv").write_text(text)
    make_programme()
    with pytest.raises(CommandError, match=where):
        call_command("load_network", str(folder), programme="NET", verbosity=0)
    assert not Organization.objects.filter(enrolments__programme__code="NET").exists()

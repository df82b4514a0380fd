"""Pages, sheets and API of exchange rates and price indices."""

from __future__ import annotations

import datetime
import io
import json
import re
from decimal import Decimal
from typing import Any

import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from accounts.models import User
from indicators.models import Return, Round, ScaleVersion
from programmes import financing, rate_sheets, rates, spreadsheets
from programmes.access import RoleName
from programmes.models import ExchangeRate, Partner, Phase, PriceIndex, RateUpload
from programmes.rates import RATES
from scaling.models import DirtyMark
from tests import factories

pytestmark = pytest.mark.django_db
DAY = datetime.date


@pytest.fixture
def manager() -> User:
    return factories.person(RoleName.COUNTRY_PROGRAMME_MANAGER, country="ETH")


@pytest.fixture
def page(client: Client, manager: User) -> Client:
    client.force_login(manager)
    return client


def put(day: DAY = DAY(2019, 1, 1), value: str = "0.035", currency: str = "ETB") -> Any:
    return rates.put(book=RATES, currency=currency, date=day, usd_per_unit=Decimal(value), source="NBE")


def words(answer: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


FORM = {
    "currency": "ETB", "kind": "value_date", "date": "2019-06-30", "period_end": "", "value": "28.95",
    "quoted": "units_per_usd", "source": "NBE",
}  # fmt: skip


def test_a_rate_is_entered_either_way_round(page: Client) -> None:
    assert page.post("/rates/new/", FORM).status_code == 302
    assert ExchangeRate.objects.get().usd_per_unit == Decimal("0.0345423143")
    assert (
        page.post(
            "/rates/new/", {**FORM, "date": "2019-07-01", "value": "0.0345", "quoted": "usd_per_unit"}
        ).status_code
        == 302
    )
    assert "2 exchange rates" in words(page.get("/rates/"))


@pytest.mark.parametrize(
    ("fields", "at"),
    [
        ({"value": "many"}, "value"),
        ({"value": "0"}, "value"),
        ({"value": "-3"}, "value"),
        ({"value": "1e400"}, "value"),
        ({"currency": "USD"}, "currency"),
        ({"currency": "EWE"}, "currency"),
        ({"date": "2999-01-01"}, "date"),
        ({"date": "30 June"}, "date"),
        ({"source": ""}, "source"),
        ({"source": " "}, "source"),
        ({"kind": "period_average"}, "period_end"),
    ],
)
def test_what_cannot_be_is_said_at_its_field_and_nothing_typed_is_lost(
    page: Client, fields: dict[str, str], at: str
) -> None:
    answer = page.post("/rates/new/", {**FORM, **fields})
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [at]
    assert answer.context["form"]["source"].value() == fields.get("source", "NBE")
    assert not ExchangeRate.objects.exists()


def test_an_index_is_entered_corrected_and_withdrawn(page: Client, manager: User) -> None:
    sent = {"currency": "ETB", "date": "2019-06-30", "value": "1.25", "base_year": "2016", "source": "CSA"}
    assert page.post("/prices/new/", sent).status_code == 302
    row = PriceIndex.objects.get()
    assert (row.index, row.base_year) == (Decimal("1.25"), 2016)
    shown = page.get(f"/prices/{row.pk}/")
    form = {"seen": shown.context["form"]["seen"].value(), "value": "1.26", "source": "CSA"}
    assert page.post(f"/prices/{row.pk}/", {**form, "reason": ""}).context["form"].errors.keys() == {"reason"}
    assert page.post(f"/prices/{row.pk}/", {**form, "reason": "revised"}).status_code == 302
    late = page.post(f"/prices/{row.pk}/", {**form, "value": "1.27", "reason": "revised"})
    assert late.status_code == 422 and "meanwhile" in words(late)
    assert page.post(f"/prices/{row.pk}/withdraw/", {"reason": ""}).status_code == 422
    assert page.post(f"/prices/{row.pk}/withdraw/", {"reason": "not ours"}).status_code == 302
    assert not PriceIndex.objects.exists()
    told = words(page.get("/rates/changes/"))
    assert "not ours" in told and "revised" in told and manager.get_short_name() in told


def test_who_reads_only_sees_the_figures_and_why_but_not_who(client: Client, manager: User) -> None:
    rates.enter(
        book=RATES, currency="ETB", date=DAY(2019, 1, 1), usd_per_unit=Decimal("0.03"), source="NBE", by=manager
    )
    client.force_login(factories.person(RoleName.VIEWER, programme="PCDP"))
    assert "0.03" in words(client.get("/rates/")) and "Enter a rate" not in words(client.get("/rates/"))
    told = client.get("/rates/changes/")
    assert "entered" in words(told) and [one["who"] for one in told.context["changes"]] == [""]
    client.force_login(factories.user())
    assert client.get("/rates/").context["lines"] == client.get("/rates/changes/").context["changes"] == []


def test_the_list_is_narrowed_and_asks_a_fixed_number_of_queries(page: Client) -> None:
    put(), put(DAY(2020, 1, 1)), put(currency="KES")
    rates.put(book=RATES, currency="ETB", kind="period_average", date=DAY(2018, 1, 1), period_end=DAY(2018, 12, 31),
              usd_per_unit=Decimal("0.036"), source="NBE")  # fmt: skip
    for query, n in (("", 4), ("currency=ETB", 3), ("kind=period_average", 1), ("since=2019-06-01", 1),
                     ("until=2018-12-31", 1), ("since=soon", 0), ("currency=ZZZ", 0)):  # fmt: skip
        assert len(page.get(f"/rates/?{query}").context["lines"]) == n, query
    with CaptureQueriesContext(
        connection,
    ) as few:
        page.get("/rates/")
    for year in range(1990, 2015):
        put(DAY(year, 1, 1))
    with CaptureQueriesContext(connection) as many:
        page.get("/rates/")
    assert len(few) == len(many) <= 13, [one["sql"][:80] for one in many]


# --- sheets ----------------------------------------------------------------------------------------------------------
HEAD = "currency,kind,date,period_end,usd_per_unit,units_per_usd,source"


def bring(page: Client, content: bytes | str, name: str = "rates.csv", of: str = "rates") -> Any:
    raw = content.encode() if isinstance(content, str) else content
    return page.post(f"/{of}/sheets/", {"file": SimpleUploadedFile(name, raw)})


def test_a_sheet_is_shown_before_it_changes_anything_and_taken_over_once(page: Client) -> None:
    put(DAY(2019, 1, 1)), put(DAY(2020, 1, 1), "0.03")
    sheet = f"{HEAD},remark\nETB,,2019-01-01,,,28.95,NBE\nETB,,2020-01-01,,0.03,,NBE\nETB,,2021,,,40,NBE\nKES,,31/12/2019,,,101.5,CBK,x\n"
    sent = bring(page, sheet)
    assert sent.status_code == 302 and ExchangeRate.objects.count() == 2
    shown = page.get(sent["Location"])
    assert dict(shown.context["counts"]) == {"corrected": 1, "new": 2, "as it stands there": 1}
    assert shown.context["upload"].ignored == ["remark"]
    line = next(one for one in shown.context["lines"] if one["label"] == "corrected")
    assert (line["before"], line["after"]) == ("0.035", "0.0345423143")
    seen = {"seen": shown.context["seen"]}
    assert page.post(sent["Location"], seen).status_code == 422, "a correction needs a reason"
    assert page.post(sent["Location"], {"seen": "", "reason": "revised"}).status_code == 422
    assert ExchangeRate.objects.count() == 2
    DirtyMark.objects.all().delete()
    for _twice in range(2):
        assert page.post(sent["Location"], {**seen, "reason": "revised"}).status_code == 302
    found = ExchangeRate.objects.filter(currency="ETB").order_by("date").values_list("kind", "date", "period_end")
    assert list(found)[-1] == ("period_average", DAY(2021, 1, 1), DAY(2021, 12, 31))
    assert ExchangeRate.objects.get(currency="KES").date == DAY(2019, 12, 31)
    assert ExchangeRate.objects.count() == 4


def test_what_somebody_changed_meanwhile_is_not_overwritten(page: Client) -> None:
    row = put()
    sent = bring(page, f"{HEAD}\nETB,,2019-01-01,,0.034,,NBE\n")
    seen = page.get(sent["Location"]).context["seen"]
    rates.correct(row=row, value=Decimal("0.033"), source="NBE", reason="x", by=None)
    late = page.post(sent["Location"], {"seen": seen, "reason": "revised"})
    assert late.status_code == 422 and "meanwhile" in words(late)
    row.refresh_from_db()
    assert row.usd_per_unit == Decimal("0.033")


@pytest.mark.parametrize(
    ("line", "field", "says"),
    [
        ("ETX,,2019-01-01,,1,,a", "currency", "ISO 4217"),
        (",,2019-01-01,,1,,a", "currency", "three letters"),
        ("ETB,guess,2019-01-01,,1,,a", "kind", "no kind"),
        ("ETB,of a day,2019,,1,,a", "date", "needs the day"),
        ("ETB,,31/02/2019,,1,,a", "date", "calendar"),
        ("ETB,,02/03/2019,,1,,a", "date", "two ways"),
        ("ETB,,1/1/00,,1,,a", "date", "not a day"),
        ("ETB,,,,1,,a", "date", "Give the day"),
        ("ETB,,2019-01-01,2018-01-01,1,,a", "period_end", "after"),
        ("ETB,,2019-01-01,,,,a", "usd_per_unit", "above 0"),
        ("ETB,,2019-01-01,,0,,a", "usd_per_unit", "above 0"),
        ("ETB,,2019-01-01,,,0,a", "usd_per_unit", "above 0"),
        ("ETB,,2019-01-01,,-1,,a", "usd_per_unit", "above 0"),
        ("ETB,,2019-01-01,,1e3,,a", "usd_per_unit", "not a number"),
        ("ETB,,2019-01-01,,=1+1,,a", "usd_per_unit", "not a number"),
        ("ETB,,2019-01-01,,12%,,a", "usd_per_unit", "not a number"),
        ("ETB,,2019-01-01,,1,2,a", "usd_per_unit", "not both"),
        ("ETB,,2019-01-01,,1,,", "source", "source"),
    ],
)
def test_a_bad_cell_is_explained_in_words_and_nothing_is_taken_over(
    page: Client, line: str, field: str, says: str
) -> None:
    sent = bring(page, f"{HEAD}\nKES,,2019-01-01,,0.01,,CBK\n{line}\n")
    shown = page.get(sent["Location"])
    wrong = shown.context["lines"][0]
    assert wrong["row"] == 3 and wrong["is_wrong"], wrong
    label = {column.name: column.label for column in rate_sheets.COLUMNS["rates"]}[field]
    assert [one["label"] for one in wrong["errors"]] == [label]
    assert says in wrong["errors"][0]["text"]
    assert page.post(sent["Location"], {"seen": shown.context["seen"]}).status_code == 422
    assert not ExchangeRate.objects.exists()


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "empty"),
        (b"a,b\n1,2\n", "No row of headings"),
        (HEAD.encode(), "no row below"),
        (b"PK\x03\x04 torn", "damaged"),
        (b"%PDF-1.7", "not a spreadsheet"),
        (f"{HEAD},Date\nETB".replace("Date", "date").encode(), "twice"),
        (f'{HEAD}\n"ETB,'.encode(), "quotation mark"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_with_a_sentence(page: Client, content: bytes, says: str) -> None:
    sent = bring(page, content)
    assert sent.status_code == 422 and says in words(sent)
    assert not RateUpload.objects.exists()


def test_the_template_comes_back_in_every_language_as_xlsx(page: Client) -> None:
    for language in ("en", "fr", "es", "ar"):
        with translation.override(language):
            (table,) = spreadsheets.read(rate_sheets.template("rates"), "rates.xlsx")
            heads = [str(cell) for cell in table.rows[0]]
        buffer = io.BytesIO()
        book = xlsxwriter.Workbook(buffer)
        sheet = book.add_worksheet()
        sheet.write_row(2, 0, heads)
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        sheet.write_row(3, 0, ["etb ", ""])
        sheet.write_datetime(3, 2, datetime.datetime(2019, 6, 30), day)
        sheet.write_number(3, 5, 28.95)
        sheet.write_string(3, 6, "=NBE")
        book.close()
        with translation.override(language):
            brought = rate_sheets.bring(buffer.getvalue(), "a.xlsx", "rates")
            ((number, values, errors),) = rate_sheets.read_rows(brought.rows, "rates")
        assert (number, errors, values["currency"], values["date"]) == (4, {}, "ETB", DAY(2019, 6, 30)), language
        assert (values["usd_per_unit"], values["source"]) == (Decimal("0.0345423143"), "=NBE")
    assert page.get("/rates/template/")["Content-Disposition"] == 'attachment; filename="rates.xlsx"'


def test_a_sheet_of_indices(page: Client) -> None:
    sent = bring(
        page,
        "Currency;Day;Index;Base year;Source\nETB;2019-12-31;1.4;2016;CSA\nETB;2020-12-31;1.7;2017;CSA\n",
        of="prices",
    )
    lines = page.get(sent["Location"]).context["lines"]
    assert [one["is_wrong"] for one in lines] == [True, False] and "2016" in lines[0]["errors"][0]["text"]
    sent = bring(page, "Currency;Day;Index;Base year;Source\nETB;2019-12-31;1.4;2016;CSA\n", of="prices")
    assert page.post(sent["Location"], {"seen": page.get(sent["Location"]).context["seen"]}).status_code == 302
    assert PriceIndex.objects.get().base_year == 2016


# --- what is missing -------------------------------------------------------------------------------------------------
def birr(on: DAY, programme: str = "PCDP-II", **fields: Any) -> None:
    financing.record_line(
        phase=Phase.objects.get(code=programme), partner=Partner.objects.get(code="NABARD"),
        financing_class="cofinancing", amount=Decimal(10), currency="ETB", value_date=on, by=None, **fields,
    )  # fmt: skip


def a_round(code: str, currency: str, day: DAY, values: dict[str, Any]) -> None:
    programme = Phase.objects.get(code="PCDP-II").programme
    made = Round.objects.create(
        programme=programme, code=code, kind="baseline", reference_date=day, currency=currency, status="open",
        window=(day, day + datetime.timedelta(days=60)), scale_version=ScaleVersion.objects.get(),
    )  # fmt: skip
    from organizations import registry
    from programmes.models import Place

    group = registry.register(
        code=f"G-{code}", name="Group", kind="shg", place=Place.objects.get(code="ETH"), formed_on=DAY(2010, 1, 1),
        promoter="project", programme=programme, by=None,
    )  # fmt: skip
    who, other = factories.user(), factories.user()
    now = datetime.datetime.now(datetime.UTC)
    Return.objects.create(organization=group, round=made, entered_by=who, values=values, state="approved",
                          submitted_at=now, approved_by=other, approved_at=now)  # fmt: skip


def test_every_missing_rate_is_named_with_a_link_that_fills_the_form_in(page: Client) -> None:
    birr(DAY(2010, 1, 1)), birr(DAY(2010, 1, 1), stage="disbursed"), birr(DAY(2015, 1, 1))
    a_round("r-money", "KES", DAY(2012, 6, 30), {"SU-20.savings": 5})
    a_round("r-none", "UGX", DAY(2013, 6, 30), {"OP-06": 5})
    a_round("r-dollars", "USD", DAY(2014, 6, 30), {"SU-21.outstanding": 5})
    a_round("r-nameless", "", DAY(2016, 6, 30), {"SU-21.outstanding": 5})
    put(DAY(2014, 1, 1))
    answer = page.get("/rates/missing/")
    found = [
        (one.what, one.currency, one.day, dict(one.lines), dict(one.rounds)) for one, _link in answer.context["lines"]
    ]
    assert found == [
        ("rate", "ETB", DAY(2010, 1, 1), {"PCDP": 2}, {}),
        ("rate", "KES", DAY(2012, 6, 30), {}, {"PCDP": ["r-money"]}),
        ("currency", "", DAY(2016, 6, 30), {}, {"PCDP": ["r-nameless"]}),
        ("index", "KES", DAY(2012, 6, 30), {}, {"PCDP": ["r-money"]}),
        ("index", "USD", DAY(2014, 6, 30), {}, {"PCDP": ["r-dollars"]}),
    ]
    link = answer.context["lines"][0][1]
    form = page.get(link).context["form"]
    assert (form["currency"].value(), form["date"].value()) == ("ETB", "2010-01-01")
    filled = {**FORM, "currency": form["currency"].value(), "date": form["date"].value()}
    assert page.post(link, filled)["Location"] == "/rates/missing/"
    assert "rate" not in {
        one.what for one, _link in page.get("/rates/missing/").context["lines"] if one.currency == "ETB"
    }


def test_what_is_missing_elsewhere_is_not_told(client: Client) -> None:
    birr(DAY(2010, 1, 1))
    client.force_login(factories.person(RoleName.VIEWER, programme="TNWDP"))
    assert client.get("/rates/missing/").context["lines"] == []
    client.force_login(factories.person(RoleName.VIEWER, programme="PCDP"))
    ((one, link),) = client.get("/rates/missing/").context["lines"]
    assert (one.currency, link) == ("ETB", "")


# --- API -------------------------------------------------------------------------------------------------------------
@pytest.fixture
def writer(manager: User) -> Client:
    return Client(headers={"authorization": factories.token_header(manager, can_write=True)["HTTP_AUTHORIZATION"]})


URL = "/api/v1/exchange-rates/"
ENTRY = {"currency": "ETB", "date": "2019-01-01", "usd_per_unit": "0.035", "source": "NBE"}


def send(client: Client, method: str, url: str, body: Any) -> Any:
    raw = body if isinstance(body, str) else json.dumps(body)
    return getattr(client, method)(url, raw, content_type="application/json")


def test_the_api_enters_corrects_and_withdraws(writer: Client) -> None:
    made = send(writer, "post", URL, ENTRY)
    assert made.status_code == 201, made.content
    one = f"{URL}{made.json()['id']}/"
    assert send(writer, "post", URL, ENTRY).status_code == 400, "a second one of the day"
    assert send(writer, "patch", one, {"usd_per_unit": "0.036"}).json()["errors"][0]["field"] == "reason"
    mended = send(writer, "patch", one, {"usd_per_unit": "0.036", "reason": "slip", "seen": "0.035"})
    assert mended.json()["usd_per_unit"] == "0.0360000000"
    assert send(writer, "patch", one, {"usd_per_unit": "1", "reason": "slip", "seen": "0.035"}).status_code == 400
    assert writer.delete(one).status_code == 400
    assert writer.delete(f"{one}?reason=not+ours").status_code == 204
    assert writer.get(one).status_code == 404
    index = {"currency": "ETB", "date": "2019-01-01", "index": "1.5", "base_year": 2016, "source": "CSA"}
    assert send(writer, "post", "/api/v1/price-indices/", index).status_code == 201


def test_the_api_takes_many_whole_or_not_at_all(writer: Client) -> None:
    rows = [{**ENTRY, "date": f"20{n}-01-01"} for n in range(10, 15)]
    wrong = send(writer, "post", URL, {"rows": [*rows, {**ENTRY, "usd_per_unit": "0"}]})
    assert wrong.status_code == 400 and wrong.json()["errors"][0]["field"] == "6.usd_per_unit"
    assert not ExchangeRate.objects.exists()
    assert send(writer, "post", URL, {"rows": rows}).json()["rows"][4] == {"row": 5, "verdict": "new"}
    changed = {"rows": [{**one, "usd_per_unit": "0.04"} for one in rows]}
    assert send(writer, "post", URL, changed).json()["errors"][0]["field"] == "reason"
    assert send(writer, "post", URL, {**changed, "reason": "revised"}).json()["rows"][0]["verdict"] == "changed"


@pytest.mark.parametrize(
    "body",
    [
        "[]", "3", "null", '"x"', "{}", '{"rows": []}', '{"rows": 3}', '{"rows": [3]}',
        json.dumps({**ENTRY, "usd_per_unit": "NaN"}), json.dumps({**ENTRY, "usd_per_unit": "1e999999999"}),
        json.dumps({**ENTRY, "usd_per_unit": "1e-999999999"}), json.dumps({**ENTRY, "usd_per_unit": 10**30}),
        json.dumps({**ENTRY, "usd_per_unit": "1" * 500}),
        json.dumps({**ENTRY, "date": "2019-02-30"}), json.dumps({**ENTRY, "date": "9999-01-01"}),
        json.dumps({**ENTRY, "date": "0001-01-01"}), json.dumps({**ENTRY, "source": "a\u0000"}),
        json.dumps({**ENTRY, "source": "\ud800"}), json.dumps({**ENTRY, "currency": ["ETB"]}),
        json.dumps({**ENTRY, "extra": 1}), json.dumps({**ENTRY, "kind": "period_average", "period_end": "9999-12-31"}),
    ],
)  # fmt: skip
def test_the_api_refuses_bad_bodies_with_a_sentence(writer: Client, body: str) -> None:
    answer = send(writer, "post", URL, body)
    assert answer.status_code == 400 and answer.json()["detail"], answer.content
    assert not ExchangeRate.objects.exists()


def test_the_api_writes_for_those_who_may_and_with_a_token_that_may(manager: User) -> None:
    row = put()
    for someone, can_write in (
        (manager, False),
        (factories.person(RoleName.ME_OFFICER, programme="PCDP"), True),
        (factories.person(RoleName.VIEWER, programme="PCDP"), True),
        (factories.user(), True),
    ):
        client = Client(
            headers={"authorization": factories.token_header(someone, can_write=can_write)["HTTP_AUTHORIZATION"]}
        )
        assert send(client, "post", URL, {**ENTRY, "date": "2018-01-01"}).status_code == 403
        assert send(client, "patch", f"{URL}{row.pk}/", {"usd_per_unit": "1", "reason": "x"}).status_code == 403
        assert client.delete(f"{URL}{row.pk}/?reason=x").status_code == 403
    assert list(ExchangeRate.objects.values_list("usd_per_unit", flat=True)) == [Decimal("0.035")]


def test_the_api_narrows_by_kind_and_day(writer: Client) -> None:
    put(), put(DAY(2020, 1, 1))
    assert len(writer.get(URL, {"kind": "value_date", "date_after": "2019-06-01"}).json()["results"]) == 1
    assert writer.get(URL, {"kind": "guess"}).status_code == 400

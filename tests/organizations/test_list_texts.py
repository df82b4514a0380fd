"""Words, dates and headings as people write them."""

from __future__ import annotations

import datetime

import pytest

from organizations.lists import dates, layout
from organizations.lists.fields import FIELDS, choice_words, header_words
from organizations.lists.texts import Nearest, clean, normal, numbers_in

DAY = datetime.date


@pytest.mark.parametrize(
    ("value", "first", "last"),
    [
        (datetime.datetime(2014, 5, 31, 12), DAY(2014, 5, 31), DAY(2014, 5, 31)),
        (DAY(2014, 5, 31), DAY(2014, 5, 31), DAY(2014, 5, 31)),
        ("31/05/2014", DAY(2014, 5, 31), DAY(2014, 5, 31)),
        ("05.31.2014", DAY(2014, 5, 31), DAY(2014, 5, 31)),
        ("5/5/2014", DAY(2014, 5, 5), DAY(2014, 5, 5)),
        ("2014-05-31 00:00:00", DAY(2014, 5, 31), DAY(2014, 5, 31)),
        ("٣١/٠٥/٢٠١٤", DAY(2014, 5, 31), DAY(2014, 5, 31)),
        ("\u200f٢٠١٤\u200f", DAY(2014, 1, 1), DAY(2014, 12, 31)),
        ("02/2016", DAY(2016, 2, 1), DAY(2016, 2, 29)),
        ("2016-02", DAY(2016, 2, 1), DAY(2016, 2, 29)),
        (2014, DAY(2014, 1, 1), DAY(2014, 12, 31)),
        (20140531, DAY(2014, 5, 31), DAY(2014, 5, 31)),
        ("12 mai 2014", DAY(2014, 5, 12), DAY(2014, 5, 12)),
        ("May 12, 2014", DAY(2014, 5, 12), DAY(2014, 5, 12)),
        ("12-May-2014", DAY(2014, 5, 12), DAY(2014, 5, 12)),
        ("12 de agosto de 2014", DAY(2014, 8, 12), DAY(2014, 8, 12)),
        ("août 2014", DAY(2014, 8, 1), DAY(2014, 8, 31)),
        ("١٢ مايو ٢٠١٤", DAY(2014, 5, 12), DAY(2014, 5, 12)),
    ],
)
def test_a_date_is_read_with_how_exactly_it_is_known(value: object, first: DAY, last: DAY) -> None:
    found = dates.read(value)  # type: ignore[arg-type]
    assert found is not None and (found.first, found.last) == (first, last)


@pytest.mark.parametrize(
    "value",
    ["31/02/2014", "12/05/98", "soon", 41790, 3.5, True, "2014-13", "0/2014", "99999999", "May", "1 2 3", "x" * 1000,
     "31 mai", "20145", "1/1/0001", "²"],
)  # fmt: skip
def test_what_is_no_date_is_told_in_a_sentence(value: object) -> None:
    with pytest.raises(dates.Unreadable) as told:
        dates.read(value)  # type: ignore[arg-type]
    assert 10 < len(str(told.value)) < 200


def test_a_date_that_can_be_read_in_two_ways_is_asked() -> None:
    with pytest.raises(dates.TwoWays):
        dates.read("03/04/2015")
    assert dates.read("03/04/2015", dates.DMY).first == DAY(2015, 4, 3)  # type: ignore[union-attr]
    assert dates.read("03/04/2015", dates.MDY).first == DAY(2015, 3, 4)  # type: ignore[union-attr]
    assert dates.evident_order(["03/04/2015", "25/12/2014"]) == dates.DMY
    assert dates.evident_order(["03/04/2015", "12/25/2014"]) == dates.MDY
    assert dates.evident_order(["32/01/2015", "1/99/2015"]) == "", "what is no day shows nothing"
    assert dates.evident_order(["12/25/2014", "25/12/2014"]) == dates.evident_order(["03/04/2015", None, 7]) == ""
    assert dates.read("  ") is None and dates.read(None) is None


def test_texts_are_compared_without_what_makes_no_difference() -> None:
    assert normal("  Coopérative «El-Amal»  ") == normal("COOPERATIVE el amal") == "cooperative el amal"
    assert normal("\u200fجمعيّة  الأمل") == normal("جمعيه الامل")
    assert normal("٣ Group") == "3 group" and normal("???") == "" and normal("मित्र") == normal("मित्र")
    assert clean("a\x00b\n\u202ec\ud800") == "a b c"
    assert numbers_in("group 1") != numbers_in("group 2")


def test_the_nearest_names_are_found_most_alike_first() -> None:
    names = ["sri lakshmi group", "sri laxmi group", "durga group", "union of salem"]
    nearest = Nearest(enumerate(names))
    assert [at for at, _likeness in nearest.like("sri laksmi group", least=0.4)] == [0, 1]
    for text in names:
        for least in (0.1, 0.3, 0.6, 1.0):
            found = dict(nearest.like(text, least=least))
            assert found[names.index(text)] == 1.0


def test_every_field_is_known_by_words_of_four_languages_and_none_by_two() -> None:
    from organizations.lists.words import HEADERS

    assert set(HEADERS) == set(FIELDS)
    seen: dict[str, str] = {}
    for key, lines in HEADERS.items():
        assert len(lines) == 4
        for word in "|".join(lines).split("|"):
            assert seen.setdefault(normal(word), key) == key, word
    assert header_words()[normal("Date de création")] == "formed_on"
    assert choice_words("kind")[normal("Groupe d’entraide")] == choice_words("kind")["shg"] == "shg"
    assert choice_words("kind")[normal("تعاونية")] == "cooperative"


def test_headings_over_headings_and_repeated_ones() -> None:
    first = [
        ["Title", "", "", ""],
        ["Name", "Registration", "", "Name"],
        ["", "Number", "Date", ""],
        ["A", "1", "2014", "B"],
    ]
    found = layout.columns(first, 3)
    assert [column.label for column in found] == ["Name", "Registration · Number", "Registration · Date", "Name"]
    assert layout.guess_fields(found, {}) == {0: "name", 1: "registration_number", 2: "registered_on"}
    assert layout.guess_fields(found, {"name": "", "registration date": "formed_on"}) == {
        1: "registration_number",
        2: "formed_on",
    }
    assert layout.columns(first, 0) == layout.columns(first, 9) == []


@pytest.mark.parametrize(
    ("headings", "fields"),
    [
        (["Nom du groupement", "Localité", "Date de création"], ["name", "place", "formed_on"]),
        (["Nombre", "Comunidad", "Fecha de creación"], ["name", "place", "formed_on"]),
        (["اسم المجموعة", "القرية", "تاريخ التأسيس"], ["name", "place", "formed_on"]),
        (["Grop name", "Vilage", "Date of formaton"], ["name", "place", "formed_on"]),
    ],
)
def test_headings_are_known_in_each_language_and_misspelt(headings: list[str], fields: list[str]) -> None:
    guessed = layout.guess_fields(layout.columns([headings, ["a"] * 3], 1), {})
    assert [guessed.get(number) for number in range(3)] == fields

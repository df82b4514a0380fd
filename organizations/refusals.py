"""What the database refuses, in words: one sentence for each constraint, at the field that can be mended."""

from __future__ import annotations

import datetime
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import DataError, IntegrityError, connection, models, transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

OUTSIDE_LIFE = _("The organization does not exist on all of these days.")
OVERLAP = _("A row for some of these days is there already.")
MONEY = _("An amount needs a currency, three capital letters such as ETB; a currency needs an amount.")
NEGATIVE = _("An amount cannot be negative.")

#: Constraint → the field it is about (in the words of the operations) and the sentence.
SENTENCES: dict[str, tuple[str, str | Promise]] = {
    "organization_registered_not_before_formed": (
        "registered_on",
        _("It cannot have been registered before it was formed."),
    ),
    "organization_inter_professional_unites_organizations": (
        "kind",
        _("An inter-professional association is an apex, and its members are organizations."),
    ),
    "organization_change_fits_its_ties": (
        "tier",
        _("This does not fit a membership in an apex: no apex is primary, or of a lower tier than its members."),
    ),
    "organizations_organization_code_key": ("code", _("This code is taken.")),
    "status_one_a_day": ("on", _("Two statuses would hold on one day.")),
    "status_valid_not_empty": ("on", _("A status holds for at least one day.")),
    "status_no_gap": ("on", _("The statuses would leave a gap or not begin with the formation.")),
    "status_has_successor": ("successors", _("A merger or split names its successors.")),
    "succession_fits_lives": ("successors", _("A successor does not exist on that day.")),
    "ties_inside_life": ("on", _("A membership, linkage or office would lie outside the life of the organization.")),
    "apex_membership_inside_lives": ("on", _("One of the two does not exist on all of these days.")),
    "apex_membership_not_of_itself": ("apex", _("An organization cannot be its own apex.")),
    "apex_membership_apex_is_no_primary": ("apex", _("A primary organization is no apex; change its tier first.")),
    "apex_membership_tiers_rise": ("apex", _("An apex is of the same or a higher tier than its member.")),
    "apex_membership_no_circle": ("apex", _("An organization would be above itself on some of these days.")),
    "apex_membership_no_overlap": ("on", _("It is a member of this apex on some of these days already.")),
    "linkage_inside_life": ("since", OUTSIDE_LIFE),
    "linkage_outside_its_network": (
        "partner_organization",
        _("It is above or below in the same network; that is a membership in an apex."),
    ),
    "linkage_amount_with_currency": ("currency", MONEY),
    "linkage_amount_not_negative": ("value", NEGATIVE),
    "transaction_inside_its_linkage": ("date", _("The day lies outside the linkage.")),
    "transaction_passed_on_inside_network": (
        "passed_on_to",
        _("It is not in the network of the organization on that day."),
    ),
    "transaction_amount_with_currency": ("currency", MONEY),
    "transaction_amount_not_negative": ("amount", NEGATIVE),
    "service_inside_life": ("since", OUTSIDE_LIFE),
    "intervention_inside_life": ("since", _("An organization does not exist on all of these days.")),
    "intervention_women_within_participants": ("women", _("There cannot be more women than participants.")),
    "intervention_amount_with_currency": ("currency", MONEY),
    "intervention_amount_not_negative": ("cost", NEGATIVE),
    "office_inside_life": ("since", OUTSIDE_LIFE),
    "office_no_overlap": ("since", _("This person holds this office on some of these days already.")),
    "person_birth_year_plausible": ("birth_year", _("A year between 1900 and 2100 is expected.")),
    "enrolment_no_overlap": ("since", OVERLAP),
}
#: Characters that reorder or hide text; letters that join or do not (ZWJ, ZWNJ) and plain direction marks may stay.
_HIDDEN = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff\u200b")


@contextmanager
def in_words(**renamed: str) -> Iterator[None]:
    """Inside, the database checks everything at once, what is deferred too; what it refuses is a ValidationError.

    `renamed` maps a field of the sentences above to the name it has in the operation.
    """
    try:
        with transaction.atomic():
            yield
            with connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
                cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    except IntegrityError as error:
        name = getattr(getattr(error.__cause__, "diag", None), "constraint_name", None) or ""
        field, sentence = SENTENCES.get(
            name, (NON_FIELD_ERRORS, _("The register refuses this: it does not fit what stands there already."))
        )
        raise ValidationError({renamed.get(field, field): sentence}) from error
    except DataError as error:
        raise ValidationError(_("A value is too long, too large or not possible.")) from error


def keep(row: models.Model, *, exclude: tuple[str, ...] = (), update: tuple[str, ...] = (), **renamed: str) -> None:
    """Check a row and save it. Constraints are left to the database, which says their names."""
    check(row, exclude=exclude, unique=True, **renamed)
    with in_words(**renamed):
        row.save(update_fields=update or None)


def check(row: models.Model, *, exclude: tuple[str, ...] = (), unique: bool = True, **renamed: str) -> None:
    """Raises ValidationError for what the fields of a row do not hold: too long, unknown, taken, unreadable.

    Without `unique` no query is made to see what is taken.
    """
    try:
        row.full_clean(exclude=exclude, validate_unique=unique, validate_constraints=False)
        readable(row)
    except ValidationError as error:
        raise ValidationError({renamed.get(name, name): found for name, found in error.error_dict.items()}) from error


def readable(row: models.Model) -> None:
    """Raises ValidationError for text with characters that nobody can see or that turn it around."""
    errors: dict[str, Any] = {}
    for field in (one for one in row._meta.concrete_fields if not one.generated):
        value = getattr(row, field.attname)
        if isinstance(value, str) and is_hidden(value):
            errors[field.name] = _("This contains characters that cannot be seen; type it again.")
    if errors:
        raise ValidationError(errors)


def is_hidden(text: str) -> bool:
    return any(one in _HIDDEN or unicodedata.category(one) == "Cc" for one in text)


def span(since: datetime.date, until: datetime.date | None, *, field: str = "until") -> DateRange:
    """From `since` until `until`, half-open. Raises ValidationError at `field` when nothing lies between."""
    if until is not None and until <= since:
        raise ValidationError({field: _("This day must come after the first day.")})
    return DateRange(since, until)

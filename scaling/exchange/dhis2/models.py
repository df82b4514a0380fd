"""What a DHIS2 calls what is here, and what came from there with a value and has no place in a return."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from indicators.models import RoundKind
from programmes.access import ByProgramme, Everyone, ScopedQuerySet

#: An identifier that a DHIS2 gives: a letter, then ten letters or digits.
UID = r"^[A-Za-z][A-Za-z0-9]{10}$"


class CodeKind(models.TextChoices):
    DATA_ELEMENT = "data_element", _("data element")
    ORG_UNIT = "org_unit", _("organisation unit")
    DATA_SET = "data_set", _("data set")
    ATTRIBUTE_OPTION_COMBO = "attribute_option_combo", _("attribute option combination")


def _only(kind: str, *names: str) -> Q:
    """Rows of a kind have these links and no other."""
    every = ("field", "organization", "place", "programme")
    found = Q(kind=kind)
    for name in every:
        found &= Q(**{f"{name}__isnull": name not in names})
    return found


class Dhis2Code(models.Model):
    """The code of one thing in DHIS2, and its identifier there where it is known. What has no row has its own code.

    A data element: an entry field of the catalogue ↔ data element and category option combination (`dimensions`: its
    attributes in ADX, such as GENDER="FMLE"). An organisation unit: an organization or a place. A data set: a
    programme's rounds of a kind. An attribute option combination: a programme.
    """

    kind = models.CharField(_("kind"), max_length=30, choices=CodeKind.choices)
    field = models.OneToOneField(
        "indicators.EntryField", on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    organization = models.OneToOneField(
        "organizations.Organization", on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    place = models.OneToOneField("programmes.Place", on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    programme = models.ForeignKey(
        "programmes.Programme", on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    round_kind = models.CharField(_("kind of round"), max_length=20, choices=RoundKind.choices, blank=True)
    code = models.CharField(_("code in DHIS2"), max_length=100)
    uid = models.CharField(_("identifier in DHIS2"), max_length=11, blank=True)
    option_combo = models.CharField(_("category option combination"), max_length=100, blank=True)
    option_combo_uid = models.CharField(_("its identifier"), max_length=11, blank=True)
    dimensions = models.JSONField(_("dimensions in ADX"), default=dict, blank=True)

    scope = Everyone()
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("code in DHIS2")
        verbose_name_plural = _("codes in DHIS2")
        ordering = ["kind", "code", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=_only(CodeKind.DATA_ELEMENT, "field")
                | _only(CodeKind.ORG_UNIT, "organization")
                | _only(CodeKind.ORG_UNIT, "place")
                | _only(CodeKind.DATA_SET, "programme")
                | _only(CodeKind.ATTRIBUTE_OPTION_COMBO, "programme"),
                name="dhis2_code_of_one_thing",
            ),
            models.CheckConstraint(
                condition=Q(kind=CodeKind.DATA_SET, round_kind__in=RoundKind.values)
                | (~Q(kind=CodeKind.DATA_SET) & Q(round_kind="")),
                name="dhis2_code_round_kind_of_data_set",
            ),
            models.CheckConstraint(
                condition=Q(kind=CodeKind.DATA_ELEMENT) & ~Q(option_combo="")
                | (~Q(kind=CodeKind.DATA_ELEMENT) & Q(option_combo="", option_combo_uid="", dimensions={})),
                name="dhis2_code_options_of_data_element",
            ),
            models.CheckConstraint(condition=~Q(code=""), name="dhis2_code_not_empty"),
            models.CheckConstraint(
                condition=(Q(uid="") | Q(uid__regex=UID)) & (Q(option_combo_uid="") | Q(option_combo_uid__regex=UID)),
                name="dhis2_code_uid_is_one",
            ),
            models.UniqueConstraint(
                fields=["programme", "round_kind"], condition=Q(kind=CodeKind.DATA_SET), name="dhis2_data_set_once"
            ),
            models.UniqueConstraint(
                fields=["programme"], condition=Q(kind=CodeKind.ATTRIBUTE_OPTION_COMBO), name="dhis2_attribute_once"
            ),
            models.UniqueConstraint(
                fields=["code", "option_combo"],
                condition=Q(kind=CodeKind.DATA_ELEMENT),
                name="dhis2_data_element_means_one",
            ),
            models.UniqueConstraint(
                fields=["code"], condition=Q(kind=CodeKind.ORG_UNIT), name="dhis2_org_unit_means_one"
            ),
            models.UniqueConstraint(
                fields=["uid"], condition=Q(kind=CodeKind.ORG_UNIT) & ~Q(uid=""), name="dhis2_org_unit_uid_means_one"
            ),
            models.UniqueConstraint(
                fields=["uid", "option_combo"],
                condition=Q(kind=CodeKind.DATA_ELEMENT) & ~Q(uid=""),
                name="dhis2_data_element_uid_means_one",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.code}"

    @property
    def own(self) -> str:
        """What it is called here; a data set as programme/kind of round."""
        row: Any = self.field or self.organization or self.place or self.programme
        name: str = getattr(row, "key", "") or row.code
        return f"{name}/{self.round_kind}" if self.round_kind else name


class Dhis2Note(models.Model):
    """What a DHIS2 said of a value beside the value: to be followed up, and who stored it there."""

    of_return = models.ForeignKey("indicators.Return", on_delete=models.CASCADE, related_name="dhis2_notes")
    key = models.CharField(max_length=60)
    follow_up = models.BooleanField(default=False)
    stored_by = models.CharField(max_length=100, blank=True)

    scope = ByProgramme("of_return__round__programme")
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("note of DHIS2 on a value")
        verbose_name_plural = _("notes of DHIS2 on values")
        constraints = [models.UniqueConstraint(fields=["of_return", "key"], name="dhis2_note_once")]

    def __str__(self) -> str:
        return f"{self.of_return_id} {self.key}"

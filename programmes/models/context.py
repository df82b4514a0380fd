"""The space in which organizations scale up: policy events, elections, ratings of the enabling spaces."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from programmes.access import ByCountry, ByProgrammeOrCountry, ScopedQuerySet
from programmes.trails import tracked


class Space(models.TextChoices):
    """The spaces the note names (L509-603)."""

    POLITICAL = "political", _("political")
    INSTITUTIONAL = "institutional", _("institutional")
    TECHNICAL_INNOVATION = "technical_innovation", _("technical and innovation")
    FINANCIAL_FISCAL = "financial_fiscal", _("financial and fiscal")
    CULTURAL = "cultural", _("cultural")


class PolicyType(models.TextChoices):
    LAW = "law", _("law")
    REGULATION = "regulation", _("regulation")
    POLICY = "policy", _("policy")
    STRATEGY = "strategy", _("strategy")
    DECREE = "decree", _("decree")
    COURT_DECISION = "court_decision", _("court decision")
    PROGRAMME = "programme", _("programme")
    BUDGET = "budget", _("budget")


class PolicyStage(models.TextChoices):
    AGENDA = "agenda", _("on the agenda")
    PROPOSED = "proposed", _("proposed")
    ADOPTED = "adopted", _("adopted")
    APPLIED = "applied", _("applied on the ground")
    REPEALED = "repealed", _("repealed")


class PolicyDirection(models.TextChoices):
    ENABLING = "enabling", _("enabling")
    CONSTRAINING = "constraining", _("constraining")
    MIXED = "mixed", _("mixed")


@tracked()
class PolicyEvent(models.Model):
    """A law, policy, decision … that helps or hurts organizations in scaling up."""

    country = models.ForeignKey(
        "programmes.Place", on_delete=models.PROTECT, related_name="policy_events", verbose_name=_("country")
    )
    place = models.ForeignKey(
        "programmes.Place", on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("place")
    )
    title = models.CharField(_("title"), max_length=200)
    date = models.DateField(_("date"))
    type = models.CharField(_("type"), max_length=20, choices=PolicyType.choices)
    stage = models.CharField(_("stage"), max_length=20, choices=PolicyStage.choices)
    direction = models.CharField(_("direction"), max_length=20, choices=PolicyDirection.choices)
    spaces = ArrayField(
        models.CharField(max_length=30, choices=Space.choices), default=list, blank=True, verbose_name=_("spaces")
    )
    organizations_role = models.TextField(_("role of the organizations"), blank=True)
    source = models.CharField(_("source"), max_length=300, blank=True)

    scope = ByCountry("country")
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("policy event")
        verbose_name_plural = _("policy events")
        ordering = ["date", "pk"]
        constraints = [
            models.CheckConstraint(condition=models.Q(type__in=PolicyType.values), name="policy_event_type_known"),
            models.CheckConstraint(condition=models.Q(stage__in=PolicyStage.values), name="policy_event_stage_known"),
            models.CheckConstraint(
                condition=models.Q(direction__in=PolicyDirection.values), name="policy_event_direction_known"
            ),
            models.CheckConstraint(
                condition=models.Q(spaces__contained_by=list(Space.values)), name="policy_event_spaces_known"
            ),
        ]

    def __str__(self) -> str:
        return self.title


ELECTION_LEVELS = [("national", _("national")), ("regional", _("regional")), ("local", _("local"))]


@tracked()
class Election(models.Model):
    """A date in the electoral calendar."""

    country = models.ForeignKey(
        "programmes.Place", on_delete=models.PROTECT, related_name="elections", verbose_name=_("country")
    )
    level = models.CharField(_("level"), max_length=20, choices=ELECTION_LEVELS)
    kind = models.CharField(_("kind"), max_length=60)
    date = models.DateField(_("date"))
    source = models.CharField(_("source"), max_length=300, blank=True)

    scope = ByCountry("country")
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("election")
        verbose_name_plural = _("elections")
        ordering = ["date", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["country", "level", "kind", "date"], name="election_once"),
            models.CheckConstraint(
                condition=models.Q(level__in=["national", "regional", "local"]), name="election_level_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.country} {self.date}"


@tracked()
class SpaceAssessment(models.Model):
    """A rating, 1 to 6, of one enabling space on a date, for a programme or for a country."""

    programme = models.ForeignKey(
        "programmes.Programme",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="space_assessments",
        verbose_name=_("programme"),
    )
    country = models.ForeignKey(
        "programmes.Place",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="space_assessments",
        verbose_name=_("country"),
    )
    date = models.DateField(_("date"))
    space = models.CharField(_("space"), max_length=30, choices=Space.choices)
    rating = models.PositiveSmallIntegerField(_("rating, 1 to 6"))
    evidence = models.TextField(_("evidence"))
    author = models.CharField(_("author"), max_length=150, blank=True)

    scope = ByProgrammeOrCountry("programme", "country", for_programmes_too=True)
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("assessment of an enabling space")
        verbose_name_plural = _("assessments of enabling spaces")
        ordering = ["date", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(programme__isnull=False, country__isnull=True)
                | models.Q(programme__isnull=True, country__isnull=False),
                name="space_assessment_of_programme_or_country",
            ),
            models.CheckConstraint(
                condition=models.Q(rating__gte=1, rating__lte=6), name="space_assessment_rating_1_to_6"
            ),
            models.CheckConstraint(condition=models.Q(space__in=Space.values), name="space_assessment_space_known"),
            models.CheckConstraint(condition=~models.Q(evidence=""), name="space_assessment_has_evidence"),
            models.UniqueConstraint(
                fields=["programme", "country", "space", "date"], nulls_distinct=False, name="space_assessment_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.space} {self.date}: {self.rating}"

"""What is answered, as DHIS2 answers it: import summaries, data value sets and data sets, for JSON and the schema."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

from indicators.models import RoundKind
from scaling.exchange.dhis2 import importing


class ImportCountSerializer(serializers.Serializer[Any]):
    imported = serializers.IntegerField()
    updated = serializers.IntegerField()
    ignored = serializers.IntegerField()
    deleted = serializers.IntegerField()


class ImportConflictSerializer(serializers.Serializer[Any]):
    object = serializers.CharField(allow_blank=True)
    objects = serializers.DictField(child=serializers.CharField(allow_blank=True))
    value = serializers.CharField(help_text="What is wrong, in a sentence.")
    errorCode = serializers.CharField(help_text="As DHIS2 numbers it.")
    property = serializers.CharField()
    indexes = serializers.ListField(child=serializers.IntegerField(), help_text="Positions of the values, from 0.")


class ImportSummarySerializer(serializers.Serializer[Any]):
    responseType = serializers.CharField()
    status = serializers.ChoiceField(choices=["SUCCESS", "WARNING", "ERROR"])
    description = serializers.CharField()
    importOptions = serializers.DictField()
    importCount = ImportCountSerializer()
    conflicts = ImportConflictSerializer(many=True)
    rejectedIndexes = serializers.ListField(child=serializers.IntegerField())
    dataSetComplete = serializers.CharField()


class WebMessageSerializer(serializers.Serializer[Any]):
    httpStatus = serializers.CharField()
    httpStatusCode = serializers.IntegerField()
    status = serializers.CharField()
    message = serializers.CharField()
    response = ImportSummarySerializer()


def told(summary: importing.Summary, options: dict[str, Any]) -> dict[str, Any]:
    """An import summary as DHIS2 answers it."""
    failed = summary.status == "ERROR"
    description = _("Nothing was written: a dry run.") if options["dryRun"] else _("Values are drafts of returns.")
    if summary.completed:
        description += " " + _("A date of completion hands nothing in; submit the returns when they are complete.")
    messages = {
        "SUCCESS": _("Import was successful."),
        "WARNING": _("Some values were not taken; the conflicts say which and why."),
        "ERROR": _("No value was taken; the conflicts say why."),
    }
    return {
        "httpStatus": "Conflict" if failed else "OK",
        "httpStatusCode": 409 if failed else 200,
        "status": {"SUCCESS": "OK"}.get(summary.status, summary.status),
        "message": messages[summary.status],
        "response": {
            "responseType": "ImportSummary",
            "status": summary.status,
            "description": description,
            "importOptions": options,
            "importCount": {name: summary.counts[name] for name in ("imported", "updated", "ignored", "deleted")},
            "conflicts": summary.conflicts(),
            "rejectedIndexes": summary.rejected(),
            "dataSetComplete": "false",
        },
    }


class DataValueSchemaSerializer(serializers.Serializer[Any]):
    #: Says to the schema that another field is refused.
    strict = True

    dataElement = serializers.CharField()
    period = serializers.CharField(required=False)
    orgUnit = serializers.CharField(required=False)
    categoryOptionCombo = serializers.CharField(required=False)
    attributeOptionCombo = serializers.CharField(required=False)
    value = serializers.CharField(required=False)
    comment = serializers.CharField(required=False)
    followUp = serializers.BooleanField(required=False)
    storedBy = serializers.CharField(required=False)
    created = serializers.CharField(required=False)
    lastUpdated = serializers.CharField(required=False)
    deleted = serializers.BooleanField(required=False)


class DataValueSetSerializer(serializers.Serializer[Any]):
    """A data value set; what stands at its head holds for the values that do not say it themselves."""

    #: Says to the schema that another field is refused.
    strict = True

    dataSet = serializers.CharField(required=False)
    completeDate = serializers.CharField(required=False)
    period = serializers.CharField(required=False)
    orgUnit = serializers.CharField(required=False)
    attributeOptionCombo = serializers.CharField(required=False)
    dataValues = DataValueSchemaSerializer(many=True)


class PeriodSerializer(serializers.Serializer[Any]):
    period = serializers.CharField(help_text="As DHIS2 writes it; as an interval where it cannot.")
    round = serializers.CharField()
    start = serializers.DateField(help_text="What the round truly describes: its first day …")
    end = serializers.DateField(help_text="… and the first day after.")
    status = serializers.CharField()


class DataSetSerializer(serializers.Serializer[Any]):
    dataSet = serializers.CharField()
    id = serializers.CharField(allow_blank=True, help_text="Its identifier in DHIS2, where it is known.")
    programme = serializers.CharField()
    roundKind = serializers.ChoiceField(choices=RoundKind.choices)
    attributeOptionCombo = serializers.CharField()
    periods = PeriodSerializer(many=True)

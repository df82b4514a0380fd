"""Since when the changes of a table are on record."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Trail(models.Model):
    """Written by migrations. What was known before `since` cannot be told of this table."""

    table = models.CharField(max_length=63, unique=True)
    since = models.DateTimeField()

    class Meta:
        verbose_name = _("trail of a table")
        verbose_name_plural = _("trails of tables")

    def __str__(self) -> str:
        return f"{self.table} {self.since}"

"""Is every row that figures rest on as its trail says?"""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from scaling import recorded


class Command(BaseCommand):
    help = "Compare each table that figures rest on with its trail: what differs was written past the triggers."

    def handle(self, *args: Any, **options: Any) -> None:
        if found := recorded.untold():
            lines = "\n".join(f"{table}: {count} rows" for table, count in found.items())
            raise CommandError(f"Figures that rest on these cannot be shown again as they are known now:\n{lines}")
        self.stdout.write("Every table is as its trail says.")

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from programmes.models import Programme
from scaling.iati import reading, writing
from scaling.iati.reporters import NoReporter


class Command(BaseCommand):
    help = "Writes an IATI 2.03 activity file of programmes; without --programme of all that are not invented."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--programme", metavar="CODE", action="append", default=[])
        parser.add_argument("--synthetic", action="store_true", help="count demonstration programmes in")

    def handle(self, *args: Any, **options: Any) -> None:
        visible = Programme.objects.all()
        programmes = reading.chosen(visible, options["programme"], synthetic=options["synthetic"])
        if missing := set(options["programme"]) - {one.code for one in programmes}:
            raise CommandError(f"There is no programme {', '.join(sorted(missing))}.")
        if not programmes:
            raise CommandError("There is no programme to write; name one with --programme.")
        try:
            told = reading.gather(programmes, visible, unlimited=True)
        except NoReporter as error:
            raise CommandError(error.sentence) from error
        path: Path = options["file"]
        size = 0
        with open(path, "wb") as file:
            for piece in writing.document(told):
                size += file.write(piece)
        self.stdout.write(f"{len(programmes)} programmes, {size} bytes in {path}")

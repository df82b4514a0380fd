from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from programmes.models import Programme
from scaling import rebuilds


class Command(BaseCommand):
    help = "Computes all figures again from the records."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--programme", metavar="CODE", help="only the figures of this programme")
        parser.add_argument("--go-on", action="store_true", help="go on with the rebuild that is not finished")

    def handle(self, *args: object, programme: str | None = None, go_on: bool = False, **options: Any) -> None:
        def progress(done: int, of: int) -> None:
            self.stderr.write(f"{done} of {of} computed")

        chosen = Programme.objects.filter(code=programme).first() if programme else None
        if programme and chosen is None:
            raise CommandError(f"There is no programme {programme}.")
        row = rebuilds.open_one() if go_on else None
        if row is None:
            try:
                row = rebuilds.start(by=None, programme=chosen)
            except ValidationError as error:
                raise CommandError(f"{' '.join(error.messages)} (--go-on works on it)") from error
        self.stdout.write(f"{rebuilds.run(row.pk, progress)} phases and rounds computed")

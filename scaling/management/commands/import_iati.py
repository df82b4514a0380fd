from pathlib import Path
from typing import Any

from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from programmes.models import Programme
from scaling.iati import importing, parsing


class Command(BaseCommand):
    help = "Takes over results of an IATI activity file as targets and results of a programme, all or nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--programme", required=True, metavar="CODE")
        parser.add_argument("--by", required=True, help="address of the person who brings them")
        parser.add_argument(
            "--indicator", action="append", default=[], metavar="KEY=CODE",
            help="reference or title in the file = code here; - leaves it out",
        )  # fmt: skip
        parser.add_argument(
            "--phase", action="append", default=[], metavar="IDENTIFIER=CODE",
            help="identifier of an activity = code of a phase here; * is the programme as a whole",
        )  # fmt: skip
        parser.add_argument("--conflicts", choices=importing.CONFLICTS, default="refuse")
        parser.add_argument("--write", action="store_true", help="write; without it a dry run tells what would happen")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        if not path.is_file():
            raise CommandError(f"{path} is no file")
        programme = Programme.objects.filter(code=options["programme"]).first()
        if programme is None:
            raise CommandError(f"There is no programme {options['programme']}.")
        user = get_user_model().objects.filter(email=options["by"], is_active=True).first()
        if user is None:
            raise CommandError(f"There is nobody with the address {options['by']}.")
        try:
            found = importing.take_over(
                root=parsing.activity_file(path.read_bytes()),
                programme=programme,
                by=user,
                dry_run=not options["write"],
                indicators=self._pairs(options["indicator"]),
                phases=self._pairs(options["phase"]),
                conflicts=options["conflicts"],
            )
        except (parsing.Refused, PermissionDenied) as error:
            raise CommandError(str(error)) from error
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        for one in found.answers:
            if one.errors:
                said = " ".join(text for texts in one.errors.values() for text in texts)
                self.stderr.write(f"line {one.fact.line}: {one.fact.kind} {one.status}: {said}")
        for said_there, codes in found.unmapped:
            self.stderr.write(f"not known here: {said_there.key} (perhaps {', '.join(codes) or 'none'})")
        self.stdout.write(", ".join(f"{count} {status}" for status, count in found.counts.items()) or "nothing there")
        if options["write"] and not found.written:
            raise CommandError("Nothing was written.")
        self.stdout.write("Written." if found.written else "A dry run: nothing was written.")

    def _pairs(self, given: list[str]) -> dict[str, str]:
        found = {}
        for pair in given:
            key, equals, code = pair.rpartition("=")
            if not equals or not key or not code:
                raise CommandError(f"{pair}: KEY=CODE is expected")
            found[key] = code
        return found

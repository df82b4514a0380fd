from pathlib import Path
from typing import Any

from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from programmes import boundaries
from programmes.boundaries import UNMATCHED, WRONG
from programmes.models import Place


class Command(BaseCommand):
    help = "Loads boundaries of places of one country from a GeoJSON file, as the page does."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--country", required=True, help="code of the country")
        parser.add_argument("--source", required=True, help="who published them, where, of which year")
        parser.add_argument("--licence", required=True, help="how they may be used")
        parser.add_argument("--by", required=True, help="address of the person who brings them")
        parser.add_argument("--key", default="", help="property that names the place; default: the one that fits best")
        parser.add_argument("--dry-run", action="store_true", help="say what would change and change nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        if not path.is_file():
            raise CommandError(f"{path} is no file")
        if path.stat().st_size > boundaries.LARGEST:
            raise CommandError(f"{path} is larger than {boundaries.LARGEST // 1024 // 1024} MB")
        country = Place.objects.filter(code=options["country"], level=0).first()
        if country is None:
            raise CommandError(f"There is no country {options['country']}.")
        user = get_user_model().objects.filter(email=options["by"], is_active=True).first()
        if user is None:
            raise CommandError(f"There is nobody with the address {options['by']}.")
        try:
            with transaction.atomic():
                self._load(path, country, user, options)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        except PermissionDenied as error:
            raise CommandError(str(error)) from error

    def _load(self, path: Path, country: Place, user: Any, options: dict[str, Any]) -> None:
        upload = boundaries.receive(
            country=country,
            upload=SimpleUploadedFile(path.name, path.read_bytes()),
            source=options["source"],
            licence=options["licence"],
            by=user,
            key=options["key"],
        )
        found, seen = boundaries.look(upload)
        for one in found:
            if one.verdict in (WRONG, UNMATCHED):
                self.stderr.write(f"{one.row} {one.label}: {one.words}")
        self.stdout.write(f"Matched by “{upload.key}” ({upload.get_match_by_display()}).")
        if options["dry_run"]:
            transaction.set_rollback(True)
            self.stdout.write(f"{sum(one.place is not None for one in found)} would be taken over.")
            return
        self.stdout.write(f"{boundaries.commit(upload=upload, by=user, seen=seen)} taken over.")

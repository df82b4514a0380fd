from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from programmes.models import Place, Programme
from scaling.network.files import FileError
from scaling.network.load import load


class Command(BaseCommand):
    help = "Loads organizations, their ties and their returns from a folder of CSV files. Can be run again."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path)
        parser.add_argument("--programme", required=True, help="code of the programme that they take part in")
        parser.add_argument("--place", help="code of the place of those whose line names none; default: the country")

    def handle(self, *args: Any, **options: Any) -> None:
        folder: Path = options["folder"]
        if not folder.is_dir():
            raise CommandError(f"{folder} is no folder")
        programme = Programme.objects.filter(code=options["programme"]).first()
        if programme is None:
            raise CommandError(f"There is no programme {options['programme']}.")
        place = None
        if options["place"]:
            place = Place.objects.filter(code=options["place"]).first()
            if place is None:
                raise CommandError(f"There is no place {options['place']}.")
        try:
            network = load(folder, programme=programme, place=place)
        except (FileError, ValueError) as error:
            raise CommandError(str(error)) from error
        for note in network.notes:
            self.stderr.write(note)
        new = ", ".join(f"{number} {what}" for what, number in network.new.items() if number)
        self.stdout.write(f"New: {new}." if new else "Nothing new.")

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from lxml import etree

from scaling.iati import parsing

SCHEMAS = {"iati-activities": "iati-activities-schema.xsd", "iati-organisations": "iati-organisations-schema.xsd"}
#: So many faults of a file are told.
TOLD = 50


class Command(BaseCommand):
    help = "Holds files against the official XML Schema of IATI, which lies in a directory (nothing is fetched)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("files", type=Path, nargs="+", metavar="FILE")
        parser.add_argument("--xsd", type=Path, required=True, metavar="DIR", help="directory of the four .xsd files")

    def handle(self, *args: Any, **options: Any) -> None:
        faulty = 0
        for path in options["files"]:
            faults = self._faults(path, options["xsd"])
            for fault in faults[:TOLD]:
                self.stderr.write(f"{path}: {fault}")
            if len(faults) > TOLD:
                self.stderr.write(f"{path}: and {len(faults) - TOLD} more")
            if not faults:
                self.stdout.write(f"{path}: valid")
            faulty += bool(faults)
        if faulty:
            raise CommandError(f"{faulty} of {len(options['files'])} files are not valid")

    def _faults(self, path: Path, folder: Path) -> list[str]:
        if not path.is_file():
            raise CommandError(f"{path} is no file")
        try:
            root = parsing.parse(path.read_bytes())
        except parsing.Refused as error:
            return [str(error)]
        name = SCHEMAS.get(root.tag)
        if name is None:
            return [f"begins with {root.tag}; one of {', '.join(SCHEMAS)} is expected"]
        schema = self._schema(folder / name)
        schema.validate(root)
        log: Any = schema.error_log
        return [f"line {one.line}: {one.message}" for one in log]

    def _schema(self, path: Path) -> etree.XMLSchema:
        if not path.is_file():
            raise CommandError(f"There is no {path.name} in {path.parent}")
        parser = etree.XMLParser(no_network=True, resolve_entities=False)
        try:
            return etree.XMLSchema(etree.parse(str(path), parser))
        except (etree.XMLSyntaxError, etree.XMLSchemaParseError) as error:
            raise CommandError(f"{path} cannot be read as a schema: {error}") from error

import json
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser


class Command(BaseCommand):
    help = "Runs several commands in one process, which is what makes a start quick."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--step", action="append", default=[], help='JSON: ["command", "argument", …]')

    def handle(self, *args: Any, **options: Any) -> None:
        for step in options["step"]:
            name, *arguments = json.loads(step)
            call_command(name, *arguments)

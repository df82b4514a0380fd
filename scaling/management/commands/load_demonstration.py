import json
import os
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from accounts.models import User
from scaling import demonstration, demonstration_boundaries, demonstration_register, demonstration_surroundings, rollups


class Command(BaseCommand):
    help = "Loads the synthetic demonstration portfolio and one sign-in for each role. Can be run again."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--sign-ins", type=Path, required=True, help="file to keep the sign-ins in (mode 0600)")

    def handle(self, *args: Any, **options: Any) -> None:
        programme = demonstration.load_portfolio()
        path: Path = options["sign_ins"]
        known = json.loads(path.read_text()) if path.exists() else []
        people = demonstration.load_people(known[0]["password"] if known else "")
        unfinished = path.with_suffix(".new")
        descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            json.dump(people, file, indent=1)
        unfinished.rename(path)
        doers = {
            "officer": User.objects.get(email="officer@trellis.example"),
            "manager": User.objects.get(email="manager@trellis.example"),
        }
        organizations = demonstration_register.load(programme=programme, **doers)
        demonstration_boundaries.load(by=User.objects.get(email="administrator@trellis.example"))
        demonstration_surroundings.load(programme=programme, **doers)
        rollups.drain()
        self.stdout.write(f"{len(people)} sign-ins, {organizations} synthetic organizations")

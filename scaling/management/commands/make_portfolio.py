from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from scaling import portfolio


class Command(BaseCommand):
    help = "Makes a synthetic portfolio of any size, or takes one away. Only where Trellis runs on one machine."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--organizations", type=int, help="how many, all tiers together")
        parser.add_argument("--seed", type=int, default=1, help="the same seed gives the same rows")
        parser.add_argument("--programmes", type=int, default=4)
        parser.add_argument("--rounds", type=int, default=4, help="the baseline and one every second year")
        parser.add_argument("--remove", type=int, metavar="SEED", help="take away the portfolio of this seed")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["remove"] is not None:
            counts = portfolio.remove(options["remove"])
        elif options["organizations"] is None:
            raise CommandError("Say how many --organizations, or which seed to --remove.")
        else:
            try:
                plan = portfolio.Plan(
                    options["organizations"], options["seed"], options["programmes"], options["rounds"]
                )
            except ValueError as error:
                raise CommandError(str(error)) from error
            counts = portfolio.make(plan, say=self._say)
        for name, count in counts.items():
            self.stdout.write(f"{count:>12,} {name}")

    def _say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()

from django.core.management.base import BaseCommand

from indicators import catalogue


class Command(BaseCommand):
    help = "Loads the indicator catalogue and the rating scale from indicators/data/. Can be run again."

    def handle(self, *args: object, **options: object) -> None:
        counts = catalogue.load()
        self.stdout.write(
            f"{counts['indicators']} indicators, {counts['items']} rating items, {counts['anchors']} anchors"
        )

from django.core.management.base import BaseCommand

from indicators import cases as results
from indicators import catalogue
from programmes import cases as programmes
from scaling import rollups


class Command(BaseCommand):
    help = "Loads the programmes of the note's boxes with their figures and corrections. Can be run again."

    def handle(self, *args: object, **options: object) -> None:
        catalogue.load()
        new = programmes.load() + results.load()
        computed = rollups.drain()
        self.stdout.write(f"{new} new records, {computed} phases computed")

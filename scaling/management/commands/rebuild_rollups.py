from django.core.management.base import BaseCommand

from scaling import rollups


class Command(BaseCommand):
    help = "Computes all figures again from the records."

    def handle(self, *args: object, **options: object) -> None:
        self.stdout.write(f"{rollups.rebuild()} phases computed")

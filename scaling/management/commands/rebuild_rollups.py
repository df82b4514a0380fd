from django.core.management.base import BaseCommand

from scaling import rollups


class Command(BaseCommand):
    help = "Computes all figures again from the records."

    def handle(self, *args: object, **options: object) -> None:
        def progress(done: int, of: int) -> None:
            self.stderr.write(f"{done} of {of} computed")

        self.stdout.write(f"{rollups.rebuild(progress)} phases and rounds computed")

"""The Celery application; `celery -A scaling worker`."""

import os

from celery import Celery
from celery.signals import worker_ready

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "scaling.settings")

app = Celery("trellis")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_ready.connect
def say_that_it_lives(**_kwargs: object) -> None:
    """The first sign of life at once, not with the first beat."""
    from scaling.tasks import heartbeat

    heartbeat()

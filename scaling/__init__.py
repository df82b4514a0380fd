"""Floor 5: what scaling up means, and the site itself."""

from scaling.celery import app as celery_app

__all__ = ["celery_app"]

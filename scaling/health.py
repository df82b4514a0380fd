"""Is the site alive, and is everything behind it there?"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from kombu.exceptions import KombuError

from scaling.celery import app
from scaling.models import Heartbeat

log = logging.getLogger(__name__)

#: The worker signs in every ten seconds; three missed signs and it is taken for gone.
SEEN_LATELY = timedelta(seconds=40)


@require_safe
@never_cache
def healthz(request: HttpRequest) -> JsonResponse:
    """The process answers."""
    return JsonResponse({"status": "alive"})


@require_safe
@never_cache
def readyz(request: HttpRequest) -> JsonResponse:
    """Database, migrations, broker, worker: 200 when all are there, 503 with what is missing."""
    checks: dict[str, str] = {}
    for name, check in CHECKS.items():
        try:
            checks[name] = "ok" if check() else "missing"
        except (DatabaseError, OSError, KombuError) as error:
            log.warning("readyz: %s: %s", name, error)
            checks[name] = "unreachable"
    ready = all(state == "ok" for state in checks.values())
    return JsonResponse({"status": "ready" if ready else "not ready", "checks": checks}, status=200 if ready else 503)


def _database() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        return bool(cursor.fetchone() == (1,))


def _migrations() -> bool:
    executor = MigrationExecutor(connection)
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())


def _broker() -> bool:
    if settings.CELERY_BROKER_URL.startswith("memory:"):
        return True
    with app.connection_for_read(connect_timeout=2) as broker:
        broker.ensure_connection(max_retries=1, timeout=2)
        return True


def worker_lives() -> bool:
    return Heartbeat.objects.filter(name="worker", seen_at__gte=timezone.now() - SEEN_LATELY).exists()


CHECKS: dict[str, Callable[[], bool]] = {
    "database": _database,
    "migrations": _migrations,
    "broker": _broker,
    "worker": worker_lives,
}

#: Address → what answers it; `scaling.middleware.ProbeMiddleware` calls them.
PROBES: dict[str, Callable[[HttpRequest], HttpResponse]] = {"/healthz": healthz, "/readyz": readyz}

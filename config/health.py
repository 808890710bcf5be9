"""健康检查: for the process manager and the load balancer, not for people."""

from django.conf import settings
from django.db import connection
from django.http import JsonResponse
from redis import Redis


def healthz(request):
    """200 when the database answers (and the broker, where one is configured), else 503 naming what does not."""
    parts = {"database": _answers(_ask_database)}
    if settings.REDIS_URL:
        parts["broker"] = _answers(_ask_broker)
    well = all(parts.values())
    return JsonResponse({"ok": well, **parts}, status=200 if well else 503)


def _answers(ask):
    try:
        ask()
    except Exception:  # whatever fails, the answer is the same
        return False
    return True


def _ask_database():
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def _ask_broker():
    with Redis.from_url(settings.REDIS_URL, socket_connect_timeout=2, socket_timeout=2) as broker:
        broker.ping()

"""疑点: what the way in which an answer came tells about pressure. Facts on matters for the supervisor, never a mark on anybody;
no verdict and no figure changes by them (docs/figures.md)."""

import hmac
import logging
from collections import defaultdict
from datetime import timedelta
from hashlib import sha256
from ipaddress import ip_address, ip_network
from secrets import token_bytes

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from feedback.models import AnswerTrace, Callback, DayKey, Doubt, FigureRule, UnitNetwork
from grievance.sealing import derived_key

log = logging.getLogger(__name__)

KEPT = timedelta(days=30)
"""The privacy page promises it: keys and marks of older days are thrown away."""


def witness(callback, *, address, agent, user, resolved_at, at):
    """记下 how an answer came in, and what follows at once. What goes wrong here never costs the answer."""
    try:
        with transaction.atomic():
            _witness(callback, address, agent, user, resolved_at, at)
    except Exception:
        log.exception("how callback %s was answered could not be kept", callback.pk)


def _witness(callback, address, agent, user, resolved_at, at):
    day = timezone.localdate(at)
    key = bytes(DayKey.objects.get_or_create(day=day, defaults={"key": token_bytes(32)})[0].key)
    marks = {"device_hash": _mark(key, "device", address, agent), "network_hash": _mark(key, "network", address)}
    AnswerTrace.objects.get_or_create(callback=callback, defaults={"day": day, **marks})
    timed(callback, resolved_at=resolved_at, at=at)
    if _from_office(callback.case, address):
        _doubt(callback, Doubt.Kind.OFFICE, at)
    if user.is_authenticated and not Callback.objects.filter(pk=callback.pk).impartial_to(user).exists():
        _doubt(callback, Doubt.Kind.STAFF, at)


def timed(callback, *, resolved_at, at):
    """办结后几秒就评价: whatever way the answer came; nothing where the work was finished long ago."""
    seconds = int((at - resolved_at).total_seconds()) if resolved_at else None
    rule = FigureRule.objects.in_force(callback.case.street, timezone.localdate(at))
    if seconds is not None and 0 <= seconds < rule.hasty_seconds:
        _doubt(callback, Doubt.Kind.HASTY, at, seconds=seconds)


def _mark(key, *parts):
    # Two keys: a copy of the database alone leads to no address either
    return hmac.new(derived_key("answer", settings.SECRET_KEY) + key, "\0".join(parts).encode(), sha256).hexdigest()


def _doubt(callback, kind, at, **facts):
    found = {"case": callback.case, "seen_at": at, **facts}
    Doubt.objects.get_or_create(callback=callback, kind=kind, defaults=found)


def _from_office(case, address):
    known = UnitNetwork.objects.filter(unit__in=case.orders.values("handler")).values_list("network", flat=True)
    return any(ip_address(address) in ip_network(network) for network in known)


def find(*, at):
    """找: answers for several persons on one day from one device or one network; how many are new. Safe to run twice."""
    since = timezone.localdate(at) - timedelta(days=1)
    traces = AnswerTrace.objects.filter(day__gte=since).select_related(
        "callback__case__street", "callback__grievance__complainant"
    )
    groups = defaultdict(list)
    for trace in traces.order_by("pk"):
        street = trace.callback.case.street
        groups[Doubt.Kind.DEVICE, street, trace.device_hash].append(trace)
        groups[Doubt.Kind.NETWORK, street, trace.network_hash].append(trace)
    rows = [row for (kind, street, _), alike in groups.items() for row in _of_group(kind, street, alike, at)]
    before = Doubt.objects.count()
    Doubt.objects.bulk_create(rows, ignore_conflicts=True)
    return Doubt.objects.count() - before


def _of_group(kind, street, alike, at):
    rule = FigureRule.objects.in_force(street, alike[0].day)
    most = rule.one_device if kind == Doubt.Kind.DEVICE else rule.one_network
    if len({_person(trace.callback.grievance) for trace in alike}) < most:
        return []
    first = alike[0].pk
    return [Doubt(case=trace.callback.case, callback=trace.callback, kind=kind, together=first, seen_at=at) for trace in alike]


def _person(grievance):
    """By number; one who left none is counted by the grievance."""
    complainant = getattr(grievance, "complainant", None)
    return complainant.phone_index if complainant and complainant.phone_index else grievance.pk


def forget(*, at):
    """销毁: keys and marks older than 30 days; from then on nothing leads from an answer to an address. How many marks."""
    before = timezone.localdate(at) - KEPT
    DayKey.objects.filter(day__lt=before).delete()
    return AnswerTrace.objects.filter(day__lt=before).delete()[0]

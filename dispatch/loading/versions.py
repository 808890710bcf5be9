"""政策版本: the same content is the same version; other content is the next one, and what was issued stays as it was."""

from datetime import date, datetime, time
from decimal import Decimal

from django.utils import timezone

from dispatch.models import Allowance, EscalationRung, Policy, RoutingRule, TimeLimit
from grievance.models import Category
from street.models import Organisation


def issue(content, *, at, effective_from=None, number=1):
    """发布: (the version that carries this content, whether it was issued just now). `number` is the least it may bear."""
    row, street = content.policy, content.street
    name, version = row.text("name", most=80), row.count("version", default=1, least=1)
    versions = Policy.objects.filter(street=street).order_by("-version")
    latest = versions.filter(issued_at__isnull=False).first()
    if latest is not None and latest.digest == content.digest:
        return latest, False
    last = versions.first()
    policy = Policy.objects.create(
        name=name,
        version=max(version, number, last.version + 1 if last else 1),
        street=street,
        effective_from=_effective_from(row, latest, at, effective_from),
        issued_at=at,
        digest=content.digest,
        **content.figures,
    )
    _write(policy, content)
    return policy, True


def _effective_from(row, latest, at, given):
    written = _written(row)
    if latest is None:
        return given or written or at
    start = given or (written if written and written > latest.effective_from else at)
    if start < latest.effective_from:
        row.fail(f"新版本的生效时间 {start:%Y-%m-%d %H:%M} 早于现行的{latest}，已派的工单会对不上。", "effective_from")
    return start


def _written(row):
    value = row.values.get("effective_from")
    if isinstance(value, datetime):
        if value.tzinfo is None:
            row.fail("effective_from 写到时刻的，须带时区，如 2026-12-01T00:00:00+08:00。", "effective_from")
        return value
    if value is not None and not isinstance(value, date):
        row.fail("effective_from 应写日期，如 2022-01-01。", "effective_from")
    return None if value is None else timezone.make_aware(datetime.combine(value, time()))


def _write(policy, content):
    categories = {category.code: category for category in Category.objects.all()}
    units = {unit.code: unit for unit in Organisation.objects.all()}
    limits = [_with(row, categories, policy) for row, _ in content.limits]
    rungs = [_with(row, categories, policy) for row, _ in content.rungs]
    TimeLimit.objects.bulk_create(TimeLimit(**row) for row in limits)
    Allowance.objects.bulk_create(Allowance(policy=policy, **row) for row, _ in content.allowances)
    EscalationRung.objects.bulk_create(EscalationRung(**row) for row in rungs)
    for row, _ in content.routes:
        _write_route(row, policy, categories, units)


def _with(row, categories, policy):
    return {**row, "policy": policy, "category": categories.get(row["category"]), "amount": Decimal(row["amount"])}


def _write_route(row, policy, categories, units):
    fields = {name: value for name, value in row.items() if name != "assistants"}
    fields |= {"category": categories[row["category"]], "community": units.get(row["community"]), "lead": units.get(row["lead"])}
    rule = RoutingRule.objects.create(policy=policy, **fields)
    rule.assistants.add(*(units[code] for code in row["assistants"]))

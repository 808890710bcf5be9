"""派单授权: the file gives the first one; after that it is switched in the product, and loading leaves it alone."""

import re

from dispatch.models import StandingAuthority
from grievance.models import Category
from street.models import Posting, Role, User

KEYS = ("leader", "hours", "barred")
TIME = r"(?:(?:[01]\d|2[0-3]):[0-5]\d|24:00)"
HOURS = re.compile(f"{TIME}-{TIME}")


def grant(content, policy, *, at):
    """授权: sentences saying what was done."""
    row = content.street_table("standing_authority", KEYS, "派单授权")
    if row is None:
        return []
    leader, hours, barred = _leader(row, content.street), row.text("hours", most=11), _barred(row)
    if not HOURS.fullmatch(hours):
        row.fail(f"“hours”应写成 00:00-24:00，现在是“{hours}”。", "hours")
    if StandingAuthority.objects.filter(street=content.street).exists():
        return ["派单授权：已有，保持现状（开关在系统里）"]
    authority = StandingAuthority.objects.create(
        street=content.street, leader=leader, hours=hours, granted_at=min(policy.effective_from, at)
    )
    authority.barred.set(barred)
    return [f"派单授权：新建，以{leader}的名义，{hours}"]


def _leader(row, street):
    username = row.text("leader", most=60)
    leader = User.objects.filter(username=username).first()
    held = Posting.objects.filter(user=leader, organisation=street, role=Role.SHIFT_LEADER)
    if leader is None or not held.exists():
        row.fail(f"“{username}”不是{street}的值班长，不能作为派单授权人。", "leader")
    return leader


def _barred(row):
    codes = row.texts("barred")
    found = {category.code: category for category in Category.objects.filter(code__in=codes)}
    for code in codes:
        if code not in found:
            row.fail(f"“barred”里没有“{code}”这个类别。", "barred")
    return found.values()

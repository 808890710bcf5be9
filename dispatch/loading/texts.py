"""留存原文: each version's whole text beside the rows that were made of it; the same content twice is the same version."""

import hashlib
import json
from decimal import Decimal

from django.db.models import Max

from dispatch.models import Policy, PolicyText
from grievance.casework import beijing
from street.datafile import DataFileError

UNSAID = ("version", "effective_from")
"""[policy] 里不算内容的."""


def digest_of(tree):
    """内容摘要 of all that a file says; the order of its rows, comments and spaces change nothing."""
    parts = {name: _sorted(table) for name, table in tree.items()}
    parts["policy"] = {key: value for key, value in tree.get("policy", {}).items() if key not in UNSAID}
    return hashlib.sha256(_plain(parts).encode()).hexdigest()


def _sorted(table):
    return sorted(map(_plain, table)) if isinstance(table, list) else table


def _plain(value):
    return json.dumps(value, ensure_ascii=False, sort_keys=True, default=_number)


def _number(value):
    return f"{value.normalize():f}" if isinstance(value, Decimal) else str(value)


def next_number(street):
    """下一个版本号: above every text and every version of rows of this street, so that one number speaks of both."""
    kept = PolicyText.objects.of(street).aggregate(last=Max("number"))["last"] or 0
    made = Policy.objects.filter(street=street).aggregate(last=Max("version"))["last"] or 0
    return max(kept, made) + 1


def refuse_beside_scheduled(content):
    """A file loaded now would be undone, unseen, by the version that is due later: that one is withdrawn first."""
    waiting = PolicyText.objects.of(content.street).scheduled().first()
    if waiting is not None:
        raise DataFileError(
            content.file.path, 0, f"{waiting}已定于{beijing(waiting.effective_from)}生效。请先在“政策”页撤下它，再载入这份文件。"
        )


def keep(loaded, kept, *, at):
    """留存: the row of the text, filled in where the desk has one, made where the file says something new."""
    content, policy = loaded.content, loaded.policy
    digest = digest_of(content.file.tree)
    if kept is None:
        latest = PolicyText.objects.of(content.street).issued().first()
        if latest is not None and latest.digest == digest:
            return latest
        number = policy.version if loaded.issued or latest is None else next_number(content.street)
        start = policy.effective_from if loaded.issued else at
        kept = PolicyText(street=content.street, number=number, saved_at=at, issued_at=at, effective_from=start, base=latest)
    kept.text, kept.digest, kept.policy = content.file.text, digest, policy
    kept.status, kept.problem, kept.problem_line = PolicyText.Status.ISSUED, "", None
    kept.save()
    return kept

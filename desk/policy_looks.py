"""对比与预演: what a version says otherwise than another, and what the draft would have made of last month's matters."""

import time

from django.http import Http404
from django.views.decorators.http import require_safe

from desk.doors import MATTERS, for_roles, page
from desk.policy import READERS, bench_for
from dispatch.actions import policies
from dispatch.loading.trial import NAME, trial
from dispatch.models import Anchor, Policy
from dispatch.policy_diff import compare
from dispatch.policy_preview import LOOKED_BACK, MOST, MOST_READ, preview
from dispatch.policy_terms import SECTIONS
from grievance import classify
from grievance.models import Category
from street.datafile import DataFile, DataFileError

ON_A_PAGE = 200
"""So many rows of each kind are listed; the counts are of all."""
WORDS = ("category", "alert", "cue")


@for_roles(READERS)
@require_safe
def comparing(request, street):
    """对比两版: rows that differ, in words. Without being told which: the draft beside what it began from."""
    bench = bench_for(request, street)
    texts = list(bench.texts.exclude(status="withdrawn", number=None))
    old, new = _chosen(request, bench)
    changes, problem = _between(old, new)
    sections = [(label, [one for one in changes if one.section == name]) for name, (label, _) in SECTIONS.items()]
    context = {
        "title": "政策对比", "bench": bench, "old": old, "new": new, "texts": texts, "count": len(changes), "problem": problem,
        "choices": [("old", old, "从"), ("new", new, "到")],
        "sections": [(label, rows) for label, rows in sections if rows],
    }  # fmt: skip
    return page(request, "desk/policy_compare.html", context)


def _chosen(request, bench):
    draft, now = bench.draft, policies.in_force(bench.owner, at=bench.at)
    new = bench.text(request.GET["new"]) if request.GET.get("new") else draft or now
    if new is None:
        raise Http404
    old = bench.text(request.GET["old"]) if request.GET.get("old") else new.base or now
    return old, new


def _between(old, new):
    try:
        return compare(DataFile(str(old), old.text).tree, DataFile(str(new), new.text).tree), ""
    except DataFileError as error:
        return [], str(error)


@for_roles(READERS)
@require_safe
def previewing(request, street):
    """预演: the draft run on the newest matters of the last month; nothing is written."""
    bench, begun = bench_for(request, street), time.monotonic()
    draft = bench.draft
    if draft is None:
        raise Http404
    policy = Policy.objects.in_force(bench.street, bench.at)
    tried = trial(draft.text, street=bench.owner, at=bench.at, base=draft.base.text, words=_words_differ(draft))
    context = {
        "title": "政策预演", "bench": bench, "draft": draft, "tried": tried, "policy": policy, "days": LOOKED_BACK.days,
        "most": MOST, "most_read": MOST_READ, "on_a_page": ON_A_PAGE,
    }  # fmt: skip
    if not tried.problem and policy is not None:
        before = classify.current() if tried.lexicon else None
        found = preview(bench.street, policy, tried, at=bench.at, before=before)
        context |= {"found": found, "anchors": _by_anchor(found), "names": dict(Category.objects.values_list("code", "name"))}
        context |= _rows(found, request.user)
    return page(request, "desk/policy_preview.html", {**context, "seconds": f"{time.monotonic() - begun:.1f}"})


def _words_differ(draft):
    try:
        was, now = (DataFile(NAME, text).tree for text in (draft.base.text, draft.text))
    except DataFileError:
        return False
    return any(was.get(table) != now.get(table) for table in WORDS)


def _by_anchor(found):
    """Counts by step: (label, in time → late, late → in time)."""
    labels = ((Anchor.ACCEPT, "签收"), (Anchor.FIRST_CONTACT, "首次联系"), (Anchor.COMPLETION, "办结"))
    return [
        (label, *(sum(row.deadline.anchor == anchor for row in rows) for rows in (found.late, found.saved)))
        for anchor, label in labels
    ]


def _rows(found, user):
    """The rows of those who see the street's matters; an administrator gets the counts alone."""
    if not user.scope.roles & MATTERS:
        return {"rows": False}
    turned = [row for row in found.shifted if row.turns]
    return {
        "rows": True, "moved": found.moved[:ON_A_PAGE], "turned": turned[:ON_A_PAGE], "renamed": found.renamed[:ON_A_PAGE],
    }  # fmt: skip

"""在手: a matter that one dispatcher reads is not given to another; it may be taken over on purpose, and both are told."""

from datetime import timedelta

from django.db.models import F, Q

from grievance.models import InHand

LASTS = timedelta(minutes=5)
"""提案: so long it is kept for one who reads; an open page asks for more of its own accord, a closed one lets go."""


def rows(*, at):
    """现在在谁手上: {number of the case: row}. What has run out is deleted first, so that nobody's hours can be read later."""
    InHand.objects.filter(until__lte=at).delete()
    return {row.number: row for row in InHand.objects.select_related("user", "taken_from")}


def take(case, *, by, at):
    """拿到手上: kept for `by`, unless another was first; the row as it now stands. One person has one matter in hand."""
    InHand.objects.filter(user=by).exclude(number=case.number).delete()
    return keep(case.number, by=by, at=at)


def keep(number, *, by, at):
    """还在看: the time runs anew; the row as it now stands, which may be another's."""
    own = InHand(number=number, user=by, until=at + LASTS)
    if InHand.objects.filter(Q(user=by) | Q(until__lte=at), number=number).update(user=by, until=own.until):
        return own
    InHand.objects.bulk_create([own], ignore_conflicts=True)
    # Whoever was first; none where that one has put it down this instant
    return InHand.objects.select_related("user").filter(number=number).first() or own


def take_over(case, *, by, at):
    """接手: from whoever has it, on purpose; that one is told by the page. From whom, None where nobody had it."""
    InHand.objects.filter(number=case.number).exclude(user=by).update(user=by, until=at + LASTS, taken_from=F("user"))
    take(case, by=by, at=at)
    row = InHand.objects.select_related("taken_from").filter(number=case.number, user=by).first()
    return row and row.taken_from


def put_down(*, by, **which):
    """放下: this matter (`number`), or whatever one had in hand; with `until`, only what a page since closed was given.

    A page that is left says so when the next one already stands there: of the same matter, that one goes on."""
    InHand.objects.filter(user=by, **which).delete()


def told(held, by):
    """已告知: rows among `held` that were taken from `by`, each said once."""
    lost = [row for row in held.values() if row.taken_from_id == by.pk]
    if lost:
        InHand.objects.filter(pk__in=[row.pk for row in lost], taken_from=by).update(taken_from=None)
    return lost

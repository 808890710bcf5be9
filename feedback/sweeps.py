"""定时清扫: open callbacks of resolved cases, end those that ran out, settle what a crash left behind.

Safe to run twice, late or beside itself: each case is one transaction, and what fails steps aside for the rest."""

import logging

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from dispatch.models import Pledge
from feedback.actions import callback as actions
from feedback.actions import falling_due, pledges
from feedback.models import Callback, CallbackVoice
from grievance.models import Case

log = logging.getLogger(__name__)


def open_callbacks(at, size=200):
    """开始回访: a callback for every person of every resolved case that has none in this round; how many were opened."""
    cases = Case.objects.filter(pk__in=actions.unasked().values("case"))
    return _each_case(cases, _open_for, at, size)


def expire(at, size=200):
    """评价到期: links that ran out without an answer, after the tries that the policy wants; how many ended."""
    return _each_case(Case.objects.filter(Exists(_over(at).filter(case=OuterRef("pk")))), _end_for, at, size)


def settle(at, size=200):
    """收口: resolved cases that nobody is asked about any more, or that somebody sent back; how many moved on."""
    this_round = Callback.objects.filter(case=OuterRef("pk"), round=OuterRef("round"))
    unhappy = this_round.filter(pledges.UNHAPPY)
    asked = ~Exists(this_round.open()) & ~Exists(actions.unasked().filter(case=OuterRef("pk")))
    resolved = Q(Exists(unhappy) | asked, status=Case.Status.RESOLVED)
    return _each_case(Case.objects.filter(resolved), _settle, at, size)


def ask_again(at, size=200):
    """承诺到期: everybody of a closed matter is asked whether what was promised was done; how many questions were begun.

    What a crash left between an answer and its rework is caught up on the way."""
    cases = Case.objects.filter(Exists(falling_due.due(at).filter(case=OuterRef("pk"))))
    broken = Callback.objects.filter(pledges.UNHAPPY, case=OuterRef("pk"), round=OuterRef("round"), pledge__isnull=False)
    left = Case.objects.filter(Exists(broken), status=Case.Status.CLOSED)
    return _each_case(cases, _ask_again, at, size) + _each_case(left, _settle, at, size)


def _ask_again(case, at):
    waiting = Pledge.objects.filter(case=case, status=Pledge.Status.WAITING).order_by("due_on", "pk")
    return sum(falling_due.ask(pledge, at=at) for pledge in waiting)


def forget_words(size=500):
    """随诉求去除: of grievances whose personal data are gone, what was said at their callbacks goes too; how many callbacks."""
    gone = Callback.objects.filter(grievance__tombstone__isnull=False)
    for voice in CallbackVoice.objects.filter(callback__in=gone)[:size]:
        voice.file.delete(save=False)
        voice.delete()
    left = gone.exclude(words="", language="", interpreter=b"").values_list("pk", flat=True)[:size]
    return Callback.objects.filter(pk__in=list(left)).update(words="", language="", interpreter="")


def _each_case(cases, act, at, size):
    """Act on every one of `cases`, `size` looked up at a time, a transaction each; the sum of what was done."""
    done, last = 0, 0
    while pks := list(cases.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:size]):
        for pk in pks:
            done += _alone(cases, pk, act, at)
        last = pks[-1]
    return done


def _alone(cases, pk, act, at):
    try:
        with transaction.atomic():
            case = Case.objects.select_for_update(skip_locked=True, no_key=True).filter(pk=pk).first()
            # Somebody else holds it or was faster: the next minute comes
            return act(case, at) if case and cases.filter(pk=pk).exists() else 0
    except Exception:
        log.exception("the callbacks of case %s could not be moved on; the others go on", pk)
        return 0


def _open_for(case, at):
    return len([actions.open_callback(grievance, at=at) for grievance in actions.unasked().filter(case=case)])


def _over(at):
    """到期的回访: open ones past their link, with nobody left to ring; and those whose person took it back."""
    done_ringing = Q(tried_at__isnull=False) | ~Q(grievance__complainant__phone_index__gt="")
    return Callback.objects.open().filter(Q(expires_at__lte=at) & done_ringing | Q(grievance__withdrawn_at__isnull=False))


def _end_for(case, at):
    over = list(_over(at).filter(case=case).select_related("grievance"))
    for callback in over:
        if callback.grievance.withdrawn_at:
            actions.supersede(callback, why="诉求人已撤回", at=at)
        else:
            actions.give_up(callback, at=at)
    actions.settle_safely(case, at=at)
    return len(over)


def _settle(case, at):
    return int(actions.settle(case, at=at).status != Case.Status.RESOLVED)

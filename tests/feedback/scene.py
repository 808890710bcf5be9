"""A case whose work is done, by the real actions, and people who may ask whether it helped."""

from dispatch.actions import handling
from feedback import sweeps
from feedback.actions import callback as actions
from feedback.models import CallAttempt, Callback
from grievance.actions import triage
from grievance.casework import RESIDENT
from grievance.models import Case, Complainant
from tests.clock import instant
from tests.dispatch.scene import TUESDAY, a_case, a_grievance, later

RESOLVED_AT = later(TUESDAY, hours=2)
WEDNESDAY_EVENING, THURSDAY_MORNING = instant("2023-03-15 19:00"), instant("2023-03-16 10:30")
# Three tries on three days, at three times of day
TRIES = [instant("2023-03-14 15:00"), WEDNESDAY_EVENING, THURSDAY_MORNING]
CONTENT = {"replied": True, "resolved": "yes", "satisfaction": "yes"}
UNHAPPY = {"replied": True, "resolved": "no", "satisfaction": "no", "reason": "unsolved"}


def a_resolved_case(scene, *, reporters=1, at=TUESDAY):
    """A case of so many reporters, done by the community and passed by the shift leader two hours after `at`."""
    case = a_case(scene, at=at, phone="13800001000")
    for number in range(1, reporters):
        a_grievance(case, at=at, phone=f"1380000{1000 + number}")
    case = triage.admit(case, by=scene.who("dispatcher"), at=at)
    order = handling.dispatch(case, to=scene.luxi, limit_class="U4", basis="调解", by=scene.who("dispatcher"), at=at)
    return finish(scene, order, at=at)


def finish(scene, order, *, at, **more):
    """The unit does its work and the desk finds it done, two hours after `at`; the case as it then stands. Work that is done
    again is reported by the head."""
    order = handling.accept(order, by=scene.who("luxi"), at=at)
    who = scene.who("luxi" if order.round == 1 else "luxi_secretary")
    handling.complete(order, public_answer="冰柱已清除，物业赔偿500元。", **more, by=who, at=later(at, hours=1))
    handling.review(order, passed=True, by=scene.who("leader"), at=later(at, hours=2))
    return Case.objects.get(pk=order.case_id)


def asked(case, *, at=RESOLVED_AT):
    """The callbacks of a case, opened by the sweep."""
    sweeps.open_callbacks(at)
    return list(case.callbacks.filter(round=case.round).order_by("grievance_id"))


def answers(callback, verdict, *, at=RESOLVED_AT):
    """The person answers on the survey page."""
    return actions.record(callback, **verdict, way=Callback.Way.SURVEY, by=RESIDENT, at=at)


def rings(scene, callback, *moments, result=CallAttempt.Result.NO_ANSWER):
    """The caller tries at each of the moments."""
    for moment in moments:
        callback = actions.attempt(callback, result=result, by=scene.who("caller"), at=moment)
    return callback


def forget_the_phone(grievance):
    """As if no number had been left."""
    Complainant.objects.filter(grievance=grievance).update(phone=b"", phone_index="")

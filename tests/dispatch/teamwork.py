"""A matter on which several units work together: a whistle, a meeting, supporting orders; times are minutes after TUESDAY."""

from contextlib import contextmanager

import pytest

from dispatch.actions import handling, whistles
from dispatch.models import EscalationRung, TimeLimit
from grievance.actions import triage
from grievance.casework import Refused
from tests.dispatch.scene import a_case, later

LIMITS = (("W1", 1, "working_day"), ("W2", 4, "working_hour"), ("W3", "0.5", "clock_hour"))
RUNGS = (
    ("arrival-chase", "", 0, "clock_hour", "chase", "handler", ""),
    ("arrival-secretary", "W3", "0.5", "clock_hour", "escalate", "street_secretary", "secretary_supervise"),
)


def with_arrival(scene):
    """The scene's policy also says how soon units report in, and what follows if they do not."""
    for limit_class, amount, unit in LIMITS:
        TimeLimit.objects.create(policy=scene.policy, limit_class=limit_class, anchor="arrival", amount=amount, unit=unit)
    for code, limit_class, amount, unit, measure, to, paper in RUNGS:
        EscalationRung.objects.create(
            policy=scene.policy, code=code, trigger="after", anchor="arrival", amount=amount, unit=unit, measure=measure, to=to,
            limit_class=limit_class, paper=paper, sentence=f"{code}。",
        )  # fmt: skip
    return scene


def a_led_case(scene, *, assistants=(), at=None, **options):
    """The lead order of a dispute that 路西 has accepted."""
    at = at or later()
    case = triage.admit(a_case(scene, at=at, **options), by=scene.who("dispatcher"), at=at)
    order = handling.dispatch(
        case, to=scene.luxi, assistants=assistants, limit_class="U4", basis="调解", by=scene.who("dispatcher"), at=at
    )
    return handling.accept(order, by=scene.who("luxi"), at=at)


def a_draft(scene, case, *, units=None, kind="emergency", at=None, **options):
    """A whistle that waits for its signature: to the station and the heat supplier, half an hour from `at`."""
    at = at or later()
    facts = {"matter": "楼顶冰柱随时坠落", "where": "3号楼东侧", "meet_at": later(at, minutes=30), **options}
    return whistles.draft(case, kind=kind, units=units or [scene.sifasuo, scene.heat], by=scene.who("dispatcher"), at=at, **facts)


def a_whistle(scene, case, *, by="street_leader", at=None, **options):
    """A whistle that has gone out."""
    at = at or later()
    return whistles.sign(a_draft(scene, case, at=at, **options), by=scene.who(by), at=at)


@contextmanager
def refused(code):
    """What is tried inside is refused, and for this reason."""
    with pytest.raises(Refused) as no:
        yield
    assert no.value.code == code

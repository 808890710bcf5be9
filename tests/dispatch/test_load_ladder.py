"""载入阶梯: everything a rung can say about whom, how near, until when and how it ends; nonsense is refused at its line."""

from io import StringIO

import pytest
from django.conf import settings
from django.core.management import call_command

from dispatch.loading import load
from dispatch.models import EscalationRung
from street.datafile import DataFileError
from tests.clock import MONDAY_10AM
from tests.dispatch.test_load_policy import SMALL, street, written

pytestmark = pytest.mark.django_db
__all__ = ["street"]
FACT = 'measure = "chase"\nto = "street_leader"\n'
DRAFT = 'measure = "draft"\nto = "unit_head"\n'


def with_rung(*lines, more=""):
    """The small policy with one more rung."""
    said = "\n".join(["[[rung]]", 'code = "new"', *lines, 'sentence = "说明。"'])
    return f"{SMALL}\n{said}\n{more}"


def loaded(folder, text):
    return load(written(folder, text), at=MONDAY_10AM).policy


def the_new_one(folder, *lines, more=""):
    return loaded(folder, with_rung(*lines, more=more)).rungs.get(code="new")


def refusal(folder, text):
    with pytest.raises(DataFileError) as error:
        loaded(folder, text)
    return error.value


@pytest.mark.parametrize("trigger", ["transfers", "rework", "late_accept", "households", "leader_word"])
def test_every_fact_can_be_written_and_is_kept(street, tmp_path, trigger):
    rung = the_new_one(tmp_path, f'trigger = "{trigger}"', "amount = 3", FACT)
    assert (rung.trigger, rung.amount, rung.timed) == (trigger, 3, False)


def test_nearby_is_kept_in_metres_and_hours(street, tmp_path):
    rung = the_new_one(tmp_path, 'trigger = "nearby"', "amount = 5", "radius = 200", "within_hours = 168", FACT)
    assert (rung.radius, rung.within_hours) == (200, 168)


def test_what_a_rung_says_of_unit_answer_exit_and_issue_is_kept(street, tmp_path):
    rung = the_new_one(
        tmp_path, 'trigger = "rework"', "amount = 1", 'unit_kind = "utility"', DRAFT, 'paper = "caution"', "self_issue = true",
        "answer_amount = 0.5", 'answer_unit = "working_hour"',
    )  # fmt: skip
    assert (rung.unit_kind, rung.answer_unit, rung.self_issue) == ("utility", "working_hour", True)
    assert float(rung.answer_amount) == 0.5


def test_a_supervision_that_stands_until_it_is_lifted(street, tmp_path):
    lines = ['trigger = "transfers"', "amount = 3", 'measure = "escalate"', 'to = "next_level"', "ends_with_case = false"]
    rung = the_new_one(tmp_path, *lines)
    assert (rung.to, rung.ends_with_case) == ("next_level", False)


def test_what_is_not_said_is_off(street, tmp_path):
    rung = the_new_one(tmp_path, 'trigger = "rework"', "amount = 1", FACT)
    assert (rung.self_issue, rung.ends_with_case, rung.unit_kind, rung.radius, rung.answer_amount) == (
        False,
        True,
        "",
        None,
        None,
    )


def test_which_classes_wake_people(street, tmp_path):
    assert loaded(tmp_path, SMALL).awake_classes == []
    assert loaded(tmp_path, SMALL + '\n[quiet]\nawake_classes = ["U3"]\n').awake_classes == ["U3"]


def test_words_that_say_what_holds_anyway_are_no_new_version(street, tmp_path):
    first = loaded(tmp_path, with_rung('trigger = "rework"', "amount = 1", FACT))
    again = loaded(tmp_path, with_rung('trigger = "rework"', "amount = 1", FACT, "self_issue = false", "ends_with_case = true"))
    assert first == again


NONSENSE = {
    "nearby without a window": (['trigger = "nearby"', "amount = 5", "radius = 200", FACT], "within_hours"),
    "nearby without a radius": (['trigger = "nearby"', "amount = 5", "within_hours = 24", FACT], "radius"),
    "a radius that means nothing": (['trigger = "nearby"', "amount = 5", "radius = 9000", "within_hours = 24", FACT], "5000"),
    "a window that means nothing": (['trigger = "nearby"', "amount = 5", "radius = 90", "within_hours = 99999", FACT], "2160"),
    "a radius for a count of its own": (['trigger = "reporters"', "amount = 5", "radius = 200", FACT], "nearby"),
    "a fact with a clock": (['trigger = "transfers"', "amount = 3", 'unit = "working_day"', FACT], "没有时钟"),
    "half a hand-over": (['trigger = "transfers"', "amount = 2.5", FACT], "整数"),
    "a reminder that wants an answer": (
        ['trigger = "rework"', "amount = 1", FACT, "answer_amount = 1", 'answer_unit = "working_day"'],
        "反馈时限只用于",
    ),
    "an answer the district decides": (
        ['trigger = "rework"', "amount = 1", 'measure = "escalate"', 'to = "district_list"', "answer_amount = 1",
         'answer_unit = "working_day"'],
        "由区里定",
    ),
    "an answer without a unit": (
        ['trigger = "rework"', "amount = 1", DRAFT, 'paper = "caution"', "answer_amount = 1"],
        "answer_unit",
    ),
    "an answer without an amount": (
        ['trigger = "rework"', "amount = 1", DRAFT, 'paper = "caution"', 'answer_unit = "working_day"'],
        "answer_amount",
    ),
    "half a working day": (
        ['trigger = "rework"', "amount = 1", DRAFT, 'paper = "caution"', "answer_amount = 0.5", 'answer_unit = "working_day"'],
        "整数",
    ),
    "a 督办单 by itself": (['trigger = "rework"', "amount = 1", DRAFT, 'paper = "supervise"', "self_issue = true"], "须有人签发"),
    "a secretary's paper by itself": (
        ['trigger = "rework"', "amount = 1", 'measure = "escalate"', 'to = "street_secretary"', "self_issue = true"],
        "须有人签发",
    ),
    "a chase by itself": (['trigger = "rework"', "amount = 1", FACT, "self_issue = true"], "须有人签发"),
    "a draft that outlives its case": (
        ['trigger = "rework"', "amount = 1", DRAFT, 'paper = "caution"', "ends_with_case = false"],
        "只有呈送",
    ),
    "a kind of unit that handles nothing": (['trigger = "rework"', "amount = 1", 'unit_kind = "city"', FACT], "unit_kind"),
    "the case's own clock for one kind": (
        ['trigger = "after"', "amount = 0", 'unit = "working_day"', 'anchor = "matter"', 'unit_kind = "utility"', FACT],
        "不写 unit_kind",
    ),
    "a clock that no class has": (
        ['trigger = "after"', "amount = 0", 'unit = "working_day"', 'anchor = "reply"', FACT],
        "永远不会触发",
    ),
    "a press on the level above": (['trigger = "rework"', "amount = 1", 'measure = "chase"', 'to = "next_level"'], "不能是"),
}  # fmt: skip


@pytest.mark.parametrize("name", NONSENSE)
def test_nonsense_is_refused_with_its_line_and_changes_nothing(street, tmp_path, name):
    lines, why = NONSENSE[name]
    text = with_rung(*lines)
    error = refusal(tmp_path, text)
    assert why in error.reason
    assert error.line > len(SMALL.splitlines())
    assert not EscalationRung.objects.filter(code="new").exists()


def test_a_class_that_is_not_there_wakes_nobody(street, tmp_path):
    error = refusal(tmp_path, SMALL + '\n[quiet]\nawake_classes = ["U9"]\n')
    assert "U9" in error.reason


def test_the_shipped_ladder_goes_to_the_level_the_domain_says():
    call_command("load_street", str(settings.BASE_DIR / "street/data/qimashan.toml"), stdout=StringIO())
    policy = load(settings.BASE_DIR / "dispatch/policies/default.toml", at=MONDAY_10AM).policy
    levels = {
        "community_secretary": {"dissatisfied-1", "secretary-75-u3"},
        "street_leader": {"leader-u3", "reporters-5", "nearby-5"},
        "street_secretary": {"mediation-failed", "dissatisfied-3", "secretary-u3"},
        "next_level": {"handed-on-3"},
        "district_list": {"reporters-30"},
    }
    for to, codes in levels.items():
        assert codes <= set(policy.rungs.filter(to=to).values_list("code", flat=True))
    answered = {"caution-u3", "supervise-u3", "secretary-u3", "mediation-failed"}
    assert answered <= set(policy.rungs.filter(answer_amount__gt=0).values_list("code", flat=True))
    near = policy.rungs.get(code="nearby-5")
    assert (near.amount, near.radius, near.within_hours) == (5, 200, 7 * 24)

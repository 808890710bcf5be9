"""学习: the desk's decisions teach; a model is taken only if it is no worse on decisions it never saw; a person may go back."""

import json
import shutil
import subprocess
import sys
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
from django.contrib.admin.models import LogEntry
from django.core.management import call_command
from django.db import transaction

from config.first_start import POLICY, STREET
from dispatch import routing, tasks, trust
from dispatch.actions import coaching, handing_over, handling, learning
from dispatch.examples import Example, examples
from dispatch.models import Policy
from grievance.actions import intake, retention, triage, versions
from grievance.casework import Refused
from grievance.classify import in_use, learned, lexicon, suggest_words
from grievance.models import Case, ClassifierVersion, RetentionRule, Saying
from street.models import Organisation, Posting, User
from tests.clock import instant, travel
from tests.desk.phone import a_phone, text_of
from tests.grievance import small_model
from tests.grievance.months import Desk, a_message
from tests.services import REPO, bare_environment

MARCH, APRIL, MAY = instant("2023-03-01 10:00"), instant("2023-04-01 10:00"), instant("2023-05-01 10:00")
FIRST_NIGHT, SECOND_NIGHT = instant("2023-03-31 02:30"), instant("2023-04-21 02:30")
REGISTER = "/admin/grievance/classifierversion/"


@pytest.fixture(scope="module")
def march(django_db_setup, django_db_blocker, tmp_path_factory):
    """The sample street after a month of decisions and the first night of training; every test starts from here."""
    from django.conf import settings

    folder, before = tmp_path_factory.mktemp("march"), settings.DATA_DIR
    settings.DATA_DIR = folder
    with django_db_blocker.unblock(), transaction.atomic():
        call_command("load_calendar", verbosity=0)
        call_command("load_street", str(STREET), verbosity=0)
        call_command("load_policy", str(POLICY), verbosity=0)
        # What example sentences teach is measured in test_route_command.py; here it would leave decisions little to add
        Saying.objects.all().delete()
        coaching.coach()
        desk = Desk()
        desk.month(MARCH, each_day=5)
        desk.first, desk.folder = learning.learn(desk.street, at=FIRST_NIGHT), folder
        settings.DATA_DIR = before
        yield desk
        transaction.set_rollback(True)


@pytest.fixture
def desk(march, own_files, db):
    """As `march` left it, in files of its own."""
    shutil.copytree(march.folder / "classifier", own_files / "classifier")
    march.dice.seed(11)
    return march


def in_use_now(desk):
    return ClassifierVersion.objects.in_use(desk.street.pk)


def unit_of(username):
    return User.objects.get(username=username).postings.first().organisation


def of(case, found):
    return next((example for example in found if example.case == case.pk), None)


# --- what teaches ----------------------------------------------------------------------------------


def test_each_kind_of_decision_is_an_example_with_its_source_and_whether_it_corrected(desk):
    clerk, other = desk.clerks[:2]
    case = desk.decided(a_message("A6", desk.dice), "A6", clerk, APRIL)
    Case.objects.filter(pk=case.pk).update(suggestion={"category": "A6"})
    corrected = desk.decided(a_message("C6", desk.dice), "C6", clerk, APRIL)
    later = desk.decided(a_message("B1", desk.dice), "A6", clerk, APRIL)
    Case.objects.filter(pk__in=[corrected.pk, later.pk]).update(suggestion={"category": "A6"})
    triage.classify_as(later, category=desk.categories["B1"], by=other, at=APRIL + timedelta(hours=1))
    found = examples(desk.street, APRIL + timedelta(hours=2))
    seen = {name: of(row, found) for name, row in (("case", case), ("corrected", corrected), ("later", later))}
    assert [(one.label, one.how, one.corrected) for one in seen.values()] == [
        ("A6", "as_suggested", False), ("C6", "corrected", True), ("B1", "reclassified", True),
    ]  # fmt: skip
    assert {one.source for one in seen.values()} == {"scan"} and seen["later"].at == APRIL + timedelta(hours=1)
    # As it was known before the correction: the label of then is not told from what is known now
    assert of(later, examples(desk.street, APRIL + timedelta(minutes=30))) is None


def test_return_for_the_wrong_unit_and_transfer_teach_about_the_unit(desk):
    clerk, (heat, lamps) = desk.clerks[0], [unit_of(name) for name in ("heat_banli", "chengguan_banli")]
    back = desk.decided(a_message("C6", desk.dice), "B1", clerk, APRIL)
    order = desk.sent(back, heat, APRIL + timedelta(minutes=10))
    desk.came_back(order, User.objects.get(username="heat_banli"), APRIL + timedelta(minutes=20))
    soon = APRIL + timedelta(hours=1)
    assert of(back, examples(desk.street, soon)) is None, "handed back, and nobody has said yet what it is"
    triage.admit(Case.objects.get(pk=back.pk), category=desk.categories["C6"], by=clerk, at=soon)
    found = of(back, examples(desk.street, soon))
    assert (found.label, found.how, found.unit_corrected) == ("C6", "returned", True)
    astray = desk.decided(a_message("C6", desk.dice), "B1", clerk, APRIL)
    order = desk.sent(astray, heat, APRIL + timedelta(minutes=10))
    handling.transfer(order, to=lamps, reason="灯不亮", by=clerk, at=soon)
    found = of(astray, examples(desk.street, soon))
    assert (found.unit, found.astray) == (lamps.pk, True), "another unit has it than its category is for"


def test_what_the_system_sent_by_itself_teaches_only_when_a_person_has_passed_the_work(desk):
    case = desk.reported(a_message("A6", desk.dice), APRIL)
    triage.admit(case, category=desk.categories["A6"], by=None, at=APRIL)
    handler = User.objects.get(username="chengguan_banli")
    order = desk.sent(case, unit_of("chengguan_banli"), APRIL)
    assert of(case, examples(desk.street, MAY)) is None
    handling.accept(order, by=handler, at=APRIL)
    handling.complete(order, public_answer="修好了", by=handler, at=APRIL)
    handling.review(order, passed=True, by=desk.clerks[0], at=APRIL)
    assert of(case, examples(desk.street, MAY)).how == "settled"


def test_nothing_confidential_withdrawn_or_erased_teaches(desk):
    at, clerk = APRIL, desk.clerks[0]
    hidden = intake.submit(desk.code, description="十八层爬得腿发软", phone="13800001111", confidential=True, key="hidden", at=at)
    gone = intake.submit(desk.code, description="十八层爬得腿发麻，电话13800001111", key="gone", at=at)
    for grievance in (hidden, gone):
        triage.admit(triage.study(grievance.case, at=at), category=desk.categories["A6"], by=clerk, at=at)
    assert of(hidden.case, examples(desk.street, at)) is None
    assert "13800001111" not in of(gone.case, examples(desk.street, at)).text
    intake.withdraw(gone, at=at)
    assert of(gone.case, examples(desk.street, at)) is None
    expired = Case.objects.filter(pk__in=versions.learned_from(desk.first)).first()
    RetentionRule.objects.update_or_create(street=desk.street, defaults={"personal_days": 1})
    Case.objects.filter(pk=expired.pk).update(status="closed", ended_at=at - timedelta(days=9))
    assert retention.expire(at=at) == 1
    assert of(expired, examples(desk.street, at)) is None
    learning.clean(desk.street, at=at)
    assert in_use_now(desk) is None, "that night the model that learned from it is gone as well"


# --- promotion -------------------------------------------------------------------------------------


def test_month_of_corrections_makes_a_better_model_which_is_taken(desk):
    report = desk.first.report
    assert (desk.first.status, desk.first.taken_by) == ("in_use", None)
    assert report["new"]["accuracy"] >= report["now"]["accuracy"] + 0.1 and report["new"]["n"] >= 25
    assert set(report["classes"]) >= set(desk.categories)
    assert {"n", "precision", "recall", "f1", "learned", "sure", "sure_right"} <= set(report["classes"]["B1"])
    assert report["coverage"]["wanted"] == 0.99 and report["drift"]["now"] > 100 and report["set_aside"] <= 0.05


def test_held_back_decisions_are_never_learned_from(desk):
    taught = versions.learned_from(desk.first)
    found = [example for example in examples(desk.street, FIRST_NIGHT) if example.case in taught]
    assert len(found) == desk.first.examples == len(taught)
    assert all(example.mark >= learning.HELD_BACK and example.at <= FIRST_NIGHT - learning.NEWEST for example in found)


def test_month_in_which_one_clerk_mislabels_a_third_is_not_taken_and_nobody_is_named(desk, monkeypatch):
    # Two more trainings of the real model would cost more than all the rest
    monkeypatch.setattr(learned, "train", small_model.train)
    with transaction.atomic():
        desk.month(APRIL, each_day=6, days=20)
        clean = learning.learn(desk.street, at=SECOND_NIGHT)
        transaction.set_rollback(True)
    assert clean.status == "in_use", "the same month without the false labels is taken"
    desk.month(APRIL, each_day=6, days=20, wrong={1: 0.3})
    poisoned = learning.learn(desk.street, at=SECOND_NIGHT)
    assert poisoned.status == "refused" and "不一致" in poisoned.why
    assert in_use_now(desk) == desk.first and poisoned.report["set_aside"] > 0.02
    with travel(MAY):
        page = text_of(a_phone(desk.leader).get(f"{REGISTER}{poisoned.pk}/change/"))
    assert "不采信的标签" in page and poisoned.why in page
    sentences = " ".join(poisoned.steps.values_list("sentence", flat=True))
    kept = page + json.dumps(poisoned.report, ensure_ascii=False) + poisoned.why + sentences
    assert [name for clerk in desk.clerks for name in (clerk.username, str(clerk)) if name in kept] == []


def test_model_in_use_speaks_beside_the_words_and_the_more_the_more_it_has_seen(desk):
    texts = [(code, a_message(code, desk.dice)) for code in desk.categories for _ in range(2)]
    place, words = desk.code.place, lexicon.current()
    told = {text: suggest_words(text, place=place, lexicon=words) for _, text in texts}
    alone = {text: suggest_words(text, place=place, lexicon=words, learned=None) for _, text in texts}
    right = [sum(found[text].category_code == code for code, text in texts) for found in (told, alone)]
    assert right[0] >= right[1] + 3
    assert any(reason.startswith("与以往这样办的事项说法相近‘") for found in told.values() for reason in found.reasons)
    opinion = [("B1", 0.9), ("A6", 0.1)]
    shares = [dict(in_use.blended({"A6": 2.0}, opinion, {"B1": n, "A6": n})).get("B1", 0) for n in (0, 20, 2000)]
    assert shares[0] == 0 and 0.4 < shares[1] < 0.5 and shares[2] > 0.85


def test_order_goes_by_itself_only_where_model_and_words_are_above_the_threshold(desk):
    category = desk.categories["A6"]
    case = desk.reported("电梯坏了，十八层爬得腿发软，那个铁盒子又趴窝了", APRIL)
    rule = routing.rule_for(Policy.objects.in_force(desk.street, APRIL), category, case.place)
    for sure, confidence in ((True, 0.3), (False, 0.99)):
        case.suggestion = {"category": "A6", "barred": False, "confidence": confidence, "sure": sure}
        assert routing.is_sure(case, category, rule) is sure
    rule.automatic = False
    case.suggestion["sure"] = True
    assert not routing.is_sure(case, category, rule), "what the duty list bars stays barred, however sure"


# --- a person chooses ------------------------------------------------------------------------------


def test_person_goes_back_by_a_click_and_the_nightly_rule_leaves_it(desk):
    with travel(APRIL):
        leader, clerk = (a_phone(User.objects.get(username=name)) for name in ("zhibanzhang", "paidan1"))
        second = versions.propose(
            desk.street, content=(Path(versions.folder()) / desk.first.path).read_bytes(), examples=1, held_back=1,
            report=desk.first.report, cases=[], at=APRIL,
        )  # fmt: skip
        versions.take(second, why="不差于现用", at=APRIL)
        click = {"action": "roll_back", "_selected_action": [desk.first.pk]}
        clerk.post(REGISTER, click)
        assert in_use_now(desk) == second, "one who may look may not choose"
        assert "回退到这一版" in text_of(leader.get(f"{REGISTER}{desk.first.pk}/change/"))
        assert "回退到第1版" in text_of(leader.post(REGISTER, click, follow=True))
    assert in_use_now(desk) == desk.first
    assert LogEntry.objects.get().change_message == "回退"
    step = desk.first.steps.last()
    assert (step.move, step.by.username, step.posting) == ("roll_back", "zhibanzhang", str(step.by.postings.first()))
    third = versions.propose(desk.street, content=b"x", examples=1, held_back=1, report={}, cases=[], at=APRIL)
    with pytest.raises(Refused, match="以人工选定的版本为准"):
        versions.take(third, why="", at=APRIL + timedelta(days=6))
    assert versions.take(third, why="", at=APRIL + timedelta(days=8)).status == "in_use"


def test_neighbouring_street_sees_no_version(desk):
    above = desk.street.parent
    other = Organisation.objects.create(code="n", name="别的街道", kind="street", parent=above, path=f"{above.path}n/")
    stranger = User.objects.create(username="stranger", is_staff=True)
    Posting.objects.create(user=stranger, organisation=other, role="shift_leader", starts_on=MARCH.date())
    with travel(APRIL):
        assert a_phone(stranger).get(f"{REGISTER}{desk.first.pk}/change/").status_code == 404


# --- files -----------------------------------------------------------------------------------------


def test_matter_sealed_late_takes_the_models_that_learned_from_it_along(desk, django_capture_on_commit_callbacks):
    call_command("sample_keys", verbosity=0)
    case = Case.objects.get(pk=min(versions.learned_from(desk.first)))
    with django_capture_on_commit_callbacks(execute=True):
        handing_over.hand_over(case, ground="conduct", confirm=case.number[-5:], by=desk.leader, at=APRIL)
    assert in_use_now(desk) is None and in_use.learned_for(desk.street.pk) is None
    assert not list(versions.folder().glob("*.model*"))
    with pytest.raises(Refused, match="文件已清除"):
        versions.roll_back(desk.first, by=desk.leader, at=APRIL)


def test_file_that_is_not_the_one_judged_is_not_read(desk):
    (versions.folder() / desk.first.path).write_bytes(b"something else")
    in_use._loaded.clear()
    assert in_use.learned_for(desk.street.pk) is None


def test_process_that_suggests_nothing_reads_no_model_and_needs_no_numpy(own_files):
    code = (
        "import config.wsgi, sys\n"
        "from django.urls import get_resolver\n"
        "get_resolver().url_patterns\n"
        "from grievance.classify import in_use\n"
        "print(len(in_use._loaded), 'numpy' in sys.modules)"
    )
    environment = bare_environment(DATA_DIR=str(own_files), DJANGO_SETTINGS_MODULE="config.settings")
    ran = subprocess.run([sys.executable, "-c", code], cwd=REPO, env=environment, capture_output=True, text=True)
    assert ran.stdout.split() == ["0", "False"], ran.stderr


# --- the night -------------------------------------------------------------------------------------


def test_trains_at_night_once_in_a_process_of_its_own(desk, monkeypatch):
    started, nice = [], []

    class Child:
        pid = 4711

        def __init__(self, command, **options):
            started.append(command[1:])

        def wait(self, timeout):
            assert timeout <= 3600

    monkeypatch.setattr(tasks.subprocess, "Popen", Child)
    monkeypatch.setattr(tasks.os, "setpriority", lambda *call: nice.append(call[1:]))
    for at in (FIRST_NIGHT + timedelta(hours=9), FIRST_NIGHT + timedelta(hours=24)):
        with travel(at):
            tasks.learn()
    assert started == [], "by day, and at night where nothing new was decided, nothing runs"
    desk.month(APRIL, days=1, each_day=5)
    with travel(instant("2023-04-02 03:00")):
        tasks.learn()
    assert started == [[str(REPO / "manage.py"), "learn"]] and nice == [(4711, 10)]


# --- labels ----------------------------------------------------------------------------------------


def an_example(number, text, label, *, hand=1, astray=False):
    return Example(
        case=number, text=text, label=label, at=MARCH, source="scan", kind="report", how="named", corrected=False, unit=None,
        unit_corrected=False, astray=astray, hand=hand,
    )  # fmt: skip


def test_one_hand_weighs_no_more_than_all_others_together():
    many = [an_example(n, f"电梯坏了{n}", "A6", hand=1) for n in range(90)]
    few = [an_example(100 + n, f"电梯坏了{n}", "A6", hand=2 + n % 2) for n in range(30)]
    sifted = trust.sift(many + few, MARCH)
    by_hand = Counter()
    for example, weight in zip(sifted.kept, sifted.weights, strict=True):
        by_hand[example.hand] += weight
    assert by_hand[1] == pytest.approx(30, abs=0.1) and by_hand[2] + by_hand[3] == 30


def test_label_under_which_a_matter_went_astray_or_that_most_deny_is_set_aside():
    same = [an_example(n, "楼门口黑咕隆咚", label, hand=n) for n, label in enumerate(["C6", "C6", "B1"])]
    astray = an_example(9, "龙头滴水", "B1", hand=9, astray=True)
    assert {example.case for example in trust.sift([*same, astray], MARCH).aside} == {2, 9}

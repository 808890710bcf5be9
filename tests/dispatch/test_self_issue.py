"""自动印发: the lowest paper may go out under the shift leader's authority, in nobody's hand; no other paper ever does."""

from datetime import datetime, timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction

from dispatch import sweeps
from dispatch.actions import supervision
from dispatch.loading import load
from dispatch.models import EscalationRung, IssuedPaper, Letter, StandingAuthority
from dispatch.papers.letters import letter_facts
from dispatch.workflow import LETTER
from grievance.casework import Refused
from grievance.models import Event, Notice
from tests.clock import instant
from tests.dispatch.rungs import a_quiet_street, a_rung, an_order, fired
from tests.dispatch.scene import TUESDAY

pytestmark = pytest.mark.django_db
OTHERS = [kind for kind in Letter.Kind.values if kind != "caution"]


@pytest.fixture
def scene():
    return a_quiet_street()


def drafted(scene, *, self_issue=True, **more):
    """A caution drafted by a rung that lets it out by itself, or does not."""
    a_rung(
        scene, "after", 0, anchor="accept", unit="clock_hour", measure="draft", to="unit_head", paper="caution",
        code="caution", self_issue=self_issue, **more,
    )  # fmt: skip
    order = an_order(scene)
    fired(order.accept_due_at)
    return order.accept_due_at


def issued(scene, **more):
    at = drafted(scene, **more)
    sweeps.issue_authorised(at=at)
    return Letter.objects.get()


def authority():
    return StandingAuthority.objects.get()


class TestGoesOut:
    """印发."""

    def test_numbered_under_the_authority_and_signed_by_nobody(self, scene):
        letter = issued(scene)
        assert (letter.status, letter.number, letter.signed_by) == ("issued", "沙骑街提〔2023〕1号", None)
        assert letter.authority == authority()
        assert Notice.objects.get(key=f"letter:{letter.pk}").organisation == scene.luxi

    def test_the_paper_says_so_and_names_nobody(self, scene):
        facts = IssuedPaper.objects.get(letter=issued(scene)).facts
        assert facts["signer"] == "依值班长授权自动印发"
        assert facts["closing"] == "特此提醒。（本件依值班长授权自动印发，未经个人签发。）"
        assert facts["organ"] == "沙依巴克区骑马山街道直通车工作专班"
        people = [user.name for user in scene.people.values()]
        said = "".join([facts["signer"], facts["organ"], *facts["paragraphs"], facts["closing"]])
        assert not [name for name in people if name in said and name != "luxi"]

    def test_the_event_is_the_systems(self, scene):
        issued(scene)
        event = Event.objects.get(kind="letter.issue")
        assert (event.actor, event.voice) == (None, "system")
        assert "依值班长授权自动印发" in event.sentence

    def test_nobody_is_asked_to_sign_it_and_its_clock_as_a_draft_ends(self, scene):
        letter = issued(scene)
        assert not Notice.objects.filter(text__contains="请签发").exists()
        assert not letter.deadlines.filter(met_at__isnull=True, dropped_at__isnull=True).exists()

    def test_numbers_run_on_with_those_a_person_signs(self, scene):
        at = drafted(scene, self_issue=False)
        supervision.sign(Letter.objects.get(), by=scene.who("leader"), at=at)
        EscalationRung.objects.update(self_issue=True)
        other = an_order(scene)
        fired(other.accept_due_at)
        sweeps.issue_authorised(at=at)
        assert sorted(Letter.objects.values_list("number", flat=True)) == ["沙骑街提〔2023〕1号", "沙骑街提〔2023〕2号"]

    def test_once(self, scene):
        letter = issued(scene)
        assert sweeps.issue_authorised(at=letter.signed_at) == 0
        with pytest.raises(Refused):
            supervision.issue_by_authority(letter, at=letter.signed_at)

    def test_its_answer_limit_counts_from_then(self, scene):
        letter = issued(scene, answer_amount=1, answer_unit="working_day")
        assert letter.answer_due_at == instant("2023-03-15 19:30")

    def test_one_that_cannot_go_out_does_not_hold_up_the_next(self, scene, monkeypatch):
        a_rung(scene, "after", 0, anchor="signature", unit="clock_hour", to="street_leader", code="unsigned")
        at = drafted(scene)
        other = an_order(scene)
        fired(other.accept_due_at)
        bad, good = Letter.objects.order_by("pk")
        number = supervision._number
        monkeypatch.setattr(supervision, "_number", lambda letter, at: 1 / 0 if letter.pk == bad.pk else number(letter, at))
        assert sweeps.issue_authorised(at=at) == 2
        assert dict(Letter.objects.values_list("pk", "status")) == {bad.pk: "draft", good.pk: "issued"}
        assert Letter.objects.get(pk=good.pk).number.endswith("1号")
        assert bad.deadlines.filter(anchor="signature", met_at__isnull=True, dropped_at__isnull=True).exists()


class TestStaysADraft:
    """仍是草稿."""

    def stays(self, scene):
        at = drafted(scene)
        assert sweeps.issue_authorised(at=at) == 0
        letter = Letter.objects.get()
        assert (letter.status, letter.number, letter.authority) == ("draft", "", None)
        assert Notice.objects.get(key__startswith="checkpoint:").role == "shift_leader"

    def test_where_the_row_does_not_say_it(self, scene):
        at = drafted(scene, self_issue=False)
        sweeps.issue_authorised(at=at)
        assert Letter.objects.get().status == "draft"

    def test_without_an_authority(self, scene):
        StandingAuthority.objects.all().delete()
        self.stays(scene)

    def test_with_one_that_was_taken_back(self, scene):
        StandingAuthority.objects.update(revoked_at=TUESDAY)
        self.stays(scene)

    def test_with_one_that_is_given_only_later(self, scene):
        StandingAuthority.objects.update(granted_at=TUESDAY + timedelta(days=1))
        self.stays(scene)

    def test_outside_its_hours(self, scene):
        StandingAuthority.objects.update(hours="20:00-08:00")
        self.stays(scene)

    def test_in_a_category_it_does_not_cover(self, scene):
        authority().barred.add(scene.damages)
        self.stays(scene)

    def test_when_the_authority_is_taken_back_in_between(self, scene):
        at = drafted(scene)
        StandingAuthority.objects.update(revoked_at=at)
        sweeps.issue_authorised(at=at)
        letter = Letter.objects.get()
        assert (letter.status, letter.authority) == ("draft", None)
        assert Notice.objects.get(key=f"letter:{letter.pk}:await").role == "shift_leader"
        assert sweeps.issue_authorised(at=at) == 0

    def test_a_person_may_sign_it_first_and_then_it_is_theirs(self, scene):
        at = drafted(scene)
        letter = supervision.sign(Letter.objects.get(), by=scene.who("leader"), at=at)
        sweeps.issue_authorised(at=at)
        letter.refresh_from_db()
        assert (letter.signed_by, letter.authority) == (scene.who("leader"), None)
        assert letter_facts(letter)["signer"] == "leader"


class TestNeverAnyOtherPaper:
    """其他文种从不自动印发."""

    def letter(self, scene, kind):
        at = drafted(scene)
        Letter.objects.update(kind=kind, authority=authority())
        return Letter.objects.get(), at

    @pytest.mark.parametrize("kind", OTHERS)
    def test_the_action_refuses(self, scene, kind):
        letter, at = self.letter(scene, kind)
        with pytest.raises(Refused) as refusal:
            supervision.issue_by_authority(letter, at=at)
        assert refusal.value.code == "signature_needed"

    @pytest.mark.parametrize("kind", OTHERS)
    def test_the_sweep_leaves_it_a_draft(self, scene, kind):
        _, at = self.letter(scene, kind)
        sweeps.issue_authorised(at=at)
        assert Letter.objects.get().status == "draft"

    @pytest.mark.parametrize("kind", OTHERS)
    def test_the_database_refuses(self, scene, kind):
        letter, at = self.letter(scene, kind)
        with pytest.raises(IntegrityError), transaction.atomic():
            Letter.objects.filter(pk=letter.pk).update(status="issued", number="沙骑街督〔2023〕1号", signed_at=at)

    def test_the_database_refuses_a_caution_without_authority_too(self, scene):
        at = drafted(scene, self_issue=False)
        with pytest.raises(IntegrityError), transaction.atomic():
            Letter.objects.update(status="issued", number="沙骑街提〔2023〕1号", signed_at=at)

    def test_no_other_table_of_moves_knows_it(self):
        assert [kind for kind in LETTER if "issue" in LETTER[kind].moves] == [Letter.Kind.CAUTION]

    @pytest.mark.parametrize(
        ("measure", "to", "paper"), [("draft", "street_leader", "supervise"), ("escalate", "street_secretary", "")]
    )
    def test_a_row_that_says_it_of_another_paper_is_not_listened_to(self, scene, measure, to, paper):
        a_rung(
            scene, "after", 0, anchor="accept", unit="clock_hour", measure=measure, to=to, paper=paper,
            code="climb", self_issue=True,
        )  # fmt: skip
        at = an_order(scene).accept_due_at
        fired(at)
        sweeps.issue_authorised(at=at)
        assert (Letter.objects.get().status, Letter.objects.get().authority) == ("draft", None)
        assert Notice.objects.filter(key__startswith="checkpoint:").exists()


def test_as_shipped_nothing_goes_out_by_itself(settings):
    call_command("load_street", str(settings.BASE_DIR / "street/data/qimashan.toml"), stdout=StringIO())
    at = datetime(2023, 1, 1, tzinfo=TUESDAY.tzinfo)
    policy = load(settings.BASE_DIR / "dispatch/policies/default.toml", at=at).policy
    assert policy.rungs.exists()
    assert not policy.rungs.filter(self_issue=True).exists()
    assert policy.awake_classes[:2] == ["U1", "U2"]

"""网格员's phone: what is open where one walks, reporting what one sees, visits, and a resident's own answer on it."""

import pytest

from dispatch.actions import handling
from dispatch.models import Visit, VisitUnit
from feedback.actions import callback as callbacks
from feedback.models import Callback
from grievance.actions import triage
from grievance.classify import screening
from grievance.models import Attachment, Case, Event, Notice, Remark
from street.models import Grid, Place, Role
from tests.builders import a_photo, an_alert
from tests.clock import travel
from tests.desk.phone import SIGNED_IN, a_phone, act, an_order, text_of
from tests.dispatch.scene import TUESDAY, a_case, person

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def on_tuesday():
    with travel(TUESDAY):
        yield


@pytest.fixture
def walker(scene):
    """One who walks a grid of 路西, in which the building stands."""
    grid = Grid.objects.create(code="luxi-1", name="第一网格", community=scene.luxi)
    Place.objects.filter(pk=scene.building.pk).update(grid=grid)
    user = person("wangge", Role.GRID_WORKER, scene.luxi)
    user.postings.update(grid=grid)
    return user


@pytest.fixture
def phone(walker):
    return a_phone(walker)


def sees(phone, place, text="井盖破了", **more):
    return phone.post("/phone/grid/", {"act": "see", "place": place.code, "text": text, **more})


def test_what_is_open_in_my_cells_is_shown_and_nothing_of_elsewhere(scene, phone, walker, django_assert_max_num_queries):
    order = an_order(scene)
    with django_assert_max_num_queries(SIGNED_IN + 12):
        page = text_of(phone.get("/phone/grid/"))
    assert f"/phone/orders/{order.number}/" in page and "没办完的 1 件" in page and 'data-keep="yes"' in page
    walker.postings.update(grid=Grid.objects.create(code="luxi-2", name="第二网格", community=scene.luxi))
    assert "没办完的 0 件" in text_of(a_phone(walker).get("/phone/grid/"))
    assert a_phone(scene.who("luxi")).get("/phone/grid/").status_code == 403


def test_what_i_see_becomes_a_matter_of_its_own_with_its_picture(scene, phone):
    assert sees(phone, scene.building, photos=[a_photo()]).status_code == 302
    case = Case.objects.get()
    assert (case.source, case.place, case.status, case.grievances.count()) == ("staff", scene.building, "submitted", 0)
    assert Remark.objects.get().attachments.get().kind == Attachment.Kind.PHOTO
    assert Event.objects.get().posting and "没办完的 1 件" in text_of(phone.get("/phone/grid/"))


def test_same_matter_is_asked_after_and_not_reported_twice(scene, phone):
    open_there = an_order(scene).case
    asked = sees(phone, scene.building, "车窗被冰柱砸碎了")
    assert asked.status_code == 409 and f'value="{open_there.number}"' in text_of(asked) and Case.objects.count() == 1
    sees(phone, scene.building, "车窗被冰柱砸碎了", into=open_there.number)
    assert Case.objects.count() == 1 and Event.objects.filter(kind="case.seen_again", case=open_there).count() == 1
    sees(phone, scene.building, "车窗被冰柱砸碎了", into="none")
    assert Case.objects.count() == 2


def test_sent_twice_by_a_phone_that_had_no_line_it_is_one_matter(scene, phone, walker):
    head = {"Idempotency-Key": "seen-without-a-line", "X-Act-Person": str(walker.pk)}
    data = {"act": "see", "place": scene.building.code, "text": "井盖破了"}
    answers = [phone.post("/phone/grid/", data, headers=head).json()["again"] for _ in range(2)]
    assert answers == [False, True] and Case.objects.count() == 1


def test_place_of_another_grid_and_words_about_officials_are_not_taken(scene, phone):
    an_alert("misconduct", ["收受"], quarantine=True)
    screening.forget()
    elsewhere = Place.objects.create(code="far", kind="estate", name="远处", community=scene.xisheng, street=scene.street)
    assert sees(phone, elsewhere).status_code == 400
    refused = sees(phone, scene.building, "社区主任收受红包")
    assert refused.status_code == 400 and "纪检" in text_of(refused) and not Case.objects.exists()


def test_visit_is_ticked_off_on_the_phone(scene, phone):
    facts = {"street": scene.street, "place": scene.building, "starts_at": TUESDAY, "planned_at": TUESDAY}
    visit = Visit.objects.create(planned_by=scene.who("luxi"), **facts)
    VisitUnit.objects.create(visit=visit, organisation=scene.luxi, purpose="看望")
    assert "要上门 1 次" in text_of(phone.get("/phone/grid/"))
    phone.post("/phone/grid/", {"act": act(visit, "make_visit"), "record_text": "家里都好"})
    visit.refresh_from_db()
    assert visit.status == "made" and "要上门" not in text_of(phone.get("/phone/grid/"))


# --- a resident's own answer ----------------------------------------------------------------------

ANSWER = {"replied": "yes", "resolved": "yes", "satisfaction": "yes", "send": "1"}


def finished(scene, unit, who):
    """A matter that `unit` has done, waiting for the verdict of the one who raised it."""
    case = a_case(scene)
    handler = scene.who(who)
    desk = scene.who("dispatcher")
    case = triage.admit(case, by=desk, at=TUESDAY)
    order = handling.dispatch(case, to=unit, limit_class="U4", basis="调解", by=desk, at=TUESDAY)
    handling.accept(order, by=handler, at=TUESDAY)
    handling.complete(order, public_answer="已修好", by=handler, at=TUESDAY)
    handling.review(order, passed=True, by=scene.who("leader"), at=TUESDAY)
    return callbacks.open_callback(case.grievances.get(), at=TUESDAY)


def test_resident_answers_on_the_phone_of_one_who_had_no_part_in_it(scene, phone, walker):
    row = finished(scene, scene.xisheng, "xisheng")
    number = row.grievance.number
    page = text_of(phone.post("/phone/grid/rate/", {"number": number.lower()}))
    assert "请把手机交给本人" in page and "已修好" in page and "车窗" not in page
    assert phone.post("/phone/grid/rate/", {"number": number, **ANSWER}).status_code == 302
    row.refresh_from_db()
    assert (row.status, row.way, row.recorded_by) == ("answered", "assisted", walker)
    assert "网格员协助本人评价" in Event.objects.get(kind="callback.assist").sentence
    assert "不是本人点的" in Notice.objects.get(key=f"assisted:{row.pk}").text


def test_answer_is_never_taken_where_the_own_unit_handled_it_or_by_another_community(scene, phone):
    number = finished(scene, scene.luxi, "luxi").grievance.number
    refused = phone.post("/phone/grid/rate/", {"number": number, **ANSWER})
    assert refused.status_code == 400 and "没有可以在这里评价的" in text_of(refused) and "已修好" not in text_of(refused)
    stranger = a_phone(person("wangge2", Role.GRID_WORKER, scene.xisheng))
    assert stranger.post("/phone/grid/rate/", {"number": number, **ANSWER}).status_code == 400
    assert not Callback.objects.filter(status="answered").exists()

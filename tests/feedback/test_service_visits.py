"""评价码: a unit comes for what is listed, who was visited rates it once, and what is wrong becomes a matter."""

import re
from datetime import date, timedelta

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.test import Client

from feedback.actions import service_visits as actions
from feedback.models import ListedItem, Rating, ServiceVisit
from grievance import sealed_box
from grievance.actions import confidential
from grievance.casework import Refused
from grievance.models import Case, ConfidentialInbox, ConfidentialReport, Notice
from street.models import Organisation, Place, Role
from tests.builders import a_case, a_code, a_person, a_place, an_alert, an_organisation
from tests.clock import MONDAY_10AM, travel

pytestmark = pytest.mark.django_db
TODAY = MONDAY_10AM.date()


def later(days):
    return MONDAY_10AM + timedelta(days=days)


@pytest.fixture
def shop():
    return a_place(name="老李面馆", kind=Place.Kind.SHOP, code="shop-1")


@pytest.fixture
def station(shop):
    return an_organisation("xf", "消防站", Organisation.Kind.STATION, shop.street)


@pytest.fixture
def officer(station):
    return a_person(Role.HANDLER, station, is_staff=True)


@pytest.fixture
def item(station):
    return ListedItem.objects.create(unit=station, name="消防检查", basis="消防法第五十三条", starts=date(2023, 1, 1))


def visited(item, place, by, *, days=0, result="sound", **more):
    return actions.register(item, place, day=later(days).date(), result=result, by=by, at=later(days), **more)


def card(visit):
    return f"/pj/{actions.secret_of(visit)}/"


def refusal(act, *args, **facts):
    with pytest.raises(Refused) as refused:
        act(*args, **facts)
    return refused.value.code


def test_what_is_not_on_the_list_of_that_day_is_refused_and_the_list_is_data(item, shop, officer):
    item.ends = TODAY
    item.save()
    assert refusal(visited, item, shop, officer) == "not_listed"
    item.ends = TODAY + timedelta(days=1)
    item.save()
    assert visited(item, shop, officer)[0].unit == item.unit


def test_another_unit_does_not_register_what_is_not_its_own(item, shop):
    other = a_person(Role.HANDLER, an_organisation("cg", "城管办", Organisation.Kind.DEPARTMENT, shop.street))
    assert refusal(visited, item, shop, other) == "role_missing"
    assert not ServiceVisit.objects.exists()


@pytest.mark.parametrize(
    ("days", "result", "code"), [(-4, "sound", "other_day"), (1, "sound", "other_day"), (0, "done", "result_wrong")]
)
def test_a_visit_is_registered_near_its_day_with_a_result_of_its_kind(item, shop, officer, days, result, code):
    facts = {"day": later(days).date(), "result": result, "by": officer, "at": MONDAY_10AM}
    assert refusal(actions.register, item, shop, **facts) == code


def test_a_place_is_left_in_peace_for_the_interval_and_a_well_kept_one_for_longer(item, shop, officer):
    visited(item, shop, officer, result="faults")
    assert refusal(visited, item, shop, officer, days=89) == "too_soon"
    visited(item, shop, officer, days=90)
    visited(item, shop, officer, days=180)
    assert refusal(visited, item, shop, officer, days=180 + 90) == "too_soon", "twice sound: on the white list"
    ListedItem.objects.update(sound_rest_days=90)
    item.refresh_from_db()
    assert visited(item, shop, officer, days=180 + 90)
    elsewhere = a_place(name="小张理发", kind=Place.Kind.SHOP)
    assert visited(item, elsewhere, officer, days=270), "another shop is another matter"


def test_within_the_interval_one_comes_only_for_a_matter_at_that_place(item, shop, officer):
    visited(item, shop, officer)
    here = a_case(a_code(shop), at=later(1))
    there = a_case(a_code(a_place(name="别处")), at=later(1))
    assert refusal(visited, item, shop, officer, days=2, because=there.number) == "unknown_case"
    visit, _ = visited(item, shop, officer, days=2, because=here.number.lower())
    assert visit.because == here.number


def test_the_next_unit_sees_who_was_there_before_it_comes(item, shop, officer, client):
    visited(item, shop, officer, result="faults")
    other = an_organisation("cg", "城管办", Organisation.Kind.DEPARTMENT, shop.street)
    ListedItem.objects.create(unit=other, name="门前三包", basis="市容条例", starts=date(2023, 1, 1))
    client.force_login(a_person(Role.HANDLER, other, is_staff=True))
    with travel(later(3)):
        shown = client.get("/desk/service-visits/?place=shop-1").content.decode()
    assert "老李面馆：消防站 消防检查，发现问题" in shown and "门前三包" in shown and "消防检查</option>" not in shown


def test_a_card_rates_once_and_a_forged_or_old_one_never(item, shop, officer):
    visit, secret = visited(item, shop, officer)
    with travel(later(1)):
        stranger = Client()
        assert stranger.get("/pj/guessed/").status_code == 404
        assert stranger.get(f"/pj/{secret}/").status_code == 200
        assert stranger.post(f"/pj/{secret}/", {"grade": ""}).status_code == 400
        assert "已收到评价" in stranger.post(f"/pj/{secret}/", {"grade": "good"}).content.decode()
        assert "已收到评价" in stranger.post(f"/pj/{secret}/", {"grade": "poor"}).content.decode()
    assert [rating.grade for rating in visit.ratings.all()] == ["good"], "the first stands"
    assert refusal(actions.rate, visit, grade="poor", way="card", at=later(1)) == "already_rated"
    second, token = visited(item, a_place(name="别处"), officer)
    with travel(later(14)):
        assert Client().get(f"/pj/{token}/").status_code == 404
    assert not second.ratings.exists()


def test_what_was_wrong_becomes_a_matter_that_goes_nowhere_by_itself_and_the_supervisor_is_told(item, shop, officer):
    boss, clerk = a_person(Role.SUPERVISOR, shop.street), a_person(Role.DISCIPLINE, shop.street)
    visit, _ = visited(item, shop, officer)
    with travel(later(1)):
        page = Client().post(card(visit), {"grade": "poor", "reason": ["unclear"], "words": "没说清楚哪里不合格就让停业"})
    receipt = re.search(r"/r/([\w-]{22})/", page.content.decode())[1]
    case = Case.objects.get()
    assert "没说清楚哪里不合格" in case.grievances.get().description and case.doubt and receipt
    assert Rating.objects.get().case == case
    told = Notice.objects.filter(kind="rating")
    assert {notice.user for notice in told} == {boss, clerk}
    assert all("停业" not in notice.text for notice in told)
    assert not Notice.objects.filter(organisation=visit.unit).exists()


def test_what_tells_of_favours_is_sealed_and_nothing_here_speaks_of_it(item, shop, officer):
    an_alert("graft", ["吃拿卡要"], quarantine=True)
    office = an_organisation("jiwei", "纪工委", Organisation.Kind.DEPARTMENT, shop.street)
    confidential.change_key(office, public=sealed_box.new_pair("a passphrase of an office")[0], at=MONDAY_10AM)
    ConfidentialInbox.objects.create(street=shop.street, office=office, above=office, passes=[])
    a_person(Role.SUPERVISOR, shop.street)
    visit, _ = visited(item, shop, officer)
    with travel(later(1)):
        page = Client().post(card(visit), {"grade": "poor", "reason": ["money"], "words": "暗示要送两条烟"})
    assert page.status_code == 200 and "看办理进展" in page.content.decode()
    assert ConfidentialReport.objects.count() == 1 and not Case.objects.exists()
    rating = Rating.objects.get()
    assert (rating.reasons, rating.case) == ([], None)
    assert not Notice.objects.filter(kind="rating").exists()


def test_the_code_on_the_door_is_marked_few_and_in_no_share(item, shop, officer, client):
    visit, _ = visited(item, shop, officer)
    door = f"/q/{a_code(shop).token}/visits/"
    with travel(later(1)):
        assert f"{visit.pk}/" in client.get(door).content.decode()
        answers = [client.post(f"{door}{visit.pk}/", {"grade": "poor"}).status_code for _ in range(4)]
        assert answers == [200, 200, 200, 409]
        other = a_code(a_place(name="别处"))
        assert client.post(f"/q/{other.token}/visits/{visit.pk}/", {"grade": "good"}).status_code == 404
        client.force_login(a_person(Role.SUPERVISOR, shop.street, is_staff=True))
        lines = client.get("/desk/ratings/").context["lines"]
    assert [(counts["n"], counts["aside"]) for _, counts, _ in lines] == [(0, 3)]


def test_who_oversees_opens_the_numbers_and_the_unit_sees_sums_alone(item, shop, officer, client):
    for at in range(10):
        visit, _ = visited(item, a_place(name=f"店{at}", kind=Place.Kind.SHOP), officer)
        actions.rate(visit, grade="good" if at else "poor", reasons=["late"], way="card", at=later(1))
    staffed, _ = visited(item, a_place(name="店十"), officer)
    actions.rate(staffed, grade="good", way="card", staff=True, at=later(1))
    far = a_person(Role.HANDLER, an_organisation("x", "别的单位", Organisation.Kind.DEPARTMENT, shop.street), is_staff=True)
    with travel(later(2)):
        client.force_login(a_person(Role.DISCIPLINE, shop.street, is_staff=True))
        page = client.get("/desk/ratings/")
        (_, counts, share) = page.context["lines"][0]
        assert (counts["n"], counts["poor"], counts["aside"], share) == (10, 1, 1, 90)
        behind = client.get(f"/desk/ratings/?item={item.pk}&grade=poor").content.decode()
        assert "店0" in behind and "没按说好的时间来" in behind and "店1" not in behind
        client.force_login(officer)
        own = client.get(f"/desk/ratings/?item={item.pk}&grade=poor")
        assert own.context["chosen"] is None and "店0" not in own.content.decode() and own.context["lines"][0][1]["poor"] == 1
        client.force_login(far)
        assert client.get("/desk/ratings/").context["lines"] == []
        assert client.get(f"/desk/service-visits/{visit.pk}/").status_code == 404
    Rating.objects.filter(grade="good", staff=False).first().delete()
    with travel(later(2)):
        client.force_login(a_person(Role.SUPERVISOR, shop.street, is_staff=True))
        assert client.get("/desk/ratings/").context["lines"][0][2] is None, "nine are no share"
        client.force_login(officer)
        few = client.get("/desk/ratings/").content.decode()
        assert "消防检查" in few and '<td class="is-number">8</td>' not in few, "of few the unit could tell who said what"


def test_the_officer_finds_the_place_registers_and_shows_the_code(item, shop, officer, client):
    client.force_login(officer)
    with travel(MONDAY_10AM):
        assert "老李面馆" in client.get("/desk/service-visits/?place=老李面馆").content.decode()
        said = {"place": "shop-1", "item": item.pk, "day": TODAY.isoformat(), "result": "", "because": "A1"}
        wrong = client.post("/desk/service-visits/", said)
        assert wrong.status_code == 400 and 'value="A1"' in wrong.content.decode()
        made = client.post("/desk/service-visits/", {**said, "result": "sound", "because": ""})
        visit = ServiceVisit.objects.get()
        assert made["Location"] == f"/desk/service-visits/{visit.pk}/"
        shown = client.get(made["Location"]).content.decode()
    assert "<svg" in shown and settings.SITE_URL + card(visit) in shown


def test_pages_cost_the_same_for_many_as_for_few(item, shop, officer, client, django_assert_num_queries):
    def more(names):
        for name in names:
            visit, _ = visited(item, a_place(name=name, kind=Place.Kind.SHOP), officer)
            actions.rate(visit, grade="fair", way="card", at=later(1))

    more("甲乙")
    client.force_login(a_person(Role.SUPERVISOR, shop.street, is_staff=True))
    url = f"/desk/ratings/?item={item.pk}"
    with travel(later(2)):
        client.get(url)
        with django_assert_num_queries(7):
            client.get(url)
        more("丙丁戊己庚")
        with django_assert_num_queries(7):
            client.get(url)


def test_the_list_is_read_from_a_file_whole_or_not_at_all(station, tmp_path):
    file, row = tmp_path / "items.toml", '[[item]]\nunit = "xf"\nname = "消防检查"\nbasis = "消防法"\nstarts = 2023-01-01\n'
    file.write_text(row)
    call_command("load_visit_items", str(file), verbosity=0)
    file.write_text(row + "rest_days = 30\n")
    call_command("load_visit_items", str(file), verbosity=0)
    assert [(item.unit, item.rest_days) for item in ListedItem.objects.all()] == [(station, 30)]
    file.write_text(row + "rest_days = 7\n" + row.replace('"xf"', '"nobody"'))
    with pytest.raises(CommandError, match="第 2 项"):
        call_command("load_visit_items", str(file), verbosity=0)
    assert ListedItem.objects.get().rest_days == 30

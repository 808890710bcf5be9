"""代为上报: one page for a call in progress: what the number said before, the place, the twin, the read-back, the receipt."""

import re
from datetime import date

import pytest

from grievance.actions import intake
from grievance.casework import Refused
from grievance.models import Alert, Case, Complainant, Event, Grievance, OnBehalf
from street.models import Role
from tests.clock import travel
from tests.desk.phone import a_phone, text_of
from tests.dispatch.scene import TUESDAY, a_case, later, organisation, person

pytestmark = pytest.mark.django_db

DESK, PHONE = "/desk/behalf/", "/phone/behalf/"
SAID = {
    "channel": "phone", "kind": "report", "description": "家里暖气不热，室温只有15度", "name": "阿依古丽·买买提",
    "phone": "13800001111", "consented": "yes", "language": "维吾尔语", "interpreter": "古丽", "key": "k1",
}  # fmt: skip


@pytest.fixture
def desk(scene):
    return a_phone(scene.who("dispatcher"))


def sends(browser, scene, do, page=DESK, at=TUESDAY, **more):
    with travel(at):
        return browser.post(page, {"place": scene.building.code, "do": do, **SAID, **more})


def heard(answer):
    """The mark that the page of the read-back sends on."""
    return re.search(r'name="heard" value="([0-9a-f]+)"', text_of(answer))[1]


def registers(browser, scene, page=DESK, at=TUESDAY, **more):
    """The two presses: read aloud, then registered."""
    return sends(browser, scene, "save", page, at, heard=heard(sends(browser, scene, "read", page, at, **more)), **more)


# --- the call --------------------------------------------------------------------------------------


def test_it_is_read_aloud_before_it_is_saved_and_saved_as_it_was_read(desk, scene):
    page = sends(desk, scene, "read")
    aloud = text_of(page).split("念给来电人听", 1)[1].split("</section>", 1)[0]
    for words in ("家里暖气不热，室温只有15度", "小区3号楼", "阿依古丽·买买提", "13800001111", "预计由heat办理", "登记并出回执"):
        assert words in aloud
    changed = sends(desk, scene, "save", heard=heard(page), description="楼道灯不亮")
    assert "再念一遍" in text_of(changed) and "楼道灯不亮" in text_of(changed) and not Case.objects.exists()
    assert not Case.objects.exists() and sends(desk, scene, "save").status_code == 200 and not Case.objects.exists()

    slip = text_of(sends(desk, scene, "save", heard=heard(page)))
    made = Grievance.objects.get()
    for words in (made.number, f"/r/{made.receipt}/", "<svg", "预计由 <b>heat</b>"):
        assert words in slip
    assert (made.case.source, made.case.place, made.qr_code) == ("phone", scene.building, None)


def test_channel_consent_language_and_interpreter_are_kept_and_shown_on_the_case_but_never_to_a_firm(desk, scene):
    registers(desk, scene)
    row, case = OnBehalf.objects.get(), Case.objects.get()
    assert (row.channel, row.consented, row.asked_at, row.language, row.interpreter) == (
        "phone", True, TUESDAY, "维吾尔语", "古丽",
    )  # fmt: skip
    assert Complainant.objects.get().language == "维吾尔语"
    event = Event.objects.get(kind="case.submit")
    assert event.voice == "staff" and not [word for word in ("阿依古丽", "古丽", "138") if word in event.sentence + event.public]
    with travel(TUESDAY):
        page = text_of(desk.get(f"/desk/cases/{case.number}/"))
        assert "本人同意登记" in page and "维吾尔语" in page and "古**" in page and "古丽" not in page
        case.units.create(organisation=scene.company, at=case.submitted_at)
        firm = text_of(a_phone(person("firm", Role.HANDLER, scene.company)).get(f"/desk/cases/{case.number}/"))
    assert case.number in firm and not [word for word in ("维吾尔语", "古**", "本人同意登记") if word in firm]


def test_receipt_is_shown_once_and_a_double_tap_makes_one_matter(desk, scene, client):
    first, second = registers(desk, scene), registers(desk, scene, at=later(seconds=2))
    made = Grievance.objects.get()
    assert made.receipt in text_of(first) and made.receipt in text_of(second)
    with travel(TUESDAY):
        assert made.receipt not in text_of(desk.get(DESK)) and "暖气不热" in text_of(client.get(f"/r/{made.receipt}/"))
    assert registers(desk, scene, description="另一件事").status_code == 409 and Case.objects.count() == 1
    registers(a_phone(scene.who("leader")), scene)
    assert Case.objects.count() == 2


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"description": " "}, "还没有内容"), ({"phone": "123"}, "电话号码不对"), ({"consented": ""}, "念给本人听"),
        ({"consented": "no"}, "清空姓名、电话"), ({"place": "x9"}, "选中地点"), ({"language": "语" * 21}, "最多 20 个字"),
        ({"channel": "gossip"}, "怎么来的"), ({"kind": "wish"}, "还没有开通微心愿"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_and_what_was_typed_stays(desk, scene, wrong, words):
    other = organisation("street2", "street", scene.street.parent)
    scene.building.__class__.objects.create(
        code="x9", kind="estate", name="别处", community=organisation("c2", "community", other), street=other
    )
    answer = sends(desk, scene, "read", **wrong)
    assert answer.status_code == 400 and words in text_of(answer) and "阿依古丽" in text_of(answer)
    assert "登记并出回执" not in text_of(answer) and not Case.objects.exists()


def test_one_who_does_not_agree_is_served_without_name_and_number(desk, scene):
    registers(desk, scene, consented="no", name="", phone="")
    assert OnBehalf.objects.get().consented is False and not Complainant.objects.exists()


# --- what stands beside it -------------------------------------------------------------------------


def test_page_shows_at_once_what_to_ring_what_the_number_said_before_and_where_it_is_already_being_worked_on(desk, scene):
    Alert.objects.create(code="gas", label="燃气", words=["燃气"], advice="闻到燃气味，先打 119")
    before = a_case(scene, category=scene.damages)
    Complainant.objects.filter(grievance__case=before).delete()
    assert "没有查到" in text_of(sends(desk, scene, "look"))
    registers(desk, scene, key="first")
    old = Case.objects.latest("pk")
    Case.objects.filter(pk=old.pk).update(category=scene.heating)
    page = text_of(sends(desk, scene, "look", description="暖气不热，还有燃气味", phone="138 0000 1111", at=later(minutes=5)))
    assert "先打 119" in page and page.count(f"/desk/cases/{old.number}/") == 2 and before.number not in page

    read = sends(desk, scene, f"join:{old.number}", key="second", at=later(minutes=5))
    assert f'name="into" value="{old.number}"' in text_of(read) and Case.objects.count() == 2
    sends(desk, scene, "save", key="second", into=old.number, heard=heard(read), at=later(minutes=5))
    joined = Grievance.objects.latest("pk")
    assert joined.case == old and joined.first_case.status == Case.Status.MERGED and old.grievances.count() == 2


def test_place_is_found_as_one_types_and_only_where_one_may_report(desk, scene):
    page = text_of(sends(desk, scene, "look", part="found", place="", q="三号楼"))
    assert page.count('type="radio"') == 1 and scene.building.code in page and "<form" not in page
    grid = a_phone(person("grid", Role.GRID_WORKER, scene.xisheng))
    assert "没有查到" in text_of(sends(grid, scene, "look", PHONE, part="found", place="", q="三号楼"))


# --- who -------------------------------------------------------------------------------------------


def test_grid_officer_reports_at_the_door_for_the_own_community_alone(scene):
    grid = a_phone(person("grid", Role.GRID_WORKER, scene.luxi))
    with travel(TUESDAY):
        assert 'value="visit" checked' in text_of(grid.get(PHONE))
    assert Grievance.objects.count() == 0 and registers(grid, scene, PHONE, channel="visit").status_code == 200
    case = Case.objects.get()
    assert case.source == "visit" and f"/desk/cases/{case.number}/" not in text_of(registers(grid, scene, PHONE, channel="visit"))
    elsewhere = a_phone(person("grid2", Role.GRID_WORKER, scene.xisheng))
    assert sends(elsewhere, scene, "read", PHONE).status_code == 400 and Case.objects.count() == 1


def test_unit_that_tries_numbers_does_not_find_out_who_asked_for_confidence(desk, scene):
    registers(desk, scene, confidential="on")
    case = Case.objects.get()
    case.units.create(organisation=scene.luxi, at=case.submitted_at)
    look = text_of(sends(a_phone(scene.who("luxi")), scene, "look", PHONE, description="另一件"))
    assert "没有查到" in look and case.number not in look
    with travel(TUESDAY):
        page = text_of(a_phone(scene.who("luxi")).get(f"/desk/cases/{case.number}/"))
    assert case.number in page and not [word for word in ("维吾尔语", "古**", "阿**", "本人同意登记") if word in page]
    Complainant.objects.update(confidential=False)
    assert case.number in text_of(sends(a_phone(scene.who("luxi")), scene, "look", PHONE, description="另一件"))


def test_only_people_of_that_street_s_desk_and_of_that_community_register(scene):
    other = organisation("street2", "street", scene.street.parent)
    registrar = person("window", Role.REGISTRAR, scene.street)
    told = {"description": "事", "consented": True, "at": TUESDAY}
    for user in (scene.who("xisheng"), scene.who("secretary"), person("neighbour", Role.DISPATCHER, other)):
        with pytest.raises(Refused):
            intake.register_for(scene.building, key="k", by=user, **told)
    assert not Case.objects.exists() and intake.register_for(scene.building, key="k", by=registrar, **told).case
    assert a_phone(registrar).get(DESK).status_code == 200
    firm = person("firm", Role.HANDLER, scene.company)
    for user in (scene.who("secretary"), scene.who("caller"), scene.who("sifasuo"), firm):
        assert a_phone(user).get(DESK).status_code == 403


def test_report_on_an_official_enters_no_ordinary_row_and_foretells_no_unit(desk, scene, monkeypatch):
    for module in ("grievance.actions.intake", "desk.behalf_hints", "dispatch.outlook"):
        monkeypatch.setattr(f"{module}.suspected", lambda text, at: "收礼" in text)
    read = sends(desk, scene, "read", description="社区副主任办低保收礼，暖气也不热")
    assert "预计由" not in text_of(read)
    answer = sends(desk, scene, "save", description="社区副主任办低保收礼，暖气也不热", heard=heard(read))
    assert answer.status_code == 503 and "12388" in text_of(answer)
    assert not Case.objects.exists() and not OnBehalf.objects.exists() and not Complainant.objects.exists()


def test_posting_that_is_over_opens_nothing(scene):
    user = person("former", Role.GRID_WORKER, scene.luxi)
    user.postings.update(ends_on=date(2022, 12, 31))
    with travel(TUESDAY):
        assert a_phone(user).get(PHONE).status_code == 403

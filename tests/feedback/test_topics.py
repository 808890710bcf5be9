"""类案: found from text, place, firm and time, with why; what becomes of it people decide; never of a person."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError

from dispatch.actions import safety
from feedback import tasks
from feedback.actions import topics as actions
from feedback.models import Topic, TopicCase, WarningRule
from feedback.topic_effect import effect, trend
from feedback.topics import firms_in
from grievance.casework import Refused
from grievance.classify import matters
from grievance.models import Case, Category, Complainant, Event, Notice
from street.models import Organisation, Place, Role
from tests.builders import MONDAY_10AM, a_case, a_category, a_code, a_person, a_place, an_alert, an_organisation
from tests.clock import travel

pytestmark = pytest.mark.django_db
MIXER = "搅拌站噪音太大，灰尘满天飞，晚上没法睡，第{}次说了。"
NO_WATER = (
    "家里停水了，一滴水也没有，什么时候来水。",
    "又停水，自来水管没水，做不了饭。",
    "停水半天了没人管，水龙头没水。",
    "没水用了，停水也不通知。",
)


OTHERS = "楼上半夜跳舞太吵", "树枝挡住窗户了", "垃圾三天没人收", "路灯不亮", "门口乱停车", "井盖响"


def days(number):
    return timedelta(days=number)


@pytest.fixture
def codes():
    """A code of each of five estates of one street."""
    names = ("锦绣花城", "碧水雅苑", "西盛家园", "育红苑", "春晖里")
    return [a_code(a_place(name=name, kind=Place.Kind.ESTATE)) for name in names]


@pytest.fixture
def street(codes):
    return codes[0].place.street


@pytest.fixture
def water():
    return a_category("B5", {"停水": 6}, name="停水断水")


def told(code, words, *, day=0, category=None, phone=""):
    """The case of a grievance as the worker leaves it: of a kind, and sketched."""
    case = a_case(code, description=words, at=MONDAY_10AM + days(day), **({"phone": phone} if phone else {}))
    Case.objects.filter(pk=case.pk).update(category=category)
    matters.remember(Case.objects.filter(pk=case.pk))
    return case


def found(street, *, day=9):
    """What the sweep finds so many days on, by ground."""
    actions.find(street, at=MONDAY_10AM + days(day))
    return {topic.ground: topic for topic in Topic.objects.filter(street=street)}


def inside(topic):
    return set(topic.members.filter(removed_at=None).values_list("case", flat=True))


def keys(cases):
    return {case.pk for case in cases}


def test_three_of_one_trouble_at_one_place_are_a_topic_with_why_and_the_same_words_from_elsewhere_are_not_in_it(codes, street):
    boss = a_person(Role.SUPERVISOR, street)
    mine = [told(codes[0], MIXER.format(day), day=day) for day in range(3)]
    told(codes[1], MIXER.format(2), day=2)
    told(codes[0], "小学什么时候招生，学位怎么分。", day=2)
    topics = found(street)
    assert set(topics) == {"place"} and inside(topics["place"]) == keys(mine)
    assert "锦绣花城" in topics["place"].name and "3 件" in topics["place"].why
    assert all("噪声" in row.why or "粉尘" in row.why for row in topics["place"].members.all())
    assert Notice.objects.get(kind="topic").user == boss
    assert actions.find(street, at=MONDAY_10AM + days(9)) == 0 and Topic.objects.count() == 1, "the second run is on purpose"
    assert not Event.objects.filter(case__in=mine, at__gte=MONDAY_10AM + days(9)).exists(), "nothing is done to the matters"


def test_one_cause_in_many_places_within_days_is_a_topic_and_weeks_later_it_is_not(codes, street, water):
    other = a_category("E1", {"噪音": 6})
    burst = [told(codes[at], words, day=at % 3, category=water) for at, words in enumerate(NO_WATER)]
    far = told(codes[4], NO_WATER[0], day=15, category=water)
    for day in range(6):
        told(codes[day % 5], OTHERS[day], day=day, category=other)
    topics = found(street, day=16)
    assert inside(topics["cause"]) == keys(burst) and far.pk not in inside(topics["cause"])
    assert "停水断水" in topics["cause"].why and "4 处" in topics["cause"].why


def test_what_is_one_topic_on_one_ground_is_not_a_second_one_on_another(codes, street, water):
    for at, words in enumerate((*NO_WATER, NO_WATER[0], NO_WATER[1])):
        told(codes[at % 5], words, day=at % 3, category=water, phone=f"1390000000{at}")
    WarningRule.objects.create(street=street, starts=date(2023, 1, 1), cause_places=6)
    assert set(found(street, day=3)) == {"surge"}, "six at five places"
    Topic.objects.all().delete()
    WarningRule.objects.update(cause_places=3)
    assert set(found(street, day=3)) == {"cause"}


def test_where_the_office_wants_more_places_four_are_none_and_a_later_rule_holds_from_its_day(codes, street, water):
    WarningRule.objects.create(street=street, starts=date(2023, 1, 1), cause_places=5)
    for at, words in enumerate(NO_WATER):
        told(codes[at], words, day=at % 3, category=water)
    assert "cause" not in found(street)
    WarningRule.objects.create(street=street, starts=(MONDAY_10AM + days(10)).date(), cause_places=4)
    assert "cause" not in found(street, day=9)
    assert "cause" in found(street, day=10)


def test_one_firm_at_two_estates_is_a_topic_by_its_name_or_by_its_orders(codes, street):
    kind = a_category("A3", {"物业费": 6}, name="物业收费")
    words = "金茂物业乱收停车费，不交就不让进门。", "小区的金茂物业公司涨停车费，没有公示。"
    mine = [told(codes[at % 2], words[at % 2], day=at, category=kind) for at in range(4)]
    told(codes[2], "某家宏大物业乱收停车费，不交就不让进门。", day=3, category=kind)
    topic = found(street)["company"]
    assert inside(topic) == keys(mine) and topic.match == {"firm": "金茂"}


@pytest.mark.parametrize(
    ("text", "firms"),
    [
        ("小区的金茂物业公司乱收费", {"金茂"}),
        ("物业公司乱收费，投诉物业没人管", set()),
        ("我们物业不管", set()),
        ("丰源充电桩扣钱不退", {"丰源"}),
    ],
)
def test_a_firm_is_a_name_before_what_says_that_it_is_one(text, firms):
    assert firms_in(text) == firms


def test_five_people_within_two_hundred_metres_are_a_crowd_and_one_who_spoke_five_times_is_one(street, codes, water):
    here = {"coordinate_system": "wgs84", "longitude": "87.600000"}
    near = [a_code(a_place(name=f"{number}号院", latitude=f"43.80{number}000", **here)) for number in range(2)]
    far = a_code(a_place(name="远处", latitude="43.900000", **here))
    texts = ("水小", "没有水", "水管不出水", "停了水", "又没水", "龙头干了")
    for number in range(6):
        told(near[number % 2], texts[number], day=number % 3, category=water, phone="13900000000")
    assert "crowd" not in found(street, day=4)
    mine = [told(near[at % 2], texts[at], day=3, category=water, phone=f"1390000000{at + 1}") for at in range(4)]
    told(far, "没有水", day=3, category=water, phone="13900000009")
    topic = found(street, day=4)["crowd"]
    assert "5 人" in topic.why and keys(mine) <= inside(topic)
    assert not any(case.place.name == "远处" for case in Case.objects.filter(pk__in=inside(topic)))


def test_a_kind_that_doubles_within_a_week_is_told_of(codes, street):
    kind = a_category("K2", {"垃圾": 6}, name="垃圾清运")
    texts = "垃圾桶满了", "没人扫楼道", "建筑废料堆门口", "厨余味道大", "三天没来收", "桶坏了没换"
    for at in range(4):
        told(codes[at], texts[at], day=at % 2, category=kind)
    week = [told(codes[at % 5], texts[at], day=9 + at % 2, category=kind) for at in range(6)]
    assert "surge" not in found(street, day=10), "six after four are not twice as many"
    more = [told(codes[at], texts[at][::-1], day=10, category=kind) for at in range(2)]
    topic = found(street, day=11)["surge"]
    assert inside(topic) == keys([*week, *more]) and "8 件，上一周 4 件" in topic.why


def test_before_a_season_last_years_matters_are_laid_out_once_and_which_seasons_there_are_is_data(codes, street):
    cold = a_category("B1", {"暖气": 6}, name="室温不达标")
    ice = a_category("J3", {"冰": 6}, name="冰凌")
    last = told(codes[0], "家里冷", day=0, category=cold)
    at = MONDAY_10AM.replace(year=2023, month=10, day=12)
    Case.objects.filter(pk=last.pk).update(submitted_at=at)
    told(codes[1], "房顶掉冰", category=ice)
    assert actions.find(street, at=at.replace(year=2024, month=9, day=25)) == 0, "too early"
    assert actions.find(street, at=at.replace(year=2024, month=9, day=26)) == 1
    assert actions.find(street, at=at.replace(year=2024, month=10, day=1)) == 0, "once"
    topic = Topic.objects.get()
    assert topic.ground == "season" and inside(topic) == {last.pk} and "2024年10月10日" in topic.why
    thaw = [{"name": "化雪", "on": "03-05", "days": 40, "before": 5, "categories": ["J3"]}]
    WarningRule.objects.create(street=street, starts=date(2024, 1, 1), seasons=thaw)
    assert actions.find(street, at=at.replace(year=2024, month=3, day=1)) == 1
    assert Topic.objects.filter(name="2024 年化雪").exists()


@pytest.mark.parametrize(
    "seasons", [{}, [{"name": "冬"}], [{"name": "冬", "on": "13-40", "days": 3, "before": 3, "categories": []}]]
)
def test_a_season_that_cannot_be_read_is_refused_in_chinese(street, seasons):
    with pytest.raises(ValidationError) as refused:
        WarningRule(street=street, starts=date(2023, 1, 1), seasons=seasons).clean()
    assert "时令" in str(refused.value)


def test_what_puts_somebody_in_danger_or_was_said_in_confidence_lies_in_no_topic(codes, street):
    cases = [told(codes[0], MIXER.format(day), day=day, phone=f"1390000000{day}") for day in range(6)]
    leader, station = a_person(Role.SHIFT_LEADER, street), an_organisation("ps", "派出所", Organisation.Kind.STATION, street)
    an_alert("harm", ["害怕"], bars_automatic=True)
    Case.objects.filter(pk=cases[5].pk).update(suggestion={"alerts": ["harm"]})
    safety.report_call(cases[0], to=station, answered_by="值班员", by=leader, at=MONDAY_10AM)
    Complainant.objects.filter(grievance__case=cases[1]).update(confidential=True)
    assert inside(found(street)["place"]) == keys(cases[2:5])


def test_what_comes_later_and_fits_is_put_in_and_what_was_taken_out_stays_out(codes, street):
    boss = a_person(Role.SUPERVISOR, street)
    mine = [told(codes[0], MIXER.format(day), day=day) for day in range(3)]
    topic = found(street, day=3)["place"]
    actions.take_out(topic, number=mine[0].number, why="说的是另一家", by=boss, at=MONDAY_10AM + days(3))
    later = told(codes[0], MIXER.format(9), day=4)
    told(codes[0], "路灯坏了，晚上看不见。", day=4)
    found(street, day=5)
    assert inside(topic) == keys([*mine[1:], later]) and Topic.objects.count() == 1
    with pytest.raises(Refused, match="已经在这个类案里"):
        actions.put_in(topic, number=later.number, why="同一家", by=boss, at=MONDAY_10AM + days(5))
    actions.put_in(topic, number=mine[0].number, why="核对过，是同一家", by=boss, at=MONDAY_10AM + days(5))
    assert inside(topic) == keys([*mine, later])


def test_a_group_that_a_person_found_to_be_none_is_not_found_again(codes, street):
    boss = a_person(Role.SUPERVISOR, street)
    for day in range(3):
        told(codes[0], MIXER.format(day), day=day)
    topic = found(street, day=3)["place"]
    actions.drop(topic, why="三家不同的工地", by=boss, at=MONDAY_10AM + days(3))
    told(codes[0], MIXER.format(9), day=4)
    assert actions.find(street, at=MONDAY_10AM + days(5)) == 0


@pytest.fixture
def opened(codes, street):
    """A topic of three matters, opened on the fourth day with the community in the lead."""
    mine = [told(codes[0], MIXER.format(day), day=day) for day in range(3)]
    topic = found(street, day=3)["place"]
    unit = codes[0].place.community
    boss = a_person(Role.SUPERVISOR, street, is_staff=True)
    plan = {"owner": unit, "plan": "约谈搅拌站，装隔音棚，夜间停工。", "due_on": date(2023, 12, 31)}
    at = MONDAY_10AM + days(3)
    with travel(at):
        return actions.open_(topic, **plan, by=boss, at=at), mine, boss


def test_a_topic_goes_from_its_opening_to_its_end_and_each_step_is_kept(opened, codes):
    topic, _, boss = opened
    head = a_person(Role.COMMUNITY_SECRETARY, codes[0].place.community)
    at = MONDAY_10AM + days(4)
    assert Notice.objects.filter(kind="topic", organisation=topic.owner).count() == 1
    actions.note(topic, text="已约谈。", by=head, at=at)
    with pytest.raises(Refused) as early:
        actions.start(topic, day=at.date() + days(2), by=head, at=at)
    assert early.value.code == "day_ahead"
    actions.start(topic, day=at.date(), by=head, at=at)
    with pytest.raises(Refused) as not_mine:
        actions.end(topic, outcome="好了", by=head, at=at)
    assert not_mine.value.code == "role_missing", "who leads the work does not end it"
    ended = actions.end(topic, outcome="隔音棚装好，夜里不再开工。", by=boss, at=at + days(20))
    assert ended.status == "ended" and [step.by for step in topic.steps.all()] == [None, boss, head, head, boss]
    with pytest.raises(Refused):
        actions.note(topic, text="再记", by=boss, at=at + days(21))


@pytest.mark.parametrize(
    ("change", "code"),
    [({"owner": None}, "no_owner"), ({"plan": " "}, "plan_missing"), ({"due_on": date(2020, 1, 1)}, "day_past")],
)
def test_a_plan_says_who_what_and_by_when(codes, street, change, code):
    boss = a_person(Role.SUPERVISOR, street)
    for day in range(3):
        told(codes[0], MIXER.format(day), day=day)
    topic = found(street, day=3)["place"]
    plan = {"owner": codes[0].place.community, "plan": "约谈", "due_on": date(2030, 1, 1), **change}
    with pytest.raises(Refused) as refused:
        actions.open_(topic, **plan, by=boss, at=MONDAY_10AM + days(3))
    assert refused.value.code == code and Topic.objects.get().status == "found"


def test_a_firm_or_another_streets_unit_leads_no_topic(codes, street):
    boss = a_person(Role.SUPERVISOR, street)
    for day in range(3):
        told(codes[0], MIXER.format(day), day=day)
    topic = found(street, day=3)["place"]
    firm = an_organisation("firm", "金茂物业", Organisation.Kind.COMPANY, street)
    elsewhere = an_organisation("far", "另一街道", Organisation.Kind.STREET)
    for owner in (firm, elsewhere):
        with pytest.raises(Refused) as refused:
            actions.open_(topic, owner=owner, plan="约谈", due_on=date(2030, 1, 1), by=boss, at=MONDAY_10AM + days(3))
        assert refused.value.code == "no_owner"


def test_no_resident_is_named_in_a_topic(opened):
    topic, mine, boss = opened
    Complainant.objects.create(grievance=mine[0].grievances.get(), name="吐尔逊江")
    for text in ("吐尔逊江家里最吵", "打 13912345678 联系"):
        with pytest.raises(Refused) as refused:
            actions.note(topic, text=text, by=boss, at=MONDAY_10AM + days(4))
        assert refused.value.code == "named"


def test_before_and_after_are_plain_counts_of_whole_weeks_with_others_of_the_kind_beside(opened, codes):
    topic, mine, _ = opened
    kind = a_category("E9", {}, name="噪声")
    start = MONDAY_10AM + days(5)
    Topic.objects.filter(pk=topic.pk).update(status="watching", started_on=start.date())
    topic.refresh_from_db()
    Case.objects.filter(pk__in=keys(mine)).update(category=kind)
    told(codes[1], "楼上跳舞", day=4, category=kind)
    after = [told(codes[0], MIXER.format(day), day=day) for day in (6, 30)]
    TopicCase.objects.bulk_create(TopicCase(topic=topic, case=case, why="x", added_at=start) for case in after)
    told(codes[2], "邻居装修", day=7, category=kind)
    assert effect(topic, (start + days(13)).date()) is None, "two whole weeks first"
    result = effect(topic, (start + days(14)).date())
    assert (result.weeks, result.before, result.after) == (2, 3, 1)
    assert (result.others_before, result.others_after) == (1, 1)
    weeks = trend(topic, (start + days(14)).date())
    assert len(weeks) == 12 and sum(number for _, number in weeks) == 4


def test_the_pages_lead_through_a_topic_and_keep_what_was_typed(opened, client, codes, street):
    topic, mine, boss = opened
    client.force_login(boss)
    with travel(MONDAY_10AM + days(4)):
        register = client.get("/desk/topics/")
        assert topic.name in register.content.decode() and "专题办理" in register.content.decode()
        shown = client.get(f"/desk/topics/{topic.pk}/").content.decode()
        assert all(case.number in shown for case in mine) and "约谈搅拌站" in shown
        done = client.post(f"/desk/topics/{topic.pk}/", {"do": "note", "text": "装了隔音棚"})
        assert done.status_code == 302 and topic.steps.filter(sentence="进展：装了隔音棚").exists()
        wrong = client.post(f"/desk/topics/{topic.pk}/", {"do": "put_in", "number": "S000000-XXXXX", "why": "我写的原因"})
        assert wrong.status_code == 400 and "我写的原因" in wrong.content.decode() and "请核对编号" in wrong.content.decode()
        stale = {"do": "plan", "owner": topic.owner_id, "plan": "我的办法", "due_on": "2030-01-01", "revision": 0}
        late = client.post(f"/desk/topics/{topic.pk}/", stale)
        assert late.status_code == 409 and "我的办法" in late.content.decode()
        few = {"street": street.pk, "name": "停车", "why": "都说车位", "numbers": mine[0].number}
        assert "一件不成类案" in client.post("/desk/topics/", few).content.decode()
        made = client.post("/desk/topics/", {**few, "numbers": f"{mine[0].number}，{mine[1].number.lower()}"})
        begun = Topic.objects.get(ground="hand")
        assert made["Location"] == f"/desk/topics/{begun.pk}/" and inside(begun) == keys(mine[:2])
        assert client.get(f"/desk/topics/?notice=topic:{begun.pk}:found:1")["Location"] == made["Location"]


def test_pages_cost_the_same_for_many_as_for_few(opened, client, codes, street):
    topic, _, boss = opened
    client.force_login(boss)

    def cost(url):
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        with travel(MONDAY_10AM + days(4)), CaptureQueriesContext(connection) as queries:
            assert client.get(url).status_code == 200
        return len(queries)

    urls = "/desk/topics/", f"/desk/topics/{topic.pk}/"
    for url in urls:
        cost(url)
    few = [cost(url) for url in urls]
    at = MONDAY_10AM + days(3)
    more = [told(codes[0], MIXER.format(number), day=3) for number in range(6)]
    TopicCase.objects.bulk_create(TopicCase(topic=topic, case=case, why="x", added_at=at) for case in more)
    for number in range(6):
        actions.begin(street, name=f"类案{number}", numbers=[more[0].number, more[1].number], why="都是", by=boss, at=at)
    assert [cost(url) for url in urls] == few and max(few) <= 16, few


def test_a_unit_sees_the_topics_it_leads_and_of_these_only_the_matters_it_was_told_of(opened, client, codes, street):
    topic, mine, _ = opened
    luxi = a_person(Role.HANDLER, topic.owner, is_staff=True)
    other = a_person(Role.HANDLER, an_organisation("xs", "西盛社区", Organisation.Kind.COMMUNITY, street), is_staff=True)
    with travel(MONDAY_10AM + days(4)):
        client.force_login(luxi)
        shown = client.get(f"/desk/topics/{topic.pk}/").content.decode()
        assert topic.name in shown and not any(case.number in shown for case in mine) and "另有 3 件不在您的范围里" in shown
        client.force_login(other)
        assert client.get(f"/desk/topics/{topic.pk}/").status_code == 404
        assert topic.name not in client.get("/desk/topics/").content.decode()


def test_the_beat_finds_topics_in_every_street(codes, street):
    for day in range(3):
        told(codes[0], MIXER.format(day), day=day)
    with travel(MONDAY_10AM + days(3)):
        tasks.find_topics()
        tasks.find_topics()
    assert Topic.objects.get().street == street and Category.objects.count() == 0

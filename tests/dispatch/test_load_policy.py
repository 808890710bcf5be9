"""载入政策: twice changes nothing, other content is the next version, one changed row changes the unit or the limit."""

from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from dispatch import deadlines, routing, sweeps
from dispatch.actions import policies
from dispatch.loading import load
from dispatch.models import EscalationRung, Policy, RoutingRule, StandingAuthority, TimeLimit, WorkOrder
from grievance.actions import intake
from grievance.models import Alert, Case, Category, QRCode
from street.datafile import DataFileError
from street.models import Organisation, Place
from tests.builders import a_community, a_person, a_place, a_street, an_organisation
from tests.clock import MONDAY_10AM, instant, travel

pytestmark = pytest.mark.django_db
STREET = Path(settings.BASE_DIR) / "street" / "data" / "qimashan.toml"
POLICY = Path(settings.BASE_DIR) / "dispatch" / "policies" / "default.toml"
COLD = "家里暖气不热，室温只有15度"
SMALL = """\
[policy]
name = "某街道办理政策"
version = 1
street = "qms"
effective_from = 2022-01-01

[callback]
tries = 2

[[category]]
code = "B"
name = "供热"

[[category]]
code = "B1"
name = "室温不达标"
parent = "B"
[category.words]
3 = ["暖气不热", "室温"]
-2 = ["暖气费"]

[[alert]]
code = "fire"
label = "火情"
words = ["着火"]
tells = ["shift_leader"]

[[limit]]
limit_class = ["U3", "R"]
anchor = "accept"
amount = 4
unit = "working_hour"

[[limit]]
limit_class = ["U3", "R"]
anchor = "first_contact"
amount = 1
unit = "working_day"

[[limit]]
limit_class = ["U3", "R"]
anchor = "completion"
amount = 5
unit = "working_day"

[[limit]]
limit_class = ["U3", "R"]
anchor = "review"
amount = 0.5
unit = "working_hour"

[[rung]]
code = "remind"
anchor = "completion"
trigger = "before"
amount = 24
unit = "clock_hour"
limit_class = ["U3", "R"]
measure = "remind"
to = "handler"
sentence = "请抓紧办理。"

[[rung]]
code = "many"
trigger = "reporters"
amount = 30
measure = "escalate"
to = "district_list"
sentence = "已有 30 人反映。"

[[route]]
category = "B1"
lead = "heat"
assistants = ["community", "estate_company", "sy-zhujian"]
limit_class = "U3"
list = "assist"
basis = "职责清单：供热"
"""


@pytest.fixture
def street():
    """A street, a community, a utility, a department, a firm: what the small policy speaks of."""
    street = a_street()
    a_community(street)
    an_organisation("heat", "供热公司", Organisation.Kind.UTILITY)
    an_organisation("sy-zhujian", "区住建局", Organisation.Kind.DEPARTMENT)
    an_organisation("pm", "物业公司", Organisation.Kind.COMPANY, street)
    an_organisation("qms-chengguan", "城市管理办", Organisation.Kind.DEPARTMENT, street)
    return street


@pytest.fixture
def sample_street():
    """The sample street as shipped."""
    call_command("load_street", str(STREET), stdout=StringIO())


def written(folder, text):
    """A policy file with that text."""
    path = folder / "policy.toml"
    path.write_text(text, encoding="utf-8")
    return path


def changed(old, new, text=SMALL):
    """A policy with one thing changed."""
    assert text.count(old) == 1, old
    return text.replace(old, new)


def block(text, *lines):
    """The one `[[…]]` block of a policy that holds all of `lines`."""
    found = [part for part in text.split("\n\n") if set(lines) <= set(part.splitlines())]
    assert len(found) == 1, (lines, len(found))
    return found[0]


def rows():
    """Every row that loading writes, as it stands."""
    models = (Category, Alert, Policy, TimeLimit, EscalationRung, RoutingRule, RoutingRule.assistants.through, StandingAuthority)
    return {model: list(model.objects.order_by("pk").values()) for model in models}


def test_sample_policy_loads_and_loading_it_again_changes_nothing(sample_street):
    first = load(POLICY, at=MONDAY_10AM)
    before = rows()
    again = load(POLICY, at=instant("2026-11-23 10:00"))
    assert (first.issued, again.issued) == (True, False)
    assert again.policy == first.policy
    assert again.tally.quiet
    assert rows() == before


def test_every_category_of_the_second_level_has_a_unit_at_every_place(sample_street):
    policy = load(POLICY, at=MONDAY_10AM).policy
    second = Category.objects.filter(parent__isnull=False, parent__parent=None)
    assert second.count() == 60
    for category in second:
        for place in [Place.objects.get(code="luxi-jiayuan-3"), Place.objects.get(code="shuikujie-gongdi")]:
            rule = routing.rule_for(policy, category, place)
            assert routing.lead_of(rule, place).may_lead, category
            for anchor in deadlines.ORDER_ANCHORS:
                assert deadlines.limit_for(policy, rule.limit_class, anchor, Case(category=category))


def test_nobody_below_the_discipline_office_gets_an_accusation(sample_street):
    policy = load(POLICY, at=MONDAY_10AM).policy
    rule = policy.routes.get(category__code="L2")
    assert (rule.lead.code, rule.automatic, rule.community_assists, rule.company_assists) == ("qms-jiwei", False, False, False)
    assert not rule.assistants.exists()
    assert StandingAuthority.objects.get().barred.filter(code="L2").exists()


def test_an_angry_word_is_urgent_for_those_who_solve_and_bars_nothing(sample_street):
    load(POLICY, at=MONDAY_10AM)
    angry, beaten = Alert.objects.get(code="collective"), Alert.objects.get(code="domestic_violence")
    assert (angry.urgent, angry.bars_automatic) == (True, False)
    assert (beaten.urgent, beaten.bars_automatic) == (True, True)
    assert not Alert.objects.filter(tells__icontains="paichusuo").exists()


def said(text, *, place="ertongcun-yuhong", at=MONDAY_10AM):
    """The case of a text, after the system has studied it and sent what it is sure of."""
    code = QRCode.objects.live().get(place__code=place)
    case = intake.submit(code, description=text, key=f"{text}{place}", at=at).case
    sweeps.route_submitted(at=at)
    return Case.objects.get(pk=case.pk)


def sent(text, **options):
    """The lead order that the system makes of a text by itself."""
    return WorkOrder.objects.get(case=said(text, **options), lead=True)


def test_changing_the_unit_in_one_row_changes_who_gets_the_same_text(sample_street, tmp_path):
    load(POLICY, at=MONDAY_10AM)
    first = sent(COLD)
    text = POLICY.read_text(encoding="utf-8")
    route = block(text, 'category = "B1"   # 室温不达标', 'lead = "heat"')
    load(written(tmp_path, text.replace(route, route.replace('lead = "heat"', 'lead = "sy-zhujian"'))), at=MONDAY_10AM)
    second = sent(COLD, place="luxi-jiayuan")
    assert (first.handler.code, second.handler.code) == ("heat", "sy-zhujian")
    assert (first.policy.version, second.policy.version) == (1, 2)


def test_changing_the_amount_in_one_row_changes_the_limit_of_the_same_text(sample_street, tmp_path):
    load(POLICY, at=MONDAY_10AM)
    first = sent(COLD)
    text = POLICY.read_text(encoding="utf-8")
    limit = block(text, 'limit_class = "U2"', 'anchor = "completion"')
    load(written(tmp_path, text.replace(limit, limit.replace("amount = 24", "amount = 12"))), at=MONDAY_10AM)
    second = sent(COLD, place="luxi-jiayuan")
    assert (first.due_at, second.due_at) == (instant("2023-03-14 10:00"), instant("2023-03-13 22:00"))
    first.refresh_from_db()
    assert first.due_at == instant("2023-03-14 10:00")


def test_changing_the_words_of_one_row_changes_the_category_of_the_same_text_but_no_version(sample_street, tmp_path):
    load(POLICY, at=MONDAY_10AM)
    assert said("小火车停运了").category is None
    path = written(tmp_path, changed('"篮球场", ', '"篮球场", "小火车", ', POLICY.read_text(encoding="utf-8")))
    assert not load(path, at=MONDAY_10AM).issued
    assert said("小火车停运了", place="luxi-jiayuan").category.code == "K3"


@pytest.mark.parametrize(
    ("code", "place", "text", "unit", "due"),
    [
        ("F3", "luxi-jiayuan", "车后窗被房顶掉落的冰柱砸碎，找物业赔偿，物业说不属于赔偿范围", "qms-luxi", "2023-03-21 19:30"),
        ("D1", "luxi-mashan-xisheng", "小区十字路口未装红绿灯，经常出事故", "sy-jiaojing", "2023-05-05 20:00"),
        ("A7", "xisheng-anju", "未按时交房租产生滞纳金，家庭困难，希望减免", "qms-xisheng", "2023-10-07 19:30"),
        ("C4", "shuikujie-gongdi", "工地围挡占人行道和车行道，商户没法做生意", "sy-chengguan", "2023-11-06 19:30"),
        ("B1", "ertongcun-yuhong", "老人家里暖气不热，室温15℃", "heat", "2023-01-26 23:10"),
        ("G1", "xingrong-anzhifang", "工地欠薪18万，再不给就去堵路", "sy-renshe", "2023-12-25 19:30"),
        ("C6", "xiyuan-pingdingshan", "西源社区与平顶山街道交界处井盖破损", "qms-chengguan", "2023-07-07 20:00"),
    ],
)
def test_the_stories_go_to_the_unit_and_the_due_time_the_domain_states(sample_street, code, place, text, unit, due):
    said_at = {
        "F3": "2023-03-14 10:20", "D1": "2023-04-11 10:00", "A7": "2023-09-22 10:00", "C4": "2023-10-30 10:00",
        "B1": "2023-01-25 23:10", "G1": "2023-12-18 09:05", "C6": "2023-06-27 10:00",
    }[code]  # fmt: skip
    load(POLICY, at=MONDAY_10AM)
    order = sent(text, place=place, at=instant(said_at))
    assert (order.case.category.code, order.handler.code, order.due_at) == (code, unit, instant(due))


def test_an_urgent_matter_is_accepted_in_minutes_and_mended_in_the_time_of_its_class(sample_street):
    load(POLICY, at=MONDAY_10AM)
    order = sent("路边井盖破了，有人差点掉下去", at=instant("2023-03-13 21:00"))
    assert order.accept_due_at == instant("2023-03-13 21:15")
    assert order.contact_due_at == instant("2023-03-13 21:30")
    assert order.due_at == instant("2023-03-20 19:30")


def test_changed_content_is_the_next_version_from_now_on(street, tmp_path):
    first = load(written(tmp_path, SMALL), at=MONDAY_10AM).policy
    second = load(written(tmp_path, changed("amount = 5", "amount = 4")), at=instant("2023-06-01 10:00")).policy
    assert (first.version, first.effective_from) == (1, instant("2022-01-01 00:00"))
    assert (second.version, second.effective_from) == (2, instant("2023-06-01 10:00"))
    assert Policy.objects.in_force(street, instant("2023-05-31 10:00")) == first
    assert Policy.objects.in_force(street, instant("2023-06-01 10:00")) == second
    assert first.limits.get(limit_class="U3", anchor="completion").amount == 5


def test_changed_content_may_wait_for_a_day_that_is_named(street, tmp_path):
    load(written(tmp_path, SMALL), at=MONDAY_10AM)
    path = written(tmp_path, changed("amount = 5", "amount = 4"))
    with travel(MONDAY_10AM):
        call_command("load_policy", str(path), "--from", "2023-07-01T00:00+08:00", stdout=StringIO())
    assert policies.take_force(at=instant("2023-06-30 23:59")) == 0
    assert policies.take_force(at=instant("2023-07-01 00:00")) == 1
    assert Policy.objects.in_force(street, instant("2023-06-30 23:59")).version == 1
    assert Policy.objects.in_force(street, instant("2023-07-01 00:00")).version == 2


def test_nothing_is_loaded_past_a_version_that_waits(street, tmp_path):
    load(written(tmp_path, SMALL), at=MONDAY_10AM)
    path = written(tmp_path, changed("amount = 5", "amount = 4"))
    policies.schedule_file(path, start=instant("2023-07-01 00:00"), at=MONDAY_10AM)
    with pytest.raises(DataFileError, match="先在“政策”页撤下"):
        load(written(tmp_path, changed("amount = 5", "amount = 3")), at=MONDAY_10AM)


def test_going_back_to_earlier_content_is_a_version_of_its_own(street, tmp_path):
    load(written(tmp_path, SMALL), at=MONDAY_10AM)
    load(written(tmp_path, changed("amount = 5", "amount = 4")), at=MONDAY_10AM)
    assert load(written(tmp_path, SMALL), at=MONDAY_10AM).policy.version == 3


def test_order_of_rows_and_comments_make_no_new_version(street, tmp_path):
    load(written(tmp_path, SMALL), at=MONDAY_10AM)
    parts = SMALL.split("\n\n")
    limits = [part for part in parts if part.startswith("[[limit]]")]
    text = "\n\n".join([part for part in parts if part not in limits] + ["# 换了顺序", *reversed(limits)])
    assert not load(written(tmp_path, text), at=MONDAY_10AM).issued


def test_a_version_that_would_begin_before_the_one_in_force_is_refused(street, tmp_path):
    load(written(tmp_path, SMALL), at=MONDAY_10AM)
    path = written(tmp_path, changed("amount = 5", "amount = 4"))
    with pytest.raises(DataFileError, match="早于现行"):
        load(path, at=MONDAY_10AM, effective_from=instant("2021-01-01 00:00"))


def test_figures_of_the_callback_are_read_and_the_rest_keeps_its_default(street, tmp_path):
    policy = load(written(tmp_path, SMALL), at=MONDAY_10AM).policy
    assert (policy.callback_tries, policy.callback_days, policy.survey_days, policy.urge_hours) == (2, 2, 7, 24)


def test_several_classes_in_one_row_are_a_row_each(street, tmp_path):
    policy = load(written(tmp_path, SMALL), at=MONDAY_10AM).policy
    assert sorted(policy.rungs.values_list("code", flat=True)) == ["many", "remind-r", "remind-u3"]
    assert policy.limits.filter(limit_class="R").count() == 4


def test_the_top_rung_drafts_the_proposal_without_saying_so(street, tmp_path):
    policy = load(written(tmp_path, SMALL), at=MONDAY_10AM).policy
    assert policy.rungs.get(code="many").paper == "listing_proposal"


def test_words_that_stand_for_the_place_become_its_community_and_company(street, tmp_path):
    policy = load(written(tmp_path, SMALL), at=MONDAY_10AM).policy
    rule = policy.routes.get()
    place = a_place(street, company=Organisation.objects.get(code="pm"))
    units = routing.assistants_of(rule, place, rule.lead)
    assert [unit.code for unit in units] == ["sy-zhujian", "qms-luxi", "pm"]


AUTHORITY = '\n[standing_authority]\nleader = "{}"\nhours = "{}"\nbarred = ["{}"]\n'


def test_authority_is_given_once_and_then_left_to_the_product(street, tmp_path):
    leader = a_person("shift_leader", street)
    text = SMALL + AUTHORITY.format(leader.username, "08:00-20:00", "B1")
    load(written(tmp_path, text), at=MONDAY_10AM)
    StandingAuthority.objects.update(revoked_at=MONDAY_10AM)
    load(written(tmp_path, changed("amount = 5", "amount = 4", text)), at=MONDAY_10AM)
    authority = StandingAuthority.objects.get()
    assert (authority.leader, authority.hours, authority.revoked_at) == (leader, "08:00-20:00", MONDAY_10AM)
    assert [category.code for category in authority.barred.all()] == ["B1"]


@pytest.mark.parametrize(
    ("role", "hours", "barred", "reason"),
    [
        ("dispatcher", "08:00-20:00", "B1", "不是.*值班长"),
        ("shift_leader", "全天", "B1", "应写成"),
        ("shift_leader", "08:00-20:00", "B9", "没有“B9”"),
    ],
)
def test_authority_that_means_nothing_is_refused(street, tmp_path, role, hours, barred, reason):
    leader = a_person(role, street)
    with pytest.raises(DataFileError, match=reason):
        load(written(tmp_path, SMALL + AUTHORITY.format(leader.username, hours, barred)), at=MONDAY_10AM)


def start_line(offset):
    """The line of the small policy on which that character stands."""
    return SMALL[:offset].count("\n") + 1


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ('street = "qms"', 'street = "mars"', "“mars”不存在"),
        ('street = "qms"', 'street = "qms-luxi"', "不是街道"),
        ("effective_from = 2022-01-01", 'effective_from = "明年"', "应写日期"),
        ("effective_from = 2022-01-01", "effective_from = 2022-01-01T00:00:00", "须带时区"),
        ("version = 1", "version = 0", "不能小于 1"),
        ("tries = 2", "trials = 2", "不认识的项目“trials”"),
        ('code = "B1"\nname', 'code = "B"\nname', "重复"),
        ('parent = "B"', 'parent = "Z"', "“Z”不存在"),
        ('3 = ["暖气不热", "室温"]', '3 = ["暖气不热", "冷"]', "词语至少 2 个字"),
        ('3 = ["暖气不热", "室温"]', '3 = ["暖气不热", "暖气费"]', "写了两次"),
        ('3 = ["暖气不热", "室温"]', '99 = ["暖气不热"]', "权重应是"),
        ('3 = ["暖气不热", "室温"]', '3 = "暖气不热"', "词语须写成"),
        ('words = ["着火"]', 'words = ["火"]', "词语至少 2 个字"),
        ('tells = ["shift_leader"]', 'tells = ["police"]', "没有“police”这个角色"),
        ('anchor = "first_contact"', 'anchor = "hello"', "没有“hello”这一种"),
        ('anchor = "first_contact"', 'anchor = "callback"', "没有“callback”这一种"),
        ('anchor = "first_contact"', 'anchor = "accept"', "重复"),
        ('trigger = "reporters"', 'trigger = "listed_category"', "须写明类别"),
        ("amount = 5", "amount = 0", "应在 0.01 至"),
        ("amount = 5", "amount = 1.5", "应是整数"),
        ("amount = 0.5", "amount = 0.125", "最多两位小数"),
        ("amount = 5", 'amount = "五"', "应写数字"),
        ('trigger = "before"', 'trigger = "sometime"', "没有“sometime”这一种"),
        ('trigger = "before"', 'trigger = "share"', "不写 unit"),
        ('measure = "remind"', 'measure = "fine"', "没有“fine”这一种"),
        ('to = "handler"', 'to = "community_secretary"', "可用：handler、unit_head"),
        ('measure = "remind"', 'measure = "draft"', "的 to 不能是“handler”"),
        ('to = "district_list"', 'to = "district_list"\npaper = "caution"', "的 paper 不能是“caution”"),
        ("amount = 30", "amount = 2.5", "应是整数"),
        ("amount = 30", 'amount = 30\nunit = "clock_hour"', "不写 unit"),
        ('lead = "heat"', 'lead = "steam"', "“steam”不存在"),
        ('lead = "heat"', 'lead = "pm"', "不能主办，只能协办"),
        ('lead = "heat"', 'lead = "community"', "社区不能主办"),
        ('lead = "heat"', 'lead = "qms-luxi"', "社区不能主办"),
        ('lead = "heat"', 'lead = "sy-zhujian"', "不能同时协办"),
        ('"sy-zhujian"]', '"nobody"]', "协办单位“nobody”不存在"),
        ('list = "assist"', 'list = "maybe"', "没有“maybe”这一种"),
        ('category = "B1"', 'category = "B7"', "“B7”不存在"),
        ('basis = "职责清单：供热"', 'basis = ""', "不能为空"),
        ('limit_class = "U3"\nlist', 'limit_class = "U9"\nlist', "时限等级“U9”缺少"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_file_line_and_reason_and_changes_nothing(street, tmp_path, old, new, reason):
    text = changed(old, new)
    path = written(tmp_path, text)
    with pytest.raises(DataFileError) as refused:
        load(path, at=MONDAY_10AM)
    assert reason in refused.value.reason
    assert refused.value.path == str(path)
    # 错处那一行，或它所在的那一段开头
    start = SMALL.rfind("\n[", 0, SMALL.index(old)) + 1
    assert start_line(start) <= refused.value.line <= start_line(SMALL.index(old)) + 2
    assert not Policy.objects.exists() and not Category.objects.exists()


@pytest.mark.parametrize(
    ("gone", "reason"),
    [
        ('anchor = "accept"', "缺少 accept"),
        ('anchor = "first_contact"', "缺少 first_contact"),
        ('anchor = "review"', "缺少 review"),
        ('lead = "heat"', "“B1 室温不达标”没有派单规则"),
    ],
)
def test_a_gap_is_refused(street, tmp_path, gone, reason):
    text = SMALL.replace(block(SMALL.rstrip(), gone), "")
    with pytest.raises(DataFileError, match=reason):
        load(written(tmp_path, text), at=MONDAY_10AM)


def test_rework_without_limits_is_refused(street, tmp_path):
    with pytest.raises(DataFileError, match="时限等级“R”缺少"):
        load(written(tmp_path, SMALL.replace('["U3", "R"]', '"U3"')), at=MONDAY_10AM)


@pytest.mark.parametrize("kept", ['category = "B1"', 'code = "many"', 'code = "remind"'])
def test_two_rows_for_the_same_key_are_refused(street, tmp_path, kept):
    twin = block(SMALL.rstrip(), kept)
    with pytest.raises(DataFileError, match="重复"):
        load(written(tmp_path, f"{SMALL}\n{twin}\n"), at=MONDAY_10AM)


def test_the_same_pressure_under_two_codes_is_refused(street, tmp_path):
    twin = block(SMALL, 'code = "many"').replace('"many"', '"plenty"')
    with pytest.raises(DataFileError, match="代码不同，内容相同"):
        load(written(tmp_path, f"{SMALL}\n{twin}\n"), at=MONDAY_10AM)


def test_a_clock_for_unsigned_papers_needs_its_limit(street, tmp_path):
    rung = '[[rung]]\ncode = "s"\nanchor = "signature"\ntrigger = "after"\namount = 0\nunit = "clock_hour"\n'
    rung += 'measure = "chase"\nto = "desk"\nsentence = "请签发。"\n'
    with pytest.raises(DataFileError, match="须先写时限等级 SIGN"):
        load(written(tmp_path, f"{SMALL}\n{rung}"), at=MONDAY_10AM)


def test_what_is_withdrawn_to_the_district_is_not_led_by_the_street(street, tmp_path):
    text = changed('lead = "heat"', 'lead = "qms-chengguan"', changed('list = "assist"', 'list = "withdrawn"'))
    with pytest.raises(DataFileError, match="上级收回"):
        load(written(tmp_path, text), at=MONDAY_10AM)


def test_the_discipline_office_is_never_sent_to_automatically(street, tmp_path):
    a_person("discipline", Organisation.objects.get(code="qms-chengguan"))
    with pytest.raises(DataFileError, match="不得自动派单"):
        load(written(tmp_path, changed('lead = "heat"', 'lead = "qms-chengguan"')), at=MONDAY_10AM)


def test_the_command_answers_a_mistake_in_one_line(street, tmp_path):
    path = written(tmp_path, changed('lead = "heat"', 'lead = "pm"'))
    line = SMALL[: SMALL.index('lead = "heat"')].count("\n") + 1
    with pytest.raises(CommandError, match=f"{path} 第 {line} 行：物业公司是社会单位，不能主办"):
        call_command("load_policy", str(path))


def test_the_command_wants_an_instant_it_can_read(street, tmp_path):
    with pytest.raises(CommandError, match="--from 应写成"):
        call_command("load_policy", str(written(tmp_path, SMALL)), "--from", "下个月")


def test_how_far_apart_visits_may_lie_is_read_and_must_be_a_day_at_least(street, tmp_path):
    assert load(written(tmp_path, SMALL), at=MONDAY_10AM).policy.visit_days == 3
    wider = f"{SMALL}\n[visit]\ndays = 5\n"
    assert load(written(tmp_path, wider), at=MONDAY_10AM).policy.visit_days == 5
    with pytest.raises(DataFileError, match="days"):
        load(written(tmp_path, wider.replace("days = 5\n", "days = 0\n")), at=MONDAY_10AM)

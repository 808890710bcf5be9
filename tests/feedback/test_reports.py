"""综合报告: figures from the matters, words from a person, a number from a leader; then it never moves, and it names nobody."""

import io
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from docx import Document

from dispatch.models import Supervision
from dispatch.papers.editions import sample_of
from dispatch.papers.period_report import NAME, TABLES
from dispatch.papers.render import render
from feedback.actions import reports
from feedback.figures import freezing, keeping, periods
from feedback.figures.sums import Sums, before, period_of
from feedback.models import Report, Snapshot, Tally
from grievance.casework import Refused
from grievance.models import Case, Complainant, Notice
from street.models import Role
from tests.clock import instant, travel
from tests.dispatch.scene import a_street, person
from tests.feedback.scene import CONTENT, UNHAPPY, a_resolved_case, answers, asked

APRIL = instant("2023-04-10 11:00")
PRIVATE = ("刘先生", "刘大山", "13800001", "1380000", "车窗")


@pytest.fixture
def scene(db, tmp_path, settings):
    """Eleven content persons in one matter, one who is not in another; both in March; and three reports of one kind of matter."""
    settings.MEDIA_ROOT = tmp_path
    scene = a_street()
    many = a_resolved_case(scene, reporters=11)
    Complainant.objects.filter(grievance__case=many).update(name="刘大山")
    order = many.orders.get()
    order.public_answer = "已与刘先生（13800001000）联系，刘大山认可，物业赔偿500元。"
    order.save(update_fields=["public_answer"])
    for row in asked(many):
        answers(row, CONTENT)
    answers(asked(a_resolved_case(scene))[0], UNHAPPY)
    Supervision.objects.create(case=many, level="street", holder=scene.street, reason="冰柱", raised_at=many.submitted_at)
    keeping.keep_up()
    with travel(APRIL):
        yield scene


def drafted(scene, kind="month", day=date(2023, 3, 14), at=APRIL):
    return reports.draft(scene.street, kind=kind, day=day, by=scene.who("supervisor"), at=at)


def refused(call, *args, **kwargs):
    with pytest.raises(Refused) as no, transaction.atomic():
        call(*args, **kwargs)
    return no.value.code


def signed(scene, report, by="leading"):
    leader = scene.who(by) if by in scene.people else person(by, Role.STREET_LEADER, scene.street)
    return reports.sign(report, revision=report.revision, by=leader, at=APRIL)


def words_of(content):
    made = Document(io.BytesIO(content))
    return "\n".join("".join(part.itertext()) for part in made.element.body.iter() if part.tag.endswith("}p"))


def test_a_month_is_drafted_from_its_frozen_figures_and_hides_a_rate_of_fewer_than_ten(scene):
    freezing.freeze_due(APRIL)
    row = drafted(scene)
    Snapshot.objects.get()
    rates = {line[0]: line[1:] for line in row.tables["rates"]}
    assert rates["满意率"] == ["91.7%", "12", "— n=0", "—", "无法回访0，评价另列0，信访件0"]
    assert rates["按期办结率"][:2] == ["—", rates["按期办结率"][1]] and int(rates["按期办结率"][1]) < 10, "hidden, its n shown"
    assert "满意率91.7%（n=12，上期不足10，不作比较）" in row.texts["overall"]
    assert "比上期增加2件（上期0件）" in row.texts["overall"] and "无法回访0人次" in row.texts["overall"]
    assert "定格（第1版）" in row.foot and "k=1" in row.foot
    luxi = next(line for line in row.tables["units"] if line[0] == "luxi")
    assert luxi[5].startswith("— n=") and luxi[8] == "91.7% n=12"
    unhappy = Case.objects.get(callbacks__satisfaction="no")
    assert [line[0] for line in row.tables["dissatisfied"]] == [unhappy.number]
    assert row.tables["supervised"][0][1] == "街道党工委书记督办"
    assert refused(drafted, scene) == "already_drafted"
    assert refused(drafted, scene, "year") == "not_over"


def test_a_year_adds_frozen_months_to_those_that_still_move(scene):
    year = period_of("year", date(2023, 3, 14))
    counted = periods.numbers(scene.street, Tally.Face.STREET, year)
    assert Sums(scene.street, year).numbers(Tally.Face.STREET) == counted and counted[0]["came"] == 2
    freezing.freeze_due(APRIL)
    row = Snapshot.objects.get()
    row.numbers["street"]["0"]["came"] = 7
    Snapshot.objects.filter(pk=row.pk).update(numbers=row.numbers)
    assert Sums(scene.street, year).numbers(Tally.Face.STREET)[0]["came"] == 7
    assert "其中1个月已定格" in Sums(scene.street, year).source
    assert before("year", period_of("year", date(2025, 5, 1))) == period_of("year", date(2024, 5, 1)), "a leap year is whole"
    assert all(sum(width for _, width in table.columns) == 156 for table in TABLES.values()), "as wide as the paper's text"
    assert "样例文字" in words_of(render(NAME, sample_of(NAME))), "the office may edit the template and try it"


def test_a_typical_case_is_chosen_by_a_person_and_names_nobody(scene):
    row = drafted(scene)
    number = next(number for number, line in row.candidates if "满意和基本满意11人次" in line)
    assert row.texts["typical"] == "", "none is chosen by the clock"
    row = reports.pick(row, numbers=[number], by=scene.who("supervisor"), at=APRIL)
    assert number in row.texts["typical"] and "物业赔偿500元" in row.texts["typical"]
    assert not any(word in row.texts["typical"] for word in PRIVATE)
    assert refused(reports.pick, row, numbers=["S230314-ZZZZZ"], by=scene.who("supervisor"), at=APRIL) == "no_candidate"
    for named in ("刘大山认可", "请打13800001000", "请打138 0000 1000", "刘先生反映"):
        said = {"typical": named}
        assert refused(reports.edit, row, texts=said, revision=row.revision, by=scene.who("supervisor"), at=APRIL) == "named"
    Report.objects.filter(pk=row.pk).update(texts={**row.texts, "next": "刘大山"})
    assert refused(signed, scene, row) == "named", "nor is it signed"


def test_a_rate_that_nobody_counted_is_not_written_into_the_words(scene):
    row, desk = drafted(scene), scene.who("supervisor")
    for polished in ("满意率100%", "满意率达到 99.9％", "按期办结率为66.7%"):
        code = refused(reports.edit, row, texts={"overall": polished}, revision=row.revision, by=desk, at=APRIL)
        assert code == "not_counted", polished
    counted = {"overall": "本月满意率为91.7%（n=12），供热管道更换完成95%。"}
    row = reports.edit(row, texts=counted, revision=row.revision, by=desk, at=APRIL)
    assert row.texts["overall"] == counted["overall"] and row.texts["handling"], "what is not sent stays"


def test_one_who_asked_for_confidence_is_no_example(scene):
    Complainant.objects.filter(grievance__case__callbacks__satisfaction="yes").update(confidential=True)
    assert "满意和基本满意11人次" not in str(drafted(scene).candidates)


def test_nobody_but_a_leader_signs_and_never_the_clock(scene):
    row = drafted(scene)
    for nobody in (None, scene.who("supervisor"), scene.who("luxi")):
        assert refused(reports.sign, row, revision=row.revision, by=nobody, at=APRIL) == "role_missing"
    assert refused(reports.sign, row, revision=row.revision + 1, by=scene.who("secretary"), at=APRIL) == "changed_meanwhile"
    with pytest.raises(IntegrityError), transaction.atomic():
        Report.objects.filter(pk=row.pk).update(status="issued", number="骑报〔2023〕9号", signed_at=APRIL)
    assert signed(scene, row, "secretary").number == "沙骑街报〔2023〕1号"
    week = drafted(scene, "week")
    assert (week.first, week.last) == (date(2023, 3, 13), date(2023, 3, 19)) and "截至2023年4月10日" in week.texts["handling"]
    assert signed(scene, week).number == "沙骑街报〔2023〕2号"


def test_an_issued_report_does_not_change_when_its_matters_do(scene):
    row = drafted(scene)
    told = {"next": "举一反三，排查冰柱。"}
    row = reports.edit(row, texts=told, revision=row.revision, by=scene.who("supervisor"), at=APRIL)
    assert "next" not in row.generated or reports.recount(row, by=scene.who("supervisor"), at=APRIL).texts["next"] == told["next"]
    row.refresh_from_db()
    row = signed(scene, row, "secretary")
    content, facts = reports.make(row), row.facts
    text = words_of(content)
    assert "沙骑街报〔2023〕1号" in text and "签发人：secretary" in text and "举一反三" in text and "91.7% n=12" in text
    assert not any(word in text for word in PRIVATE) and "草稿" not in text
    Case.objects.update(promised_by=scene.xisheng, round=3)
    scene.street.name = "改了名的街道"
    scene.street.save()
    keeping.recount()
    again = Report.objects.get(pk=row.pk)
    assert reports.make(again) == content and again.facts == facts
    for move in (lambda: reports.edit(again, texts=told, revision=again.revision, by=scene.who("secretary"), at=APRIL),
                 lambda: reports.recount(again, by=scene.who("secretary"), at=APRIL)):  # fmt: skip
        assert refused(move) == "move_not_open"
    assert drafted(scene).replaces == again, "a correction is another report"


def client_of(user):
    client = Client()
    client.force_login(user)
    return client


def test_the_page_edits_signs_and_sends_and_a_unit_reads_what_it_was_sent(scene):
    desk, leader = client_of(scene.who("supervisor")), client_of(scene.who("secretary"))
    made = desk.post("/desk/reports/", {"street": scene.street.pk, "kind": "month", "day": "2023-03-14"})
    row = Report.objects.get()
    assert made["Location"] == f"/desk/reports/{row.pk}/"
    address = made["Location"]
    page = desk.get(address).content.decode()
    assert 'name="text-overall"' in page and 'value="sign"' not in page and not any(word in page for word in PRIVATE)
    kept = desk.post(address, {"do": "save", "revision": row.revision, "text-next": "请打13800001000"})
    assert kept.status_code == 400 and "请打13800001000" in kept.content.decode(), "what was written is not lost"
    unit = client_of(scene.who("luxi"))
    assert unit.get(address).status_code == 404
    assert leader.post(address, {"do": "sign", "revision": row.revision}).status_code == 302
    assert unit.get(address).status_code == 404, "not sent yet"
    leader.post(address, {"do": "send", "unit": [scene.luxi.pk, scene.company.pk], "role": ["supervisor"]})
    assert {(copy.organisation, copy.role) for copy in row.copies.all()} == {(scene.luxi, ""), (None, "supervisor")}
    notice = Notice.objects.get(kind="report", organisation=scene.luxi)
    assert unit.get("/desk/reports/", {"notice": notice.key})["Location"] == address
    read = unit.get(address).content.decode()
    assert "91.7%" in read and "<textarea" not in read and 'name="do"' not in read
    assert unit.post(address, {"do": "send", "unit": [scene.luxi.pk]}).status_code == 403
    assert unit.get(f"{address[:-1]}.docx").content == desk.get(f"{address[:-1]}.docx").content
    assert client_of(scene.who("xisheng")).get(f"{address[:-1]}.docx").status_code == 404
    assert refused(reports.send, row, units=[scene.company], by=scene.who("secretary"), at=APRIL + timedelta(hours=1)) == (
        "not_for_firms"
    )

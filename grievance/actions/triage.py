"""研判: admit, hold, decline, classify, merge, split and link cases. A person decides; the system only where it is sure."""

from django.db import transaction

from grievance import casework, classify
from grievance.casework import Refused, event_for, lock, lock_two, notice_for, notify, record
from grievance.models import Alert, Case, Category, Event, Grievance, Notice, Remark, SearchText, Urgency
from grievance.workflow import CASE
from street.models import Role

LEGAL_PATHS = {
    "court": "人民法院诉讼",
    "arbitration": "仲裁",
    "review": "行政复议",
    "discipline": "纪检监察机关",
    "petition": "信访渠道",
    "duplicate": "相同事项已有答复",
    "outside": "不属于政府及村（居）民自治职责",
}


def by_role(case, roles, at):
    """叫谁, where nobody knows a roster: those who hold the roles; [(mark for the key, keywords of a notice)]."""
    return [(role, {"role": role}) for role in roles]


@transaction.atomic
def study(case, *, at, whom=by_role):
    """研判建议: store what the words suggest, and tell the shift leader at once of what cannot wait.

    Advice only: nothing is admitted or sent by it (PIPL art. 24). `whom(case, roles, at)` says who is rung for these roles."""
    case = lock(case)
    if case.studied_at or case.status != Case.Status.SUBMITTED:
        return case
    found = classify.suggest(case)
    case.suggestion = found.kept()
    case.category = case.category or Category.objects.filter(code=found.category_code).first()
    case.urgency = Urgency.URGENT if found.urgent else case.urgency
    # The ladder counts who speaks of the same kind of thing nearby
    case.studied_at, case.recount = at, case.place_id is not None
    case.save(update_fields=["suggestion", "category", "urgency", "studied_at", "recount"])
    if found.urgent:
        _ring_duty_leader(case, found, whom, at=at)
    return case


def _ring_duty_leader(case, found, whom, *, at):
    why = "、".join(found.reasons[:3]) or "特急词语"
    text = f"特急事项 {case.number}：{why}。请立即查看处置。"
    named = Alert.objects.filter(code__in=found.alerts).values_list("tells", flat=True)
    roles = sorted({Role.SHIFT_LEADER.value}.union(*named))
    notify(*(notice_for(f"urgent:{case.pk}:{mark}", "urgent", case, text, at=at, **to) for mark, to in whom(case, roles, at)))
    told = "、".join(Role(role).label for role in roles)
    record(case, "case.alert", at=at, by=None, sentence=f"识别为特急（{why}），已通知{told}。")


@transaction.atomic
def admit(case, *, category=None, by, at):
    """受理: the street takes the matter on, under a category. Refused `category_missing` where none is known."""
    case = lock(case)
    category = category or case.category
    if category is None:
        raise Refused("category_missing", f"事项 {case.number} 还没有类别，不能受理。请先选择一个类别。")
    how = "系统按派单授权自动受理" if by is None else "受理"
    CASE.apply(
        "admit", case, by=by, at=at, category=category, recount=case.recount or category.pk != case.category_id,
        sentence=f"{how}，类别：{category.name}。", public="您反映的事项已受理。",
    )  # fmt: skip
    return case


@transaction.atomic
def hold(case, *, question, by, at):
    """请补充: ask the resident for what is missing; the matter waits in the queue, held."""
    if not question.strip():
        raise Refused("question_missing", "请写明需要诉求人补充什么，再点“请补充”。", status=400)
    case = lock(case)
    CASE.apply("hold", case, by=by, at=at, sentence=f"请诉求人补充：{question}", public=f"需要您补充：{question}")
    tell_residents(case, "question", f"您反映的事项需要补充：{question[:60]}", at=at)
    return case


@transaction.atomic
def unhold(case, *, by, at):
    """恢复研判: what was missing has come, or is not needed after all."""
    case = lock(case)
    CASE.apply("unhold", case, by=by, at=at, studied_at=None, sentence="已补充，恢复研判。", public="已收到您的补充，正在研判。")
    return case


@transaction.atomic
def decline(case, *, reason, path, by, at):
    """不予受理: with the reason and the way that is open instead (信访工作条例 art. 19, 23; 北京接诉即办条例 art. 11)."""
    if path == "discipline":
        raise Refused(
            "hand_over_instead",
            "应由纪检监察机关办理的，不要写理由、不要告知，请用“转为检举控告”：内容会整件密封转出。",
            status=400,
        )
    if path not in LEGAL_PATHS or not reason.strip():
        raise Refused("reason_missing", "不予受理须选择应走的途径并写明理由，请补充后再提交。", status=400)
    case = lock(case)
    sentence = f"不予受理：{reason.strip().rstrip('。')}。途径：{LEGAL_PATHS[path]}。"
    CASE.apply("decline", case, by=by, at=at, ended_at=at, sentence=sentence, public=sentence)
    tell_residents(case, "declined", f"您反映的事项不在受理范围，途径：{LEGAL_PATHS[path]}。详情请看查询页。", at=at)
    return case


@transaction.atomic
def classify_as(case, *, category, by, at):
    """改类别: correct the category; running clocks are not restarted."""
    case = lock(case)
    was = case.category.name if case.category else "无"
    CASE.apply("classify", case, by=by, at=at, category=category, recount=True, sentence=f"类别由“{was}”改为“{category.name}”。")
    return case


@transaction.atomic
def mark_urgent(case, *, by, at):
    """标为特急: goes to the top of every list and rings the shift leader."""
    case = lock(case)
    CASE.apply("mark_urgent", case, by=by, at=at, urgency=Urgency.URGENT, sentence="标为特急。")
    text = f"特急事项 {case.number}，请立即查看处置。"
    notify(notice_for(f"urgent:{case.pk}:shift_leader", "urgent", case, text, at=at, role="shift_leader"))
    return case


@transaction.atomic
def count_households(case, *, households, by, at):
    """登记涉及户数: how many households or shops the matter affects; another figure than the number of reporters."""
    if not 0 < households <= 1_000_000:
        raise Refused("households_out_of_range", "涉及户数须为 1 至 1000000 的整数，请修改。", status=400)
    case = lock(case)
    CASE.apply("count_households", case, by=by, at=at, households=households, recount=True, sentence=f"涉及 {households} 户。")
    return case


@transaction.atomic
def merge(case, *, into, by, at):
    """并案: move all grievances of one case into the other. Each keeps its receipt, news and callback.

    Whichever way round it is asked, the older case leads on, unless only the newer one is already in a unit's hands.
    Refused `other_street`, `same_case`, `move_not_open`."""
    if case.pk == into.pk:
        raise Refused("same_case", "不能把事项并入它自己，请选择另一个事项。", status=400)
    older, newer = sorted(lock_two(case, into), key=leads_first)
    if older.street_id != newer.street_id:
        raise Refused("other_street", "两个事项不属于同一街道，不能并案。", status=400)
    CASE.check("merge", older, by=by, at=at)
    moved = list(newer.grievances.all())
    CASE.apply(
        "merge",
        newer,
        by=by,
        at=at,
        merged_into=older,
        ended_at=at,
        sentence=f"并入事项 {older.number}，{len(moved)} 件诉求随之转入。",
    )
    Grievance.objects.filter(case=newer).update(case=older)
    SearchText.objects.forget(newer, older)
    for related in (Remark, Notice):
        related.objects.filter(case=newer, grievance__isnull=False).update(case=older)
    newer.attachments.update(case=older)
    newer.linked.update(parent=older)
    older.recount, older.waits_for_linked = True, older.waits_for_linked or newer.waits_for_linked
    # Danger is not lost in a calmer matter
    older.urgency = newer.urgency if newer.urgency == Urgency.URGENT else older.urgency
    older.save(update_fields=["recount", "waits_for_linked", "urgency"])
    _tell_merged(older, newer, moved, by=by, at=at)
    return older


def _tell_merged(older, newer, moved, *, by, at):
    public = "与同一地点的同类反映合并办理，您的查询码、进展通知和回访照旧。"
    posting = CASE.check("merge", older, by=by, at=at)
    Event.objects.bulk_create(
        event_for(
            older, "case.absorb", at=at, by=by, posting=posting, subject=newer, grievance=grievance,
            sentence=f"诉求 {grievance.number} 由事项 {newer.number} 并入。", public=public,
        )
        for grievance in moved
    )  # fmt: skip


def leads_first(case):
    """谁继续办: sort key of two cases that are merged; one already in a unit's hands, else the older."""
    return case.status != Case.Status.IN_HANDLING, case.submitted_at, case.pk


@transaction.atomic
def split(grievance, *, by, at):
    """拆分: a grievance that is about something else becomes a case of its own, back in the queue."""
    case = lock(grievance.case)
    if case.grievances.count() < 2:
        raise Refused("nothing_to_split", "该事项只有一件诉求，无需拆分。如事项内含多个问题，请用“关联事项”另立。")
    new = _new_case(case, title=grievance.description[:40].rstrip("。！"), submitted_at=grievance.submitted_at)
    CASE.apply("split", case, by=by, at=at, sentence=f"诉求 {grievance.number} 拆分为事项 {new.number}。")
    Grievance.objects.filter(pk=grievance.pk).update(case=new)
    SearchText.objects.forget(case)
    for related in (Remark, Notice):
        related.objects.filter(grievance=grievance).update(case=new)
    grievance.attachments.update(case=new)
    record(
        new, "case.split_from", at=at, by=by, subject=case, sentence=f"由事项 {case.number} 拆分而来。",
        public="您反映的事项将单独办理，查询码不变。",
    )  # fmt: skip
    return new


@transaction.atomic
def link(case, *, title, description, category=None, waits=True, by, at):
    """关联事项: staff open a matter they came upon while helping; the first may wait until it is done."""
    if not description.strip():
        raise Refused("nothing_said", "请写明关联事项的内容。", status=400)
    case = lock(case)
    new = _new_case(
        case, title=title or description[:40], submitted_at=at, parent=case, source=Case.Source.STAFF, category=category
    )
    linked = CASE.apply(
        "link", case, by=by, at=at, waits_for_linked=case.waits_for_linked or waits,
        sentence=f"主动发现关联事项 {new.number}：{new.title}。", public=f"工作人员主动为您另办一件事：{new.title}。",
    )  # fmt: skip
    note = Remark.objects.create(case=new, author=by, text=description, at=at)
    sentence = f"由事项 {case.number} 引出，工作人员主动发现。"
    record(new, "case.open", at=at, by=by, posting=linked.posting, subject=note, sentence=sentence)
    return new


def _new_case(beside, **fields):
    facts = {"street_id": beside.street_id, "place_id": beside.place_id, "source": beside.source, **fields}
    return Case.objects.create(number=casework.human_number("A", fields["submitted_at"]), **facts)


def tell_residents(case, kind, text, *, at):
    """告知诉求人: one notice for each grievance of the case whose complainant left a phone."""
    grievances = case.grievances.filter(withdrawn_at__isnull=True, complainant__phone_index__gt="")
    mark = f"{kind}:{case.round}:{int(at.timestamp())}"
    notify(*(notice_for(f"{mark}:{row.pk}", kind, case, text, at=at, grievance=row) for row in grievances))

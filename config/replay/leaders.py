"""推演里的签发人和书记: drafts are signed, left or set aside; matters are taken, proposed, listed, ended; units answer."""

from datetime import timedelta

from dispatch.actions import supervision
from dispatch.models import Letter, Supervision
from dispatch.workflow import LETTER
from grievance.models import Case
from street.calendar import Unit
from street.models import STREET_ROLES

PATIENCE = (0, 0, 0, 0, 1, 1, 3, None)
"""Working days until a draft is signed; None: never, so that its own clock climbs."""


def office(stage, street):
    """每个工作日上午: what waits for a signature, for a decision and for an answer, looked through once."""
    while True:
        yield stage.calendar(street).add(stage.at, 8, Unit.WORKING_HOUR)
        for letter in _rows(stage, Letter.objects.drafts(), street):
            attend(stage, letter)
        for row in _rows(stage, Supervision.objects.open(), street):
            watch(stage, row)
        for letter in _rows(stage, Letter.objects.filter(status=Letter.Status.ISSUED, answered_at=None), street):
            answer(stage, letter)


def _rows(stage, rows, street):
    """Those of one street, in an order that does not hang on who came first into the table."""
    found = rows.filter(case__street=street).select_related("case__street", "case__place__community")
    return sorted(found, key=lambda row: (stage.names[row.case_id], row.pk))


def _chance(stage, row, *of):
    return stage.chance(stage.names[row.case_id], type(row).__name__, *of)


def attend(stage, letter):
    """签发 after so many days, not at all, or set aside."""
    chance = _chance(stage, letter, letter.kind, letter.drafted_at)
    wait, aside = chance.choice(PATIENCE), chance.random() < 0.06
    if wait is None or stage.at < letter.drafted_at + timedelta(days=wait):
        return
    by = signer(stage, letter)
    if by is None:
        return
    if aside:
        stage.do(supervision.discard, letter, reason="已当面督促。", by=by)
    else:
        stage.do(supervision.sign, letter, by=by)


def signer(stage, letter):
    """The holder of a role that may sign this kind, where it must be held."""
    roles = sorted(LETTER[letter.kind].moves["sign"].roles, key=lambda role: (role not in STREET_ROLES, role))
    for role in roles:
        if user := _at(stage, role, letter.seat(role)):
            return user
    return None


def _at(stage, role, organisation):
    unit = next((row for row in stage.units.values() if row.pk == organisation), None)
    return unit and stage.holder(role, unit)


def watch(stage, row):
    """A secretary's eye: taken with a demand, instructed, proposed, listed, declined, ended."""
    chance = _chance(stage, row, row.level, row.raised_at, row.status)
    choice, days = chance.random(), (stage.at - (row.taken_at or row.raised_at)).days
    if row.status == Supervision.Status.RAISED and row.level == Supervision.Level.COMMUNITY:
        by = _at(stage, "community_secretary", row.holder_id)
        if by and choice < 0.5:
            stage.do(supervision.take, row, demand="今日上门，三日内办结。", by=by)
    elif row.status == Supervision.Status.ACTIVE and row.level == Supervision.Level.STREET:
        pressed(stage, row, choice, days)
    elif row.status in (Supervision.Status.PROPOSED, Supervision.Status.LISTED):
        listed(stage, row, choice, days)


def pressed(stage, row, choice, days):
    """What the street's secretary does about what has been taken on."""
    by = _at(stage, "street_secretary", row.case.street_id)
    if by is None:
        return
    if choice < 0.3 and days < 1:
        stage.do(supervision.instruct, row.case, text="请承办单位两日内给群众一个结果。", supervision=row, by=by)
    elif choice > 0.8 and days < 1:
        stage.do(supervision.propose_listing, row.case, reason="涉及多个部门，超出街道权限。", by=by)
    elif choice < 0.45 and days >= 4:
        stage.do(supervision.lift, row, outcome="已约定完成时间。", by=by)


def listed(stage, row, choice, days):
    """What the district does about what was proposed to it."""
    by = _at(stage, "district_secretary", row.case.street.parent_id)
    if by is None:
        return
    if row.status == Supervision.Status.LISTED:
        if row.case.status in (Case.Status.RESOLVED, *Case.ENDED) or days > 20:
            stage.do(supervision.unlist, row, outcome="问题已解决。", confirmed=range(len(row.conditions)), by=by)
    elif days >= 1 and choice < 0.6:
        due = stage.at + timedelta(days=7)
        stage.do(supervision.list_case, row, demand="区级部门牵头，七日内解决。", due_at=due, by=by)
    elif days >= 1:
        stage.do(supervision.decline_listing, row, reason="由街道继续督办。", by=by)


def answer(stage, letter):
    """反馈 by the unit addressed, after some days; some never do."""
    chance = _chance(stage, letter, "answer", letter.kind, letter.drafted_at)
    wait, never = chance.randint(0, 4), chance.random() < 0.2
    if never or stage.at < letter.signed_at + timedelta(days=wait):
        return
    unit = next(row for row in stage.units.values() if row.pk == letter.to_id)
    by = stage.hand_of(unit)
    if by:
        stage.do(supervision.answer, letter, text="已办理，情况如实。", by=by)

"""推演里的居民和专班: what is said, studied, sent, merged, declined, taken back and urged."""

from datetime import timedelta

from config.demo.fortnight import ROWS
from dispatch import routing
from dispatch.actions import handling, petitions
from dispatch.models import Petition
from grievance.actions import intake, phone_codes, triage
from grievance.casework import RESIDENT
from grievance.models import Case, Category, QRCode
from street.models import Organisation, Role

# kind, category where one can be named, what was said
SAID = [(row[3], row[4], row[6]) for row in (line.split(maxsplit=6) for line in ROWS.strip().splitlines())]
CROWD, LARGE_CROWD = 6, 31
"""So many neighbours say the same; every ninth crowd is a large one."""
WAITING = (Case.Status.SUBMITTED, Case.Status.HELD)


def everybody(stage, cases, since, until):
    """The stories of `cases` matters, spread over the span and over the codes on the walls."""
    codes = list(QRCode.objects.live().select_related("place__street", "place__community").order_by("place__code"))
    number, crowds, chance = 0, 0, stage.chance("when and where")
    while number < cases:
        when, code = since + (until - since) * chance.random() * 0.97, chance.choice(codes)
        if chance.random() < 0.012 and cases - number > CROWD:
            crowds += 1
            size = min(LARGE_CROWD if crowds % 9 == 3 else CROWD, cases - number)
            yield from crowd(stage, range(number, number + size), when, code)
            number += size
        else:
            yield matter(stage, f"m{number:05}", when, code)
            number += 1


def matter(stage, name, when, code, *, said=None, into=None):
    """One person says one thing; sometimes it is taken back, added to or urged."""
    yield when
    chance = stage.chance(name)
    kind, category, text = said or chance.choice(SAID)
    grievance = stage.do(intake.submit, code, kind=kind, description=f"{text}（{name}）", key=name, **contact(chance))
    stage.do(phone_codes.confirm, grievance)
    case = grievance.case
    stage.names[case.pk] = name
    yield stage.at + timedelta(minutes=15)
    if chance.random() < 0.02:
        stage.do(intake.withdraw, grievance)
        return
    stage.spawn(merging(stage, case, into) if into else desk(stage, case, category, grievance))
    if chance.random() < 0.08:
        yield stage.worked(code.place.street, chance.uniform(4, 30))
        stage.do(intake.urge, grievance)


def contact(chance):
    """姓名电话, as most leave them."""
    if chance.random() < 0.2:
        return {}
    name = chance.choice(["刘先生", "王女士", "阿依古丽", "马师傅"])
    return {"phone": f"138{chance.randrange(10**8):08}", "name": name, "confidential": chance.random() < 0.1}


def crowd(stage, numbers, when, code):
    """Neighbours who say the same within two days: the desk puts them into the first one's case."""
    chance, into = stage.chance("crowd", numbers[0]), f"m{numbers[0]:05}"
    said = ("report", "C4", "施工围挡占了半条路，行人没地方走。")
    yield matter(stage, into, when, code, said=said)
    for number in numbers[1:]:
        later = when + timedelta(hours=1) + timedelta(hours=40) * chance.random()
        yield matter(stage, f"m{number:05}", later, code, said=said, into=into)


def merging(stage, case, into):
    """并案 by the desk within the hour, as long as both are open; else it is a matter like any other."""
    yield stage.at + timedelta(minutes=30)
    first = next((pk for pk, name in stage.names.items() if name == into), None)
    other = Case.objects.filter(pk=first).first()
    by = stage.holder(Role.DISPATCHER, case.street)
    if other is None or stage.do(triage.merge, case, into=other, by=by) is None:
        stage.spawn(desk(stage, case, "C4", None))


def desk(stage, case, category, grievance):
    """研判 by the desk, round the clock, of what the rules have not sent by themselves."""
    chance = stage.chance(stage.names[case.pk], "desk")
    yield stage.at + timedelta(minutes=15 * chance.randrange(4))
    case, by = stage.fresh(case), stage.holder(Role.DISPATCHER, case.street)
    if case.status in WAITING and grievance is not None and chance.random() < 0.15:
        stage.do(triage.hold, case, question="请补充具体是哪一件事、在哪里。", by=by)
        yield stage.at + timedelta(hours=chance.randrange(3, 60))
        stage.do(intake.add_remark, grievance, text="就在我们楼下。")
        yield stage.at + timedelta(minutes=15)
        case = stage.fresh(case)
    if case.status in WAITING and chance.random() < 0.06:
        stage.do(triage.decline, case, reason="正在诉讼", path="court", by=by)
        return
    yield from send(stage, case, category, chance)


def send(stage, case, category, chance, *, designated=False):
    """受理派单 by hand where it is still to be done; 信访 is registered first."""
    case, by = stage.fresh(case), stage.holder(Role.DISPATCHER, case.street)
    if case.status in WAITING and not designated and chance.random() < 0.12:
        yield from as_petition(stage, case, chance)
        return
    if case.status in WAITING:
        chosen = case.category if category == "-" else Category.objects.get(code=category)
        case = stage.do(triage.admit, case, category=chosen or Category.objects.get(code="M2"), by=by) or case
    if case.status == Case.Status.ADMITTED:
        route = routing.choose(case, stage.at)
        stage.do(
            handling.dispatch, case, to=route.lead, assistants=route.assistants, limit_class=route.limit_class,
            policy=route.policy, basis=route.rule.basis, designated=designated, by=by,
        )  # fmt: skip
    stage.take_up(case)


def as_petition(stage, case, chance):
    """信访转送: registered with its number, then sent to the unit that has the power."""
    by, at = stage.holder(Role.DISPATCHER, case.street), stage.at
    name = stage.names[case.pk]
    stage.do(
        petitions.register, case, number=f"XF{case.street.code}{name}", kind=Petition.Kind.CLAIM, by=by,
        forwarded_by=stage.units["sy-xinfang"], received_at=at - timedelta(hours=chance.randrange(1, 40)),
    )  # fmt: skip
    yield stage.at + timedelta(minutes=15)
    case = stage.do(triage.admit, case, category=Category.objects.get(code="A3"), by=by)
    if case is None:
        return
    to = stage.units[chance.choice(["sy-zhujian", "sy-renshe", "sy-chengguan"])]
    stage.do(handling.dispatch, case, to=to, limit_class="X", basis="信访工作条例第二十二条", by=by)
    stage.take_up(case)


def another_unit(stage, order, chance):
    """A unit that may lead this case and does not hold it; for a supporting order any other."""
    case, policy = order.case, order.policy
    held = set(case.orders.open().values_list("handler", flat=True))
    units = [unit for unit in stage.units.values() if unit.parent_id == case.street_id and unit.pk not in held]
    units = [unit for unit in sorted(units, key=lambda unit: unit.code) if stage.hand_of(unit) and unit.kind != "company"]
    chance.shuffle(units)
    return next(
        (unit for unit in units if not order.lead or routing.may_lead(policy, case.category, case.place, unit) is None), None
    )


def is_firm(unit):
    """社会单位."""
    return unit.kind == Organisation.Kind.COMPANY


__all__ = ["RESIDENT", "another_unit", "as_petition", "desk", "everybody", "is_firm", "matter", "send"]

"""A small street with a policy, for tests of the work itself: every row stands here in plain sight."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import connection
from django.utils import timezone

from dispatch.models import Allowance, EscalationRung, Policy, RoutingRule, StandingAuthority, TimeLimit
from grievance.casework import human_number
from grievance.models import Case, Category, Complainant, Grievance
from grievance.sealing import blind_index, fingerprint, new_salt, secret_for
from street.calendar_file import SHIPPED, read
from street.models import Calendar, Organisation, Place, Posting, Role, User

TUESDAY = datetime(2023, 3, 14, 10, 20, tzinfo=timezone.get_fixed_timezone(480))

LIMITS = [
    ("accept", "4", "working_hour"),
    ("first_contact", "1", "working_day"),
    ("completion", "5", "working_day"),
    ("review", "1", "working_day"),
    ("return", "1", "working_day"),
]
RUNGS = [
    ("remind-24h", "before", "completion", 24, "clock_hour", "remind", "handler", ""),
    ("accept-late", "after", "accept", 0, "", "chase", "handler", ""),
    ("late", "after", "completion", 0, "", "chase", "handler", ""),
    ("caution", "after", "completion", 1, "working_day", "draft", "unit_head", "caution"),
    ("secretary", "after", "completion", 5, "working_day", "escalate", "street_secretary", ""),
    ("community", "share", "completion", "0.75", "", "escalate", "community_secretary", ""),
    ("mediation", "failed_mediation", "completion", 1, "", "escalate", "street_secretary", ""),
    ("unhappy", "dissatisfied", "completion", 2, "", "escalate", "street_secretary", ""),
    ("many", "reporters", "completion", 3, "", "escalate", "district_list", ""),
    ("unsigned", "after", "signature", 0, "", "chase", "street_secretary", ""),
]


@dataclass
class Scene:
    """The rows a test speaks of by name."""

    street: Organisation
    luxi: Organisation
    xisheng: Organisation
    sifasuo: Organisation
    heat: Organisation
    company: Organisation
    building: Place
    heating: Category
    damages: Category
    policy: Policy
    people: dict

    def who(self, name):
        """A person by user name, read afresh."""
        return User.objects.get(pk=self.people[name].pk)


def organisation(code, kind, parent, **more):
    """An organisation below another."""
    path = f"{parent.path if parent else ''}{code}/"
    facts = {"name": code, "code": code, "kind": kind, "parent": parent, "path": path, **more}
    return Organisation.objects.create(**facts)


def person(username, role, at_organisation):
    """A person with one posting since 2022."""
    user = User.objects.create(username=username, name=username, is_staff=True)
    Posting.objects.create(user=user, organisation=at_organisation, role=role, starts_on=date(2022, 1, 1))
    return user


KEPT = []
"""The shipped calendars as their loader left them the first time: (calendar, the rows of each table as the database has them)."""


def calendars():
    """The shipped calendars. Loading them takes longer than most tests, so their rows are kept and written again, as they are."""
    if not KEPT:
        KEPT.extend([_loaded(code) for code in ("national", "xinjiang")])
        return
    national = KEPT[0][0]
    for calendar, tables in KEPT:
        calendar.pk, calendar.base = None, national if calendar is not national else None
        calendar.save(force_insert=True)
        with connection.cursor() as cursor:
            for into, rows in tables:
                marks = ", ".join(f"({', '.join(['%s'] * len(row))})" for row in rows)
                cursor.execute(into + marks, [calendar.pk if value is OF_CALENDAR else value for row in rows for value in row])


OF_CALENDAR = object()
"""In the place of the calendar's key, which is another each time."""


def _loaded(code):
    Calendar.objects.load(read(SHIPPED / f"{code}.toml"))
    calendar = Calendar.objects.get(code=code)
    return calendar, [_kept(rows) for rows in (calendar.hours, calendar.days, calendar.years)]


def _kept(rows):
    fields = [field for field in rows.model._meta.concrete_fields if not field.primary_key]
    names = ", ".join(connection.ops.quote_name(field.column) for field in fields)
    into = f"INSERT INTO {connection.ops.quote_name(rows.model._meta.db_table)} ({names}) VALUES "
    return into, [[_value(field, row) for field in fields] for row in rows.all()]


def _value(field, row):
    return OF_CALENDAR if field.name == "calendar" else field.get_db_prep_save(getattr(row, field.attname), connection)


def a_street():
    """骑马山 in small: two communities, a station, a utility, a company, a heating and a damages category."""
    calendars()
    city = organisation("city", "city", None)
    district = organisation("district", "district", city, name="沙依巴克区")
    street = organisation(
        "street", "street", district, name="骑马山街道", short_name="沙骑街", calendar=Calendar.objects.get(code="xinjiang")
    )
    luxi = organisation("luxi", "community", street)
    xisheng = organisation("xisheng", "community", street)
    sifasuo = organisation("sifasuo", "station", street, relation="dispatched")
    heat = organisation("heat", "utility", district, relation="outside")
    company = organisation("pm", "company", street, relation="outside")
    estate = Place.objects.create(code="e1", kind="estate", name="小区", community=luxi, street=street, company=company)
    building = Place.objects.create(code="b3", kind="building", name="3号楼", parent=estate, community=luxi, street=street)
    heating = Category.objects.create(code="B1", name="室温不达标", words={"暖气": 6, "室温": 6})
    damages = Category.objects.create(code="F3", name="损害赔偿", words={"砸碎": 6, "赔偿": 6})
    policy = _a_policy(street, heat, heating, damages)
    people = _people(street, luxi, xisheng, sifasuo, heat, district)
    StandingAuthority.objects.create(
        street=street, leader=people["leader"], granted_at=datetime(2022, 1, 1, tzinfo=TUESDAY.tzinfo)
    )
    return Scene(street, luxi, xisheng, sifasuo, heat, company, building, heating, damages, policy, people)


def _a_policy(street, heat, heating, damages):
    start = datetime(2022, 1, 1, tzinfo=TUESDAY.tzinfo)
    policy = Policy.objects.create(name="示例", version=1, effective_from=start, issued_at=start)
    limits = [
        (limit_class, anchor, "3" if limit_class == "R" and anchor == "completion" else amount, unit)
        for limit_class in ("U3", "U4", "R")
        for anchor, amount, unit in LIMITS
    ]
    limits.append(("SIGN", "signature", 1, "working_day"))
    soon = (("accept", 1), ("first_contact", 2), ("completion", 24), ("review", 8))
    limits += [("U2", anchor, amount, "clock_hour") for anchor, amount in soon]
    TimeLimit.objects.bulk_create(
        TimeLimit(policy=policy, limit_class=limit_class, anchor=anchor, amount=amount, unit=unit)
        for limit_class, anchor, amount, unit in limits
    )
    Allowance.objects.bulk_create(
        Allowance(policy=policy, kind=kind, most=most, unit=unit, deciders=["street_leader", "shift_leader"])
        for kind, most, unit in (("extension", 10, "working_day"), ("suspension", 30, "calendar_day"))
    )
    EscalationRung.objects.bulk_create(
        EscalationRung(
            policy=policy, code=code, trigger=trigger, anchor=anchor, amount=amount, unit=unit, measure=measure, to=to,
            paper=paper, sentence=f"{code}。",
        )
        for code, trigger, anchor, amount, unit, measure, to, paper in RUNGS
    )  # fmt: skip
    RoutingRule.objects.create(
        policy=policy, category=heating, lead_kind="unit", lead=heat, community_assists=True, limit_class="U2", basis="供热"
    )
    RoutingRule.objects.create(
        policy=policy, category=damages, lead_kind="community", company_assists=True, limit_class="U4", community_may_lead=True,
        basis="调解",
    )  # fmt: skip
    return policy


def _people(street, luxi, xisheng, sifasuo, heat, district):
    posts = {
        "leader": (Role.SHIFT_LEADER, street),
        "dispatcher": (Role.DISPATCHER, street),
        "supervisor": (Role.SUPERVISOR, street),
        "caller": (Role.CALLER, street),
        "street_leader": (Role.STREET_LEADER, street),
        "secretary": (Role.STREET_SECRETARY, street),
        "luxi": (Role.HANDLER, luxi),
        "luxi_secretary": (Role.COMMUNITY_SECRETARY, luxi),
        "xisheng": (Role.HANDLER, xisheng),
        "sifasuo": (Role.HANDLER, sifasuo),
        "heat": (Role.HANDLER, heat),
        "district": (Role.DISTRICT_SECRETARY, district),
    }
    people = {name: User(username=name, name=name, is_staff=True) for name in posts}
    User.objects.bulk_create(people.values())
    Posting.objects.bulk_create(
        Posting(user=people[name], organisation=where, role=role, starts_on=date(2022, 1, 1))
        for name, (role, where) in posts.items()
    )
    return people


def a_case(scene, *, category=None, at=TUESDAY, description="车窗被冰柱砸碎，找物业赔偿", phone="13800001111"):
    """One grievance and its case, submitted at the building, already studied as `category`."""
    category = category or scene.damages
    case = Case.objects.create(
        number=human_number("A", at), street=scene.street, place=scene.building, title=description[:40], category=category,
        submitted_at=at, studied_at=at, suggestion={"category": category.code, "confidence": 0.9, "barred": False, "alerts": []},
    )  # fmt: skip
    a_grievance(case, at=at, description=description, phone=phone)
    return case


def a_grievance(case, *, at=TUESDAY, description="也是这件事", phone="13800001111"):
    """One more grievance in a case."""
    salt = new_salt()
    row = Grievance.objects.create(
        number=human_number("S", at), case=case, first_case=case, description=description, key=human_number("k", at),
        body_digest="", receipt_salt=salt, receipt_hash=fingerprint(secret_for("receipt", salt)), submitted_at=at,
    )  # fmt: skip
    Complainant.objects.create(grievance=row, name="刘先生", phone=phone, phone_index=blind_index(phone), verified_at=at)
    return row


def later(at=TUESDAY, **span):
    """An instant some time after `at`."""
    return at + timedelta(**span)

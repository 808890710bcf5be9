"""载入大厅席位与专业力量: who sits in the hall on which days, and who can be asked, by place and speciality."""

from datetime import date, time

from street.datafile import Names
from street.loading.ledger import CHANGED, CREATED, UNCHANGED
from street.models import HallSeat, Organisation, Specialist, Speciality

SEAT_KEYS = ("hall", "unit", "kind", "weekdays", "opens", "closes", "from", "to")
SPECIALIST_KEYS = ("name", "kind", "organisation", "communities", "subjects", "phone", "from", "to")
WEEK = range(1, 8)
Kind = Organisation.Kind


def load_seats(rows, units, tally):
    """载入席位: a seat is known by hall, unit, days, opening and first day; its kind, closing and last day may change."""
    seen = Names("席位")
    for row in rows:
        row.only(*SEAT_KEYS)
        key, fields = _seat(row, units)
        seen.add(row, "-".join(map(str, key.values())), "unit")
        _settle(HallSeat, key, fields, tally, "席位")


def _seat(row, units):
    hall, unit = units.named(row, "hall", required=True), units.named(row, "unit", required=True)
    if hall.kind != Kind.STREET:
        row.fail(f"大厅设在街道，“{hall.code}”是{hall.get_kind_display()}。", "hall")
    opens, closes = row.get("opens", time, required=True), row.get("closes", time, required=True)
    if closes <= opens:
        row.fail("结束时间须晚于开始时间。", "closes")
    key = {
        "hall_id": hall.pk, "unit_id": unit.pk, "weekdays": _weekdays(row), "opens": opens,
        "starts_on": row.get("from", date, required=True),
    }  # fmt: skip
    return key, {"kind": row.choice("kind", HallSeat.Kind), "closes": closes, "ends_on": _last_day(row)}


def _weekdays(row):
    days = row.get("weekdays", list, required=True)
    if not days or any(type(day) is not int or day not in WEEK for day in days) or len(set(days)) < len(days):
        row.fail("“weekdays”写周几，如 [1, 3, 5]：1 是周一，7 是周日，不重复。", "weekdays")
    return f",{','.join(map(str, sorted(days)))},"


def load_specialists(rows, units, tally):
    """载入专业力量: known by unit, kind and name; the communities and specialities are made to be those of the file."""
    seen = Names("专业力量")
    for row in rows:
        row.only(*SPECIALIST_KEYS)
        unit = units.named(row, "organisation", required=True)
        key = {
            "organisation_id": unit.pk,
            "kind": row.choice("kind", Specialist.Kind),
            "name": row.text("name", most=60),
        }
        seen.add(row, "-".join(map(str, key.values())), "name")
        fields = {
            "phone": row.text("phone", required=False, most=30), "starts_on": row.get("from", date, required=True),
            "ends_on": _last_day(row),
        }  # fmt: skip
        _settle(Specialist, key, fields, tally, "专业力量", more=_reach(row, units))


def _reach(row, units):
    """What stands in tables of its own: a function that makes a specialist's communities and subjects those of the file."""
    places = [_community(row, units, code) for code in row.texts("communities")]
    subjects = row.texts("subjects")

    def settle(one):
        known = set(one.subjects.values_list("subject", flat=True))
        differs = known != set(subjects) or set(one.communities.all()) != set(places)
        if differs:
            one.communities.set(places)
            one.subjects.exclude(subject__in=subjects).delete()
            Speciality.objects.bulk_create(Speciality(specialist=one, subject=name) for name in subjects if name not in known)
        return differs

    return settle


def _community(row, units, code):
    community = units.find(code)
    if community is None or community.kind != Kind.COMMUNITY:
        row.fail(f"“communities”里的“{code}”不是已有的社区。", "communities")
    return community


def _last_day(row):
    ends_on = row.get("to", date)
    if ends_on is not None and ends_on < row.get("from", date, required=True):
        row.fail(f"止于 {ends_on}，早于起始日。", "to")
    return ends_on


def _settle(model, key, fields, tally, noun, more=lambda row: False):
    row, created = model.objects.get_or_create(**key, defaults=fields)
    differing = [name for name, value in fields.items() if getattr(row, name) != value]
    for name in differing:
        setattr(row, name, fields[name])
    if differing:
        row.save(update_fields=differing)
    changed = more(row) or bool(differing)
    tally.note(noun, CREATED if created else CHANGED if changed else UNCHANGED)

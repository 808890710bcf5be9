"""载入人员与任职: who works here, in which posts, from when to when. No password stands in a file."""

from datetime import date

from django.contrib.auth.hashers import make_password

from street.datafile import Names
from street.loading.ledger import CHANGED, CREATED, UNCHANGED, Ledger
from street.models import ADMIN_ROLES, STREET_ROLES, Organisation, Posting, Role, User, mixed

PERSON_KEYS = ("username", "name", "phone", "postings")
POSTING_KEYS = ("organisation", "role", "title", "from", "to", "acting_for", "grid")
Kind = Organisation.Kind
MIXED = "系统、安全、审计管理员三权分立，由不同的人担任，也不兼业务角色。"
SEATS = {
    **dict.fromkeys(STREET_ROLES, (Kind.STREET,)),
    Role.GRID_WORKER: (Kind.COMMUNITY,),
    Role.COMMUNITY_SECRETARY: (Kind.COMMUNITY,),
    Role.DISTRICT_SECRETARY: (Kind.DISTRICT,),
    Role.DISTRICT_SUPERVISION: (Kind.DISTRICT,),
    Role.DISCIPLINE: (Kind.DEPARTMENT,),
    **dict.fromkeys(ADMIN_ROLES, (Kind.CITY, Kind.DISTRICT, Kind.STREET)),
}
"""任职单位: a role held at another kind of organisation would give its holder nothing; the rest may be held anywhere."""


def load(rows, units, grids, tally):
    """载入人员: names and work phones, then postings; those who act for another come last."""
    people = load_people(rows, tally)
    load_postings([(row.code("username"), posting) for row in rows for posting in _postings(row)], units, grids, people, tally)


def load_people(rows, tally):
    """载入人员: names and work phones alone. The Ledger of people."""
    names = Names("用户名")
    rows = [row for row in rows if row.passes(_know, names)]
    people = Ledger(User, list(names.lines), key="username")
    for row in rows:
        row.passes(_put_person, people)
    people.report(tally, "人员")
    return people


def load_postings(pairs, units, grids, people, tally):
    """载入任职: pairs of a username and the row of a posting; those who act for another come last. The book of postings."""
    book = Postings(units, grids, people, tally)
    for username, row in sorted(pairs, key=lambda pair: "acting_for" in pair[1]):
        row.passes(book.put, username)
    return book


def _know(row, names):
    row.only(*PERSON_KEYS)
    names.add(row, row.code("username", most=60), "username")


def _put_person(row, people):
    username = row.code("username")
    fields = {"name": row.text("name", most=60), "phone": row.text("phone", required=False, most=30)}
    if people.find(username) is None:
        fields |= {"is_staff": True, "password": make_password(None)}
    people.put(username, **fields)


def _postings(row):
    postings = row.rows("postings")
    if not postings:
        row.fail("至少写一项任职 postings。", "postings")
    for posting in postings:
        posting.only(*POSTING_KEYS)
    roles = {posting.choice("role", Role) for posting in postings}
    if mixed(roles):
        row.fail(MIXED, "postings")
    return postings


class Postings:
    """任职账: a posting is known by person, organisation, role and first day; `outcomes` and `changes` by the line of its row."""

    def __init__(self, units, grids, people, tally):
        self.units, self.grids, self.people, self.tally = units, grids, people, tally
        fields = ("user_id", "organisation_id", "role", "starts_on")
        rows = Posting.objects.select_related("acting_for", "grid")
        self.known = {tuple(getattr(row, name) for name in fields): row for row in rows}
        self.seen = Names("任职")
        self.outcomes, self.changes, self.touched = {}, {}, {}

    def put(self, row, username):
        """One posting, created or made to say what the file says."""
        user = self.people.find(username)
        if user is None:
            row.fail(f"没有用户名为“{username}”的人，请先登记人员。", "username")
        unit, role = self.units.named(row, "organisation", required=True), row.choice("role", Role)
        starts_on = row.get("from", date, required=True)
        fields = {"title": row.text("title", required=False, most=60), **self._details(user, row, unit, role, starts_on)}
        key = (user.pk, unit.pk, role, starts_on)
        self.seen.add(row, f"{user.username} {unit.code} {role} {starts_on}")
        self.outcomes[row.line], self.changes[row.line] = self._settle(key, fields)
        self.touched[row.line] = self.known[key]
        self.tally.note("任职", self.outcomes[row.line])

    def _settle(self, key, fields):
        posting = self.known.get(key)
        if posting is None:
            user, unit, role, starts_on = key
            self.known[key] = Posting.objects.create(user_id=user, organisation_id=unit, role=role, starts_on=starts_on, **fields)
            return CREATED, {}
        differing = [name for name, value in fields.items() if getattr(posting, name) != value]
        changes = {name: (getattr(posting, name), fields[name]) for name in differing}
        for name in differing:
            setattr(posting, name, fields[name])
        if differing:
            posting.save(update_fields=differing)
        return CHANGED if differing else UNCHANGED, changes

    def _details(self, user, row, unit, role, starts_on):
        self._check_seat(row, unit, role)
        ends_on = row.get("to", date)
        if ends_on is not None and ends_on < starts_on:
            row.fail(f"任职止于 {ends_on}，早于起始 {starts_on}。", "to")
        grid = self.grids.named(row, "grid")
        if grid is not None and grid.community_id != unit.pk:
            row.fail(f"网格“{grid.code}”不在{unit}。", "grid")
        return {"ends_on": ends_on, "grid": grid, "acting_for": self._acting_for(user, row, unit, role)}

    def _check_seat(self, row, unit, role):
        seats = SEATS.get(role)
        if seats and unit.kind not in seats:
            wanted = "、".join(Kind(kind).label for kind in seats)
            row.fail(f"{Role(role).label}应任职于{wanted}，{unit}是{unit.get_kind_display()}。", "organisation")

    def _acting_for(self, user, row, unit, role):
        other = self.people.named(row, "acting_for")
        if other is None:
            return None
        held = [
            posting
            for (user_id, unit_id, role_held, _), posting in self.known.items()
            if (user_id, unit_id, role_held) == (other.pk, unit.pk, role) and other.pk != user.pk
        ]
        if not held:
            row.fail(f"{other}没有在{unit}任{Role(role).label}，不能由人代行。", "acting_for")
        return max(held, key=lambda posting: posting.starts_on)

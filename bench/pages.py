"""页面快慢: the secretary's page, the registers of cases and papers and the search, at 1,000,000 cases and at 10,000.

    .venv/bin/python -m bench.pages [--cases 1000000 10000] [--rounds 7]

Of a hundred cases ninety-six are closed, as after some years; the others are open, one in four of them late. Each page is opened
as its reader opens it, through the whole product, in one process; the databases take turns. Beside the pages stands a list of
fifty as Django REST framework makes it by itself, behind the same middleware, in the same turns.
"""

import argparse
import os
import random
import re
import time
from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta
from statistics import median

from bench import machine
from bench.sweep import START, Copies, one_order
from tests.clock import travel

NOW = START + timedelta(days=3)
PAGES = [
    ("事项登记册", "leader", "/desk/cases/"),
    ("全部未了", "leader", "/desk/cases/?status=open"),
    ("超期", "leader", "/desk/cases/?queue=overdue"),
    ("红灯", "leader", "/desk/cases/?light=red"),
    ("黄灯", "leader", "/desk/cases/?light=yellow"),
    ("第三百页", "leader", "/desk/cases/?page=300"),
    ("一个社区", "leader", "/desk/cases/?community=luxi"),
    ("单位的事项", "luxi", "/desk/cases/"),
    ("单位未了", "luxi", "/desk/cases/?status=open"),
    ("只有旧事项的单位", "xisheng", "/desk/cases/"),
    ("工作台", "leader", "/admin/"),
    ("书记的页面", "secretary", "/phone/secretary/"),
    ("公文登记册", "leader", "/desk/letters/"),
    ("督办单", "leader", "/desk/letters/?kind=supervise"),
    ("单位的公文", "luxi", "/desk/letters/"),
    ("单位的工单，手机", "luxi", "/phone/orders/"),
    ("单位的事项，接口", "luxi", "/api/v1/cases/"),
    ("单位的工单，接口", "luxi", "/api/v1/orders/"),
    ("数字", "leader", "/desk/figures/"),
]
"""Name, reader, address."""
BARE = ("DRF 裸列表，50 行", "leader", "/bare/cases/")
SEARCHES = [
    ("少见的词", "琉璃瓦", "", 20),
    ("少见的两个字", "石榴", "", 20),
    ("不常见的词", "井盖松动", "", 120),
    ("常见的两个字", "路灯", "", 120),
    ("常见的两个词", "路灯 电梯", "", 120),
    ("几乎件件都有的两个字", "小区", "", 120),
    ("没有的词", "鲸鱼", "", 20),
    ("点位", "第123小区", "", 120),
    ("单位", "luxi", "", 120),
    ("电话", "13800001111", "", 20),
    ("诉求编号的开头", "S1234", "", 20),
    ("事项编号的开头，一万一千件", "A77", "", 120),
    ("常见的两个字，单位的", "路灯", "&unit=luxi", None),
    ("几乎件件都有的，未了的", "小区", "&status=open", None),
    ("常见的两个字，未了的", "路灯", "&status=open", None),
    ("常见的两个字，不予受理的", "路灯", "&status=declined", None),
    ("少见的词，一个社区的", "琉璃瓦", "&community=luxi", None),
]
"""What is looked for: name, words, filters beside them, milliseconds that the statements may take at most."""
PLACES, TEXTS = 400, 4000
SIZES = {"琉璃瓦": 100_000, "石榴": 50_000, "井盖松动": 1000, "路灯": 20}
"""A word, and in how many cases it is said once."""


class Street(Copies):
    """A street after some years: copies of one case with its grievance, order and clocks."""

    def years(self):
        """Cases with an end each, spread over the years before."""
        from dispatch.models import Deadline, Letter, WorkOrder
        from grievance.models import Case, CaseUnit, Complainant, Grievance, Notice
        from street.models import Organisation

        mine, closed = f"case_id = {self.order.case_id}", "(i % 100 >= 4)"
        self.copy(
            Case, f"id = {self.order.case_id}", f"generate_series(1, {self.rows}) i", number="'A' || i",
            status=f"CASE WHEN {closed} THEN 'closed' ELSE t.status END",
            ended_at=f"CASE WHEN {closed} THEN '{START.isoformat()}'::timestamptz END",
            submitted_at=f"'{START.isoformat()}'::timestamptz - ({self.rows} - i) * interval '90 s'",
        )  # fmt: skip
        columns = "id, status = 'closed' AS over, id % 4 AS turn, submitted_at"
        cases = f"(SELECT {columns} FROM grievance_case WHERE id <> {self.order.case_id}) c"
        self.copy(Grievance, mine, cases, case_id="c.id", first_case_id="c.id", number="'S' || c.id", key="'k' || c.id",
                  receipt_salt="decode(md5(c.id::text), 'hex')", receipt_hash="md5(c.id::text)")  # fmt: skip
        late = f"CASE WHEN c.turn = 0 THEN '{START.isoformat()}'::timestamptz ELSE t.due_at END"
        self.copy(WorkOrder, f"id = {self.order.pk}", cases, case_id="c.id", number="'Z' || c.id", due_at=late,
                  status="CASE WHEN c.over THEN 'done' ELSE 'accepted' END")  # fmt: skip
        self.copy(CaseUnit, mine, cases, case_id="c.id", at="c.submitted_at")
        self.copy(Notice, mine, cases, case_id="c.id", key="t.key || '/' || c.id", sent_at="t.created_at")
        # A unit that was told of the oldest ones alone: whoever looks for its newest among everybody's reads them all
        oldest = f"ORDER BY submitted_at LIMIT {self.rows // 100}"
        old = f"(SELECT id, submitted_at FROM grievance_case WHERE id <> {self.order.case_id} {oldest}) c"
        xisheng = Organisation.objects.get(code="xisheng").pk
        self.copy(CaseUnit, f"{mine} AND organisation_id = {self.order.handler_id}", old, case_id="c.id",
                  organisation_id=str(xisheng), at="c.submitted_at")  # fmt: skip
        orders = f"""(SELECT o.id, o.case_id, o.status = 'done' AS over, o.due_at FROM dispatch_workorder o
            WHERE o.id <> {self.order.pk}) o"""
        self.copy(Deadline, f"id = {self.clock.pk}", orders, case_id="o.case_id", order_id="o.id", due_at="o.due_at",
                  met_at="CASE WHEN o.over THEN o.due_at END")  # fmt: skip
        self._papers(Letter, cases)
        # A number is left with one in ten
        spoke = f"(SELECT id FROM grievance_grievance WHERE case_id <> {self.order.case_id} AND id % 10 = 0) s"
        self.copy(Complainant, f"grievance_id IN (SELECT id FROM grievance_grievance WHERE {mine})", spoke, grievance_id="s.id",
                  phone_index="md5(s.id::text)")  # fmt: skip
        self._words()

    def _words(self):
        """Search texts as long as people write, each from one of four hundred estates."""
        from django.db import connection

        from grievance import search

        search.remember([self.order.case_id])
        seldom = " || ".join(f"CASE WHEN c.id % {size} = 7 THEN '{word}' ELSE '' END" for word, size in SIZES.items())
        mine = self.order.case_id
        with connection.cursor() as cursor:
            cursor.execute("CREATE TEMPORARY TABLE said (number int PRIMARY KEY, words text)")
            cursor.executemany("INSERT INTO said VALUES (%s, %s)", list(enumerate(texts())))
            cursor.execute(
                f"""INSERT INTO grievance_searchtext (case_id, street_id, at, text, unit, stale)
                SELECT c.id, t.street_id, c.submitted_at, '第' || c.id % {PLACES} || '小区 ' || w.words || {seldom}, t.unit, false
                FROM grievance_case c JOIN said w ON w.number = c.id * 7919 % {TEXTS}, grievance_searchtext t
                WHERE t.case_id = {mine} AND c.id <> {mine}"""
            )

    def _papers(self, letter, cases):
        """A paper for every twentieth case, issued long ago; and before the secretary what a street has at a time."""
        from dispatch.models import Supervision

        leader = self.order.dispatched_by_id
        row = letter.objects.create(
            kind="supervise", case=self.order.case, order=self.order, issuer=self.order.case.street, to=self.order.handler,
            subject="督办单", body="请办理", drafted_at=START,
        )  # fmt: skip
        self.copy(letter, f"id = {row.pk}", f"(SELECT * FROM {cases} WHERE c.id % 20 = 0) c", case_id="c.id",
                  status="'issued'", number="'N' || c.id", signed_by_id=str(leader), signed_at="t.drafted_at")  # fmt: skip
        for case in self.order.case.street.cases.filter(status="in_handling").order_by("pk")[:12]:
            Supervision.objects.create(case=case, level="street", holder=case.street, reason="超期", raised_at=START)


def texts():
    """So many different ones, of some forty signs each."""
    chance = random.Random(2023)
    who = ["楼上", "隔壁", "门口的商铺", "物业", "施工队", "对面工地", "一楼住户", "小广场上", "停车场里", "东门外"]
    what = [
        "半夜装修",
        "暖气不热",
        "电梯总停",
        "水管漏水",
        "垃圾没人清",
        "车堵着门",
        "油烟往家里灌",
        "下水道返味",
        "门禁失灵",
        "台阶结冰",
    ]
    since = ["已经三天了", "从上个月开始", "每天晚上十点以后", "打过好几次电话", "老人出门不方便", "孩子没法睡觉", "一直没人管"]
    ask = ["请尽快来人看看", "希望给个答复", "能不能先修好再说", "请协调一下", "盼早点解决", "麻烦问问该归谁管"]
    more = ["".join(chance.choices("甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉戌亥天地玄黄宇宙洪荒", k=4)) for _ in range(500)]
    return [" ".join(map(chance.choice, (who, what, since, ask, more))) for _ in range(TEXTS)]


@dataclass(frozen=True)
class Opened:
    """One page opened: milliseconds, statements, milliseconds of those that look for words or numbers; how many were found."""

    milliseconds: float
    statements: int
    looking: float
    found: str


LOOKING = ("grievance_searchtext", "phone_index", '"grievance_grievance"."number"', 'U0."number"', 'case"."number"::text LIKE')


def opened(browser, address):
    """Open it."""
    from django.db import connection

    asked = []

    def timed(execute, statement, *rest):
        start = time.perf_counter()
        try:
            return execute(statement, *rest)
        finally:
            asked.append((statement, time.perf_counter() - start))

    with travel(NOW), connection.execute_wrapper(timed):
        start = time.perf_counter()
        answer = browser.get(address)
        spent = time.perf_counter() - start
    assert answer.status_code == 200, (address, answer.status_code)
    looking = sum(spent for statement, spent in asked if any(mark in statement for mark in LOOKING))
    said = re.search(r'<h1>\S+ <span class="s-num">([^<]+)<', answer.content.decode()) if "q=" in address else None
    return Opened(spent * 1000, len(asked), looking * 1000, said[1] if said else "")


def a_reader(name):
    """A browser signed in as somebody of the small street."""
    from django.test import Client

    from street.models import User

    browser = Client(HTTP_HOST="localhost")
    with travel(NOW):
        browser.force_login(User.objects.get(username=name))
    return browser


def measure(sizes, rounds):
    """{page: {size: [Opened]}}, the first of each left out."""
    found = defaultdict(lambda: defaultdict(list))
    searches = [(name, "leader", f"/desk/cases/?q={words}{more}") for name, words, more, _ in SEARCHES]
    for number in range(rounds + 1):
        for size in sizes:
            machine.use(f"{size:,}")
            for label, reader, address in [BARE, *PAGES, *searches]:
                once = opened(a_reader(reader), address)
                if number:
                    found[label][size].append(once)
    return found


def load(size):
    """The small street with so many cases."""
    from dispatch.models import Deadline, Letter, WorkOrder
    from grievance.models import Case, CaseUnit, Complainant, Grievance, Notice, SearchText

    street = Street(one_order(), size, scattered=False)
    with machine.loading(Case, Grievance, WorkOrder, CaseUnit, Notice, Deadline, Letter, Complainant, SearchText):
        street.years()


def middle(rounds, what="milliseconds"):
    """The median of several rounds."""
    return median(getattr(one, what) for one in rounds)


def report(found, sizes):
    """The tables of bench/README.md."""
    heads = " | ".join(f"{size:,} 件 | 语句" for size in sizes)
    print(f"| 页面 | {heads} | 用时之比 | 裸列表与它之比 |")
    print("|---|" + "---|---|" * len(sizes) + "---|---|")
    for label in [BARE[0], *(page[0] for page in PAGES)]:
        cells = " | ".join(f"{middle(found[label][size]):.0f} ms | {found[label][size][-1].statements}" for size in sizes)
        growth = middle(found[label][sizes[0]]) / middle(found[label][sizes[-1]])
        # Each round beside the bare list of the same round: what else the machine does meets both
        pairs = zip(found[BARE[0]][sizes[0]], found[label][sizes[0]], strict=True)
        beside = median(bare.milliseconds / one.milliseconds for bare, one in pairs)
        print(f"| {label} | {cells} | {growth:.2f} | {beside:.2f} |", flush=True)
    _report_searches(found, sizes)


def _report_searches(found, sizes):
    heads = " | ".join(f"{size:,} 件：找到 | 查找的语句 | 全页" for size in sizes)
    print(f"\n| 查找 | 写的是 | {heads} | 要求 |")
    print("|---|---|" + "---|---|---|" * len(sizes) + "---|")
    for label, words, more, most in SEARCHES:
        rows = [found[label][size] for size in sizes]
        cells = " | ".join(f"{row[-1].found} | {middle(row, 'looking'):.1f} ms | {middle(row):.0f} ms" for row in rows)
        print(f"| {label} | {words}{more} | {cells} | {f'≤ {most} ms' if most else ''} |", flush=True)


def main():
    """Start a private PostgreSQL, load it, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cases", type=int, nargs="+", default=[1_000_000, 10_000])
    parser.add_argument("--rounds", type=int, default=7)
    options = parser.parse_args()
    os.environ["DJANGO_SETTINGS_MODULE"] = "bench.site"
    with machine.postgres():
        for size in options.cases:
            start = time.perf_counter()
            machine.create(f"{size:,}")
            load(size)
            print(f"载入 {size:,} 件：{time.perf_counter() - start:.0f} 秒", flush=True)
        report(measure(options.cases, options.rounds), options.cases)
        print(machine.facts())


if __name__ == "__main__":
    main()

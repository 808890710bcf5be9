"""A random but seeded month: what residents and staff do on each day, and when something is killed beneath them."""

import json
import random
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from tests.clock import instant
from tests.journeys.month.people import Log, Office, Resident
from tests.services import REPO

FIRST_DAY, DAYS, KILLS = instant("2023-03-01 10:30"), 30, 10
SURE = ["家里暖气不热，室温只有15度", "路灯不亮，晚上看不见路", "电梯坏了三天了没人修，我家住18楼", "楼上漏水把我家天花板泡了"]
"""What the shipped rules send by themselves: to the heating company, two offices, and the community of the place."""
UNSURE = ["情况比较复杂，想当面说一说", "有件事想反映一下，请联系我"]
"""What waits for a person."""
QUIET_SECONDS = 200
"""A sweep that the leap of the clock made too old is sent again a minute later; longer than two such minutes."""


class Month:
    """One run: the clients, their log, and the kills."""

    def __init__(self, stack, seed):
        self.stack, self.chance, self.log = stack, random.Random(seed), Log()
        self.resident = Resident(stack.url, self.log)
        self.office = Office(stack.url, self.log, stack.passwords())
        self.tokens = stack.tokens()
        self.now = FIRST_DAY
        self.strikes = dict(self._strikes())
        self.beside = ThreadPoolExecutor(1)

    def _strikes(self):
        """Ten random moments: a day, a part, and so many seconds after the day began."""
        for day in self.chance.sample(range(1, DAYS - 1), KILLS):
            yield day, (self.chance.choice(self.stack.targets), self.chance.uniform(0, 1.5))

    def play(self):
        """Live through the month, then let everything settle; what the data then holds."""
        for day in range(DAYS):
            # A clock that leaps while a message is on its way out looks like a worker that died with it
            self.stack.wait_for_silence()
            self.now = FIRST_DAY + timedelta(days=day, minutes=self.chance.randrange(300))
            self.stack.set_clock(self.now)
            striking = self._strike_beside(*self.strikes[day]) if day in self.strikes else None
            try:
                self._one_day(day)
            except TimeoutError:
                if striking:
                    striking.result()
                raise
            if striking:
                striking.result()
        return self._settled()

    def _strike_beside(self, part, delay):
        def strike():
            threading.Event().wait(delay)
            self.stack.strike(part)

        return self.beside.submit(strike)

    def _one_day(self, day):
        for serial in range(self.chance.randint(1, 3)):
            self._report(f"month-{day}-{serial}")
        if self.now.weekday() < 5:
            self._desk()
            self._handlers()
        for _, receipt in self.chance.sample(sorted(self.log.accepted.values()), min(4, len(self.log.accepted))):
            self.resident.rate(receipt, content=self.chance.random() < 0.8)

    def _report(self, key):
        sure = self.chance.random() < 0.7
        body = {"description": f"{self.chance.choice(SURE if sure else UNSURE)}（{key}）"}
        if self.chance.random() < 0.7:
            body |= {"name": "刘先生", "phone": f"138{self.chance.randrange(10**8):08}"}
        self.resident.report(self.chance.choice(self.tokens), key, body, sure=sure, again=self.chance.random() < 0.3)

    def _desk(self):
        for case in self.office["paidan1"].listed("/api/v1/cases/?status=submitted"):
            # What the rules send by themselves is left to them; the person only takes what has been studied and stayed
            if any(words in case["title"] for words in UNSURE) and self.chance.random() < 0.5:
                self.office["paidan1"].dispatch(case["number"], "A1", "qms-luxi")

    def _handlers(self):
        for case, orders in sorted(self.office.orders().items()):
            for order in orders:
                if self.chance.random() < 0.6:
                    self._work(order)
            if any(order["overdue"] for order in orders) and self.chance.random() < 0.3:
                self.office["zhibanzhang"].sign(case)

    def _work(self, order):
        number, status, handler = order["number"], order["status"], self.office.handler_of(order["handler"]["code"])
        if handler is None:
            # A supporting firm without an account: its order is left to the clock
            return
        if status == "dispatched":
            handler.move(number, "accept")
        elif status == "completed":
            self.office["duban"].move(number, "review_pass", opinion="情况属实")
        elif status == "accepted":
            name, said = self.chance.choice(
                [
                    ("respond", {"note": "已电话联系"}),
                    ("add_progress", {"text": "已上门查看", "public": True}),
                    ("complete", {"public_answer": "已经处理好了。", "internal_record": "处理记录"}),
                    ("complete", {"public_answer": "已经处理好了。", "internal_record": "处理记录"}),
                ]
            )
            handler.move(number, name, **said)

    def _settled(self):
        """Three days later, when nothing is left to do for machines alone; the last state where that never comes."""
        self.now += timedelta(days=3)
        self.stack.set_clock(self.now)
        command = [sys.executable, "-m", "tests.journeys.month.audit", self.now.isoformat(), str(QUIET_SECONDS)]
        environment = {**self.stack.environment, "DJANGO_SETTINGS_MODULE": "config.settings"}
        ran = subprocess.run(command, cwd=REPO, env=environment, capture_output=True, text=True)
        if ran.returncode:
            raise RuntimeError(ran.stderr)
        return json.loads(ran.stdout)

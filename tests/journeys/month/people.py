"""Residents and staff as HTTP clients, with a log of what was sent and what was answered. The log is what the test believes."""

import re
import threading
import time
import tomllib
from collections import Counter, defaultdict
from dataclasses import dataclass, field

import requests

from config.first_start import STREET

PATIENCE = 60
"""Seconds for which a client tries to get an answer before it gives up; longer than any restart takes."""
pause = threading.Event()


def heads():
    """Who heads each unit, by its code, as the street's file says; the first where several do."""
    found = {}
    for person in tomllib.loads(STREET.read_text())["person"]:
        for post in person["postings"]:
            if post["role"] == "unit_head":
                found.setdefault(post["organisation"], person["username"])
    return found


@dataclass
class Log:
    """What the clients know: only what they were told."""

    # key → (number, receipt) as first answered; what a later answer to the same key must repeat
    accepted: dict = field(default_factory=dict)
    sure: set = field(default_factory=set)
    with_phone: set = field(default_factory=set)
    # (order, move) → how often it was answered with success, and how often the answer was lost
    made: Counter = field(default_factory=Counter)
    lost: Counter = field(default_factory=Counter)
    sent_by_hand: set = field(default_factory=set)
    signed: set = field(default_factory=set)
    # receipt → the answers given
    rated: dict = field(default_factory=dict)
    surprises: list = field(default_factory=list)
    broken_connections: int = 0


class Person:
    """One who keeps trying until there is an answer."""

    def __init__(self, url, log):
        self.url, self.log, self.browser = url, log, requests.Session()

    def ask(self, method, path, **more):
        """The answer, after as many tries as it takes. 5xx is no answer, and a surprise."""
        answer, _ = self.tell(method, path, **more)
        return answer

    def tell(self, method, path, **more):
        """The answer, and how many tries broke off before it, of which nobody knows what became."""
        until, broken = time.monotonic() + PATIENCE, 0
        while time.monotonic() < until:
            try:
                answer = self.browser.request(method, f"{self.url}{path}", timeout=20, **more)
            except requests.RequestException:
                broken += 1
                self.log.broken_connections += 1
            else:
                if answer.status_code < 500:
                    return answer, broken
                self.log.surprises.append(f"{method} {path}: {answer.status_code} {answer.text[:300]}")
            pause.wait(0.1)
        raise TimeoutError(f"no answer to {method} {path} within {PATIENCE} s")


class Resident(Person):
    """Reports, reads how it stands, and says whether it was solved: each time on the phone that reported it."""

    def __init__(self, url, log):
        super().__init__(url, log)
        self.phones = {}

    def report(self, token, key, body, *, sure, again):
        """POST to the intake until it answers; `again` once more after that, as a phone with a bad line does."""
        self.browser = requests.Session()
        for _ in range(2 if again else 1):
            answer = self.ask("POST", f"/api/v1/q/{token}/grievances/", json=body, headers={"Idempotency-Key": key})
            if answer.status_code != 201:
                self.log.surprises.append(f"report {key}: {answer.status_code} {answer.text[:200]}")
                return
            told = (answer.json()["number"], answer.json()["receipt"])
            if self.log.accepted.setdefault(key, told) != told:
                self.log.surprises.append(f"report {key}: {told} after {self.log.accepted[key]}")
            self.phones[told[1]] = self.browser
        (self.log.sure if sure else set()).add(key)
        (self.log.with_phone if body.get("phone") else set()).add(key)

    def rate(self, receipt, *, content):
        """Answer the survey where one is open."""
        self.browser = self.phones[receipt]
        page = self.ask("GET", f"/r/{receipt}/survey/")
        if page.status_code != 200 or 'name="satisfaction"' not in page.text:
            return
        words = ("yes", "yes", "") if content else ("no", "no", "unsolved")
        said = dict(zip(("resolved", "satisfaction", "reason"), words, strict=True), replied="yes")
        answer, broken = self.tell("POST", f"/r/{receipt}/survey/", data=said)
        # Refused because it is there already: the answer to an earlier try was lost
        if answer.status_code == 200 or (broken and answer.status_code == 409):
            self.log.rated.setdefault(receipt, []).append(content)
        else:
            self.log.surprises.append(f"rate: {answer.status_code} {re.sub('<[^>]+>', ' ', answer.text)[:500]}")


class Staff(Person):
    """Somebody signed in."""

    def __init__(self, url, log, username, password):
        super().__init__(url, log)
        self.ask("GET", "/admin/login/")
        self.post("/admin/login/", data={"username": username, "password": password, "next": "/healthz"})
        self.username = username

    def post(self, path, **more):
        """A POST with the token that the pages carry."""
        answer, _ = self.send(path, **more)
        return answer

    def send(self, path, **more):
        """As `tell`."""
        headers = {"X-CSRFToken": self.browser.cookies.get("csrftoken", ""), "Referer": f"{self.url}/"}
        return self.tell("POST", path, headers=headers, **more)

    def listed(self, path):
        """The rows of a list of the staff interface."""
        answer = self.ask("GET", path)
        if answer.status_code != 200:
            self.log.surprises.append(f"{self.username} GET {path}: {answer.status_code} {answer.text[:200]}")
            return []
        return answer.json()["results"]

    def move(self, order, name, **said):
        """Make a move of an order; a refusal after a lost answer means that the move had been made."""
        answer, broken = self.send(f"/api/v1/orders/{order}/moves/{name}/", json=said)
        if answer.status_code == 200 or (broken and answer.status_code == 409):
            self.log.made[order, name] += 1
            self.log.lost[order, name] += broken if answer.status_code == 200 else 0
        else:
            self.log.surprises.append(f"{self.username} {name} {order}: {answer.status_code} {answer.text[:200]}")
        return answer

    def dispatch(self, case, category, to):
        """Admit and send a case that the rules left to a person."""
        for name, said in (("admit", {"category": category}), ("dispatch", {"to": to, "limit_class": "U4", "basis": "研判"})):
            answer, broken = self.send(f"/api/v1/cases/{case}/moves/{name}/", json=said)
            if answer.status_code not in (200, 201) and not (broken and answer.status_code == 409):
                self.log.surprises.append(f"{self.username} {name} {case}: {answer.status_code} {answer.text[:200]}")
                return
        self.log.sent_by_hand.add(case)

    def sign(self, case):
        """Sign what waits for one's signature on the page of a case."""
        page = self.ask("GET", f"/desk/cases/{case}/")
        for letter in dict.fromkeys(re.findall(r"letter-(\d+)-sign", page.text)):
            answer, broken = self.send(f"/desk/cases/{case}/", data={"act": f"letter-{letter}-sign"})
            signed = answer.status_code == 200 and f"letter-{letter}-sign" not in answer.text
            if signed or (broken and answer.status_code == 409):
                self.log.signed.add(int(letter))
            else:
                self.log.surprises.append(f"sign {letter}: {answer.status_code} {answer.text[:200]}")


class Office:
    """The staff of the street, each signed in when first needed."""

    def __init__(self, url, log, passwords):
        self.url, self.log, self.passwords = url, log, passwords
        self.people, self.heads = {}, heads()

    def __getitem__(self, username):
        if username not in self.people:
            self.people[username] = Staff(self.url, self.log, username, self.passwords[username])
        return self.people[username]

    def handler_of(self, unit):
        """Who works on the orders of a unit, by its code: the head, who alone reports what is done again; None if headless."""
        return self[self.heads[unit]] if unit in self.heads else None

    def orders(self):
        """Open orders, as the desk sees them, by case."""
        found = defaultdict(list)
        for row in self["zhibanzhang"].listed("/api/v1/orders/?status=open&limit=200"):
            found[row["case"]].append(row)
        return found

"""第一次启动: tables, the sample street, its policy, the demo and accounts; later starts find that all is there."""

import io
import os
import secrets
from concurrent.futures import ThreadPoolExecutor

from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.models import F

from grievance.models import Case
from street.first_passwords import ALPHABET, LENGTH, encode
from street.models import User

STREET = settings.BASE_DIR / "street" / "data" / "qimashan.toml"
POLICY = settings.BASE_DIR / "dispatch" / "policies" / "default.toml"


def migrate():
    """建表: bring the tables up to date; does nothing, and quickly, where they are."""
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        call_command("migrate", verbosity=0, interactive=False)


def prepare(say, *, demo):
    """首次载入: each step can be cut short and done again; the mark is written when all have been done."""
    mark = settings.DATA_DIR / "prepared"
    if mark.exists():
        return
    for sentence, step in steps(demo):
        say(sentence)
        step()
    mark.write_text("street, policy, accounts" + (", demo\n" if demo else "\n"))


def steps(demo):
    """What a first start does, in order, each with the sentence that announces it."""
    yield "载入工作日历…", lambda: quietly("load_calendar")
    yield "载入辅助文字…", lambda: quietly("load_wording")
    yield "载入样例街道…", lambda: quietly("load_street", str(STREET))
    yield "载入时限与派单规则…", lambda: quietly("load_policy", str(POLICY))
    yield "载入答复模板和办理提示…", lambda: quietly("load_replies")
    yield "载入上门事项清单…", lambda: quietly("load_visit_items")
    yield "生成样例账号…", give_passwords
    yield "生成样例保密信箱的钥匙…", lambda: quietly("sample_keys")
    if demo and not Case.objects.exists():
        yield "演示：放一遍四件事和近两周的样例…", lambda: quietly("demo")


@transaction.atomic
def quietly(command, *arguments):
    """Run a management command whole or not at all, without what it prints to a person who calls it."""
    call_command(command, *arguments, verbosity=0, stdout=io.StringIO(), stderr=io.StringIO())


def accounts_file():
    """账号文件: the one place where generated passwords stand; readable by its owner alone."""
    return settings.DATA_DIR / "accounts.txt"


def give_passwords():
    """样例账号: a generated password for every sample person who has none; each is written down before it is set."""
    people = [person for person in User.objects.filter(is_active=True).order_by("pk") if not person.has_usable_password()]
    if not people:
        return
    passwords = ["".join(secrets.choice(ALPHABET) for _ in range(LENGTH)) for _ in people]
    _write_down(people, passwords)
    with ThreadPoolExecutor() as pool:
        for person, encoded in zip(people, pool.map(encode, passwords), strict=True):
            person.password = encoded
    User.objects.bulk_update(people, ["password"], batch_size=100)


def _write_down(people, passwords):
    descriptor = os.open(accounts_file(), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(descriptor, "a") as file:
        for person, password in zip(people, passwords, strict=True):
            file.write(f"{person.username}\t{password}\t{person}\t{_post(person)}\n")
        file.flush()
        os.fsync(file.fileno())


def _post(person):
    # A post in one's own right says more about an account than one held for another
    posting = person.postings.select_related("organisation").order_by(F("acting_for").asc(nulls_first=True), "pk").first()
    return f"{posting.organisation} {posting.title or posting.get_role_display()}" if posting else ""


def accounts():
    """样例账号: (username, password, name, post) as they were generated, by username."""
    if not accounts_file().exists():
        return {}
    rows = [line.rstrip("\n").split("\t") for line in accounts_file().read_text().splitlines()]
    return {row[0]: row for row in rows if len(row) == 4}

"""`make up`: one command brings up web, worker and scheduler, says where everything is, and stops when told to."""

import re
import signal
import stat
import time

import pytest
import requests

from tests.stack import Embedded


@pytest.fixture(scope="module")
def folder(started_before):
    return started_before("up")


@pytest.fixture(scope="module")
def first(first_start):
    """The first start on an empty directory; later ones begin with a copy of what it left."""
    return first_start


def test_first_start_says_where_residents_and_staff_go(first):
    assert f"{first.url}/\n" in first.said
    assert f"{first.url}/admin/" in first.said


def test_first_start_prints_codes_of_at_least_three_communities(first):
    lines = re.findall(r"/q/[\w-]+/  (\S+)", first.said)
    assert len(set(lines)) >= 3


def test_one_code_can_be_scanned_from_the_terminal(first):
    assert first.said.count("█") + first.said.count("▀") > 200


def test_pages_open(first):
    assert first.home.status_code == 200
    assert first.page.status_code == 200


def test_sample_accounts_are_printed_with_their_passwords(first, folder):
    written = dict(line.split("\t")[:2] for line in (folder / "accounts.txt").read_text().splitlines())
    assert {"zhibanzhang", "luxi_banli", "shuji", "admin"} <= set(written)
    assert f"zhibanzhang      {written['zhibanzhang']}" in first.said
    assert len(set(written.values())) == len(written)


def test_secrets_are_readable_by_their_owner_alone(first, folder):
    modes = {name: stat.S_IMODE((folder / name).stat().st_mode) for name in ("accounts.txt", "secret_key")}
    assert modes == {"accounts.txt": 0o600, "secret_key": 0o600}


def test_ctrl_c_stops_all_of_it_cleanly(first):
    assert first.exit_code == 0
    assert "Traceback" not in first.said


def test_later_start_is_quick_changes_nothing_and_stops_at_sigterm(first, folder):
    before = (folder / "accounts.txt").read_text()
    stack, begun = Embedded(folder), time.monotonic()
    with stack:
        taken = time.monotonic() - begun
        code = stack.parts["up"].stop(signal.SIGTERM)
    assert taken < 5
    assert code == 0
    assert stack.codes == first.codes
    assert (folder / "accounts.txt").read_text() == before


def test_what_was_killed_starts_again(first, folder):
    stack = Embedded(folder)
    with stack:
        stack.kill()
        stack.start("up")
        stack.wait()


def test_a_port_that_is_taken_is_said_plainly(first, folder):
    with Embedded(folder) as stack, pytest.raises(RuntimeError, match=f"{stack.port} 已被占用"):
        stack.manage("up")


def test_generated_password_opens_the_desk(first, folder):
    written = dict(line.split("\t")[:2] for line in (folder / "accounts.txt").read_text().splitlines())
    with Embedded(folder) as stack:
        session = requests.Session()
        form = session.get(f"{stack.url}/admin/login/?next=/admin/", timeout=10)
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', form.text)[1]
        fields = {"csrfmiddlewaretoken": token, "username": "zhibanzhang", "password": written["zhibanzhang"], "next": "/admin/"}
        desk = session.post(f"{stack.url}/admin/login/", data=fields, timeout=20, headers={"Referer": stack.url})
    assert desk.status_code == 200
    assert desk.url == f"{stack.url}/admin/"

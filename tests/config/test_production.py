"""The processes of docker-compose.yml, started from Debian's packages and driven over HTTP."""

import re

import pytest
import requests

from tests import services
from tests.stack import Production

pytestmark = [pytest.mark.needs_postgres, pytest.mark.needs_redis]


@pytest.fixture(scope="module")
def database(postgres_server, postgres_tables):
    return services.new_database(postgres_server, like=postgres_tables)


@pytest.fixture(scope="module")
def stack(database, tmp_path_factory):
    """Web, worker and beat with the sample street loaded."""
    folder = tmp_path_factory.mktemp("production")
    with services.redis() as broker, Production(folder, database=database, broker=broker) as stack:
        stack.load_sample()
        yield stack


@pytest.fixture(scope="module")
def token(stack):
    """The token of a code on a wall."""
    show = "from grievance.models import QRCode; print('token', QRCode.objects.live().order_by('pk').first().token)"
    return re.search(r"token (\S+)", stack.manage("shell", "-c", show))[1]


def submit(stack, token, text, key):
    return requests.post(
        f"{stack.url}/api/v1/q/{token}/grievances/", json={"description": text}, headers={"Idempotency-Key": key}, timeout=10
    )


def follow_page_once_dispatched(url, unit):
    """The follow page, read again until it names `unit`; at most two seconds' worth of reading."""
    for _ in range(200):
        page = requests.get(url, timeout=10).text
        if unit in page:
            return page
    return page


def test_it_says_that_database_and_broker_answer(stack):
    assert requests.get(f"{stack.url}/healthz", timeout=5).json() == {"ok": True, "database": True, "broker": True}


def test_a_report_has_its_work_order_at_once(stack, token):
    answer = submit(stack, token, "家里暖气不热，室温只有15度", "production-heat-1")
    assert answer.status_code == 201
    page = follow_page_once_dispatched(answer.json()["url"], "暖城供热")
    assert "暖城供热" in page
    assert "北京时间" in page


def test_static_files_carry_their_content_in_their_names_and_may_be_kept(stack):
    page = requests.get(stack.url, timeout=5).text
    sheet = re.search(r'href="(/static/[^"]+\.[0-9a-f]{12}\.css)"', page)[1]
    assert "immutable" in requests.get(f"{stack.url}{sheet}", timeout=5).headers["Cache-Control"]


def test_what_was_accepted_outlives_all_processes(stack, token):
    answer = submit(stack, token, "路灯不亮", "production-lamp-1").json()
    stack.kill()
    for name in stack.commands():
        stack.start(name)
    stack.wait()
    assert submit(stack, token, "路灯不亮", "production-lamp-1").json() == answer
    assert requests.get(answer["url"], timeout=5).status_code == 200


def test_without_the_broker_reports_are_still_taken_and_it_says_what_is_missing(database, stack, token, tmp_path):
    nobody = f"redis://127.0.0.1:{services.free_port()}/0"
    alone = Production(tmp_path, database=database, broker=nobody)
    try:
        alone.start("web")
        services.wait_for_port(alone.port, alone.parts["web"].process)
        answer = requests.get(f"{alone.url}/healthz", timeout=10)
        assert answer.status_code == 503
        assert answer.json() == {"ok": False, "database": True, "broker": False}
        assert submit(alone, token, "井盖破损", "production-cover-1").status_code == 201
    finally:
        alone.kill()

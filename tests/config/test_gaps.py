"""What a machine has not is listed at the end, and fails where everything is required; nothing is skipped in silence."""

import subprocess
import sys

import pytest

from tests.services import REPO, bare_environment

NEEDY = """
import pytest

@pytest.mark.needs_shared_data
def test_reads_real_messages():
    pass

def test_needs_nothing():
    pass
"""


@pytest.fixture
def run(tmp_path):
    """Run two tests, one of which needs the shared data, on a machine without it."""
    (tmp_path / "test_needy.py").write_text(NEEDY)

    def run(**environment):
        command = [
            sys.executable,
            "-m",
            "pytest",
            "-p",
            "tests.conftest",
            "-c",
            REPO / "pyproject.toml",
            tmp_path / "test_needy.py",
        ]
        environment = bare_environment(SHARED_DATA="/nonexistent", **{"REQUIRE_ALL": "0", **environment})
        return subprocess.run(command, cwd=REPO, env=environment, capture_output=True, text=True)

    return run


def test_what_needs_something_missing_is_listed_by_name(run):
    ran = run()
    assert ran.returncode == 0
    assert "not run (1): 真实留言数据" in ran.stdout
    assert "test_reads_real_messages" in ran.stdout
    # Last of all, since those who read a run read its last line
    assert "1 passed, 1 deselected" in ran.stdout.strip().splitlines()[-1]


def test_a_gap_fails_where_everything_is_required(run):
    ran = run(REQUIRE_ALL="1")
    assert ran.returncode == 1
    assert "1 passed, 1 error" in ran.stdout
    assert "真实留言数据" in ran.stdout

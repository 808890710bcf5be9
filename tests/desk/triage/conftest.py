"""The street, the hour and the desk that the tests of triage stand at."""

import pytest

from tests.clock import travel
from tests.desk.phone import a_phone
from tests.desk.triage.work import NOW


@pytest.fixture(autouse=True)
def three_hours_later():
    """The edges read the hour at which the desk looks."""
    with travel(NOW):
        yield


@pytest.fixture
def desk(scene):
    """A browser on which the dispatcher is signed in."""
    return a_phone(scene.who("dispatcher"))

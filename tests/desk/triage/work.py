"""What the tests of the triage desk share: when it is, where it is, and one move made there."""

from datetime import timedelta

from tests.desk.phone import act
from tests.dispatch.scene import TUESDAY

NOW = TUESDAY + timedelta(hours=3)
PAGE = "/desk/triage/"


def does(desk, case, name, **data):
    """The desk makes a move of a case."""
    return desk.post(f"{PAGE}{case.number}/", {"act": act(case, name), **data})

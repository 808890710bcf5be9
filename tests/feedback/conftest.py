"""The street that tests of the verdict stand in."""

import pytest

from tests.dispatch.scene import a_street


@pytest.fixture
def scene(db):
    """A small street with a policy and its people."""
    return a_street()

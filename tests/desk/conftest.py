"""The street that tests of the desk stand in; each file says at what hour."""

import pytest

from tests.dispatch.scene import a_street


@pytest.fixture
def scene():
    """A small street with a policy and its people."""
    return a_street()

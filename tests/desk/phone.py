"""What the tests of the phone pages share: a signed-in phone, and the parts of a page that matter."""

import re

from django.test import Client

from dispatch.actions import handling
from grievance.actions import triage
from tests.dispatch.scene import TUESDAY, a_case

SIGNED_IN = 3
"""What any page costs a person: session, person, postings. Keeping the session alive costs three more, every few minutes."""


def a_phone(user):
    """A phone on which `user` is signed in."""
    client = Client()
    client.force_login(user)
    return client


def an_order(scene, *, at=TUESDAY, **options):
    """A dispute that 路西 leads and the firm assists."""
    case = triage.admit(a_case(scene, at=at, **options), by=scene.who("dispatcher"), at=at)
    return handling.dispatch(
        case, to=scene.luxi, assistants=[scene.company], limit_class="U4", basis="调解", by=scene.who("dispatcher"), at=at
    )


def moves_on(response):
    """The names of the moves that a page offers, in its order."""
    return re.findall(r'name="act" value="[a-z]+-\d+-([a-z_]+)"', response.content.decode())


def act(row, name):
    """What a page's form sends to name a move."""
    return f"{row._meta.model_name}-{row.pk}-{name}"


def text_of(response):
    """The page as text."""
    return response.content.decode()

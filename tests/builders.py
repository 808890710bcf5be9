"""The least that a test needs, each row in plain sight. `a_grievance` goes through the real action."""

import io
import secrets
from datetime import date
from itertools import count

from django.core import signing
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from grievance import own_phone
from grievance.actions import codes, intake, phone_codes
from grievance.models import Alert, Category
from street.models import Organisation, Place, Posting, Role, User
from street.scope import stand
from tests.clock import MONDAY_10AM

numbers = count(1)


def an_organisation(code, name, kind, parent=None, **fields):
    """An organisation below `parent`."""
    path = f"{parent.path if parent else ''}{code}/"
    return Organisation.objects.create(code=code, name=name, kind=kind, parent=parent, path=path, **fields)


def a_street(code="qms", name="骑马山街道", **fields):
    """A street with nothing in it."""
    return an_organisation(code, name, Organisation.Kind.STREET, **{"phone": "0991-5551234", **fields})


def a_community(street, code="qms-luxi", name="骑马山路西社区"):
    """A community of a street."""
    return an_organisation(code, name, Organisation.Kind.COMMUNITY, parent=street)


def a_place(street=None, community=None, *, code=None, name="3号楼2单元", kind=Place.Kind.ENTRANCE, **fields):
    """A place of a community, which is made with its street where none is given."""
    street = street or Organisation.objects.streets().first() or a_street()
    community = community or street.children.filter(kind=Organisation.Kind.COMMUNITY).first() or a_community(street)
    code = code or f"place-{next(numbers)}"
    return Place.objects.create(code=code, name=name, kind=kind, community=community, street=street, **fields)


def a_code(place=None, *, at=MONDAY_10AM):
    """A live code of a place."""
    return codes.issue(place or a_place(), at=at)


def a_grievance(code=None, *, at=MONDAY_10AM, key=None, verified=True, **said):
    """Submitted through the real action; where nothing is said, it says that the heating is cold. A number left is verified."""
    if not said.keys() & {"description", "photos", "voice"}:
        said["description"] = "家里暖气不热，室温只有15度"
    made = intake.submit(code or a_code(), key=key or secrets.token_urlsafe(8), at=at, **said)
    if verified and said.get("phone"):
        phone_codes.verified([made], at=at)
        made.complainant.verified_at = at
    return made


def own(browser, *grievances):
    """As if these had been reported on that phone: what the report page leaves there."""
    receipts = [(row.receipt, own_phone.REPORTED) for row in grievances]
    browser.cookies[own_phone.COOKIE] = signing.dumps(receipts, salt=own_phone.SALT)
    return browser


def a_case(code=None, **options):
    """The case of `a_grievance`."""
    return a_grievance(code, **options).case


def a_category(code, words, *, name=None, **fields):
    """A category with its {word: weight}."""
    return Category.objects.create(code=code, name=name or f"类别{code}", words=words, **fields)


def an_alert(code, words, **fields):
    """An alert with its words."""
    return Alert.objects.create(code=code, words=words, **{"label": code, **fields})


def a_person(role, organisation, *, at=MONDAY_10AM, **fields):
    """A member of staff who holds `role` at `organisation`, standing where that posting puts them at `at`."""
    user = User.objects.create_user(f"{role}-{next(numbers)}", password="a long password", name=Role(role).label, **fields)
    Posting.objects.create(user=user, organisation=organisation, role=role, starts_on=date(2020, 1, 1))
    stand(user, at)
    return user


def a_photo(name="photo.jpg", *, size=(64, 48), colour="red", format="JPEG", **options):
    """A picture as a phone would send it."""
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, format, **options)
    return SimpleUploadedFile(name, out.getvalue(), content_type="image/jpeg")


def a_voice(content=b"\x1aE\xdf\xa3\x9fB\x86\x81\x01B\xf7\x81\x01B\xf2\x81\x04B\xf3\x81\x08B\x82\x84webm" + bytes(200)):
    """A recording as a browser would send it."""
    return SimpleUploadedFile("voice.webm", content, content_type="audio/webm")

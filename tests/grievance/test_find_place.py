"""没有码时找地点: by name without a script, by position with consent; neither is kept, and every way leads to a living code."""

import html
import logging
from decimal import Decimal

import pytest

from grievance.actions import codes
from grievance.models import IntakeCount
from street.gcj02 import gcj02
from street.models import Place
from tests.builders import a_code, a_place, a_street
from tests.clock import MONDAY_NOON

pytestmark = pytest.mark.django_db
HERE = (43.80121, 87.56134)


def at(lat, lon, system="cgcs2000"):
    return {"latitude": Decimal(str(round(lat, 6))), "longitude": Decimal(str(round(lon, 6))), "coordinate_system": system}


def test_a_name_leads_to_the_code_of_the_place_or_of_what_it_lies_in(client, django_assert_max_num_queries):
    street = a_street()
    yard = a_place(street, name="育红苑小区", kind="estate", aliases=["育红院"])
    a_place(street, name="3号楼", kind="building", parent=yard)
    a_place(street, name="无码小区", kind="estate")
    code = a_code(yard)

    def found(text):
        with django_assert_max_num_queries(8):
            return html.unescape(client.get("/", {"q": text}).content.decode())

    assert f'href="/q/{code.token}/"' in found("育红院")
    link = f"/q/{code.token}/?address=3%E5%8F%B7%E6%A5%BC"
    assert f'href="{link}"' in found("育红苑三栋")
    assert 'value="3号楼"' in html.unescape(client.get(link).content.decode()), "the building is written into the address"
    assert "没有找到“无码小区”" in found("无码小区") and "没有找到“<b>”" in found("<b>")
    assert "<b>”" not in client.get("/", {"q": "<b>"}).content.decode()
    part = a_code(a_place(street, name="1号楼", kind="building", parent=Place.objects.get(name="无码小区")))
    assert f'href="/q/{part.token}/"' in found("无码小区"), "an estate without a code is entered by its parts"
    codes.revoke(code, at=MONDAY_NOON)
    assert code.token not in found("育红苑")


def test_a_position_finds_the_nearest_coded_places_whatever_system_they_were_measured_in(client, caplog):
    street = a_street()
    near = a_place(street, name="甲小区", kind="estate", **at(HERE[0] + 0.001, HERE[1]))
    shifted = a_place(street, name="乙小区", kind="estate", **at(*gcj02(HERE[0] + 0.002, HERE[1]), "gcj02"))
    a_place(street, name="没有码", kind="estate", **at(*HERE))
    # Where GCJ-02 puts the phone is no place of its own
    wrong = a_place(street, name="丙小区", kind="estate", **at(HERE[0] + 0.02, HERE[1]))
    tokens = [a_code(place).token for place in (near, shifted, wrong)]
    with caplog.at_level(logging.DEBUG):
        answer = client.post("/near/", {"latitude": HERE[0], "longitude": HERE[1]})
    assert [(place["url"], place["metres"]) for place in answer.json()["places"]] == [
        (f"/q/{tokens[0]}/", 110), (f"/q/{tokens[1]}/", 220),
    ]  # fmt: skip
    assert "43.80121" not in caplog.text and not answer.cookies and client.get("/near/").status_code == 405
    assert [field.name for field in IntakeCount._meta.concrete_fields if "lat" in field.name] == []
    for bad in ({}, {"latitude": "x", "longitude": "1"}, {"latitude": "nan", "longitude": "1"}, {"latitude": 91, "longitude": 0}):
        assert client.post("/near/", bad).status_code == 400


@pytest.mark.parametrize(
    ("wgs", "gcj"),
    [
        ((31.1774276, 121.5272106), (31.17530398364597, 121.531541859215)),
        ((22.543847, 113.912316), (22.540796131694766, 113.9171764808363)),
        ((39.911954, 116.377817), (39.91334545536069, 116.38404722455657)),
    ],
)
def test_gcj02_is_as_published(wgs, gcj):
    assert gcj02(*wgs) == pytest.approx(gcj, abs=1e-9)

"""附近同类诉求与僵局: voices around a place, and matters that nobody takes on."""

import pytest

from dispatch.actions import handling
from dispatch.deadlocks import deadlocked
from dispatch.models import Checkpoint
from grievance.actions import triage
from grievance.models import Case
from street.models import Organisation, Place
from tests.dispatch.rungs import a_quiet_street, a_rung, an_order, done_and_sent_back, fired, hand_on
from tests.dispatch.scene import TUESDAY, a_case, later

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene():
    return a_quiet_street()


class TestNearby:
    """附近同类诉求."""

    def place(self, scene, code, latitude, longitude="87.560000", system="gcj02", **more):
        return Place.objects.create(
            code=code, kind="shop", name=code, community=scene.luxi, street=scene.street, latitude=latitude,
            longitude=longitude, coordinate_system=system, **more,
        )  # fmt: skip

    def speak(self, scene, place, *, at=TUESDAY, phone="", category=None):
        case = a_case(scene, at=at, phone=phone, category=category)
        Case.objects.filter(pk=case.pk).update(place=place, recount=True)
        return case

    def test_persons_within_the_radius_and_the_time_are_counted_once_for_all(self, scene):
        a_rung(scene, "nearby", 3, radius=200, within_hours=48)
        here, there = self.place(scene, "p1", "43.800000"), self.place(scene, "p2", "43.801500")
        self.speak(scene, here, phone="13800000001")
        self.speak(scene, there, phone="13800000002", at=later(hours=1))
        assert fired() == []
        third = self.speak(scene, here, phone="13800000003", at=later(hours=2))
        assert fired() == ["nearby-3"]
        assert Checkpoint.objects.get().case == third
        self.speak(scene, there, phone="13800000004", at=later(hours=3))
        assert fired() == ["nearby-3"]

    @pytest.mark.parametrize(("radius", "heard"), [(150, []), (200, ["nearby-2"])])
    def test_how_near_is_said_by_the_row(self, scene, radius, heard):
        a_rung(scene, "nearby", 2, radius=radius, within_hours=48)
        self.speak(scene, self.place(scene, "p1", "43.800000"), phone="13800000001")
        # 0.0015 of a degree of latitude: 167 m
        self.speak(scene, self.place(scene, "p2", "43.801500"), phone="13800000002")
        assert fired() == heard

    @pytest.mark.parametrize(("hours", "heard"), [(5, []), (7, ["nearby-2"])])
    def test_how_lately_is_said_by_the_row(self, scene, hours, heard):
        a_rung(scene, "nearby", 2, radius=200, within_hours=hours)
        here = self.place(scene, "p1", "43.800000")
        self.speak(scene, here, phone="13800000001")
        self.speak(scene, here, phone="13800000002", at=later(hours=5))
        assert fired(later(hours=6)) == heard

    def test_one_person_who_speaks_often_is_one_person(self, scene):
        a_rung(scene, "nearby", 2, radius=200, within_hours=48)
        here = self.place(scene, "p1", "43.800000")
        for hour in range(4):
            self.speak(scene, here, phone="13800000001", at=later(hours=hour))
        assert fired() == []

    def test_another_kind_of_thing_and_another_coordinate_system_are_not_counted(self, scene):
        a_rung(scene, "nearby", 2, radius=200, within_hours=48)
        here = self.place(scene, "p1", "43.800000")
        self.speak(scene, here, phone="13800000001")
        self.speak(scene, here, phone="13800000002", category=scene.heating)
        self.speak(scene, self.place(scene, "p2", "43.800000", system="wgs84"), phone="13800000003")
        assert fired() == []

    def test_a_building_lies_where_its_estate_lies(self, scene):
        a_rung(scene, "nearby", 2, radius=200, within_hours=48)
        estate = Place.objects.get(code="e1")
        Place.objects.filter(pk=estate.pk).update(latitude="43.800000", longitude="87.560000", coordinate_system="gcj02")
        self.speak(scene, scene.building, phone="13800000001")
        self.speak(scene, self.place(scene, "p2", "43.801000"), phone="13800000002")
        assert fired() == ["nearby-2"]

    def test_a_place_nobody_has_measured_still_speaks_for_itself(self, scene):
        a_rung(scene, "nearby", 2, radius=200, within_hours=48)
        self.speak(scene, scene.building, phone="13800000001")
        self.speak(scene, scene.building, phone="13800000002")
        assert fired() == ["nearby-2"]

    def test_a_studied_report_is_counted_without_anybody_asking(self, scene):
        a_rung(scene, "nearby", 2, radius=200, within_hours=48)
        for number in (1, 2):
            case = a_case(scene, phone=f"1380000000{number}")
            Case.objects.filter(pk=case.pk).update(studied_at=None, suggestion={})
            triage.study(case, at=later(hours=1))
        assert fired() == ["nearby-2"]


class TestDeadlocked:
    """僵局."""

    def offices(self, scene):
        facts = {"kind": Organisation.Kind.DEPARTMENT, "relation": "district", "parent": scene.street.parent}
        return [
            Organisation.objects.create(code=c, name=c, path=f"city/district/{c}/", **facts) for c in ("zhujian", "chengguan")
        ]

    def found(self):
        return list(deadlocked(Case.objects.all()))

    def test_three_hand_overs_without_a_lead(self, scene):
        order = hand_on(an_order(scene, to=scene.sifasuo), scene.luxi, scene.heat, scene=scene)
        assert self.found() == []
        order = hand_on(order, scene.luxi, scene=scene, at=later(minutes=10))
        assert self.found() == [order.case]
        handling.accept(order, by=scene.who("luxi"), at=later(minutes=30))
        assert self.found() == []

    def test_two_offices_beyond_the_street(self, scene):
        one, two = self.offices(scene)
        order = an_order(scene, to=one)
        assert self.found() == []
        hand_on(order, two, scene=scene)
        assert self.found() == [order.case]

    def test_an_earlier_round_is_no_deadlock_and_an_ended_case_neither(self, scene):
        one, two = self.offices(scene)
        order = hand_on(an_order(scene, to=one), two, scene.luxi, scene=scene)
        again = done_and_sent_back(order, scene)
        assert self.found() == []
        order = hand_on(again, one, two, scene=scene, at=later(hours=2))
        assert self.found() == [order.case]
        Case.objects.filter(pk=order.case_id).update(status="withdrawn", ended_at=later(hours=3))
        assert self.found() == []

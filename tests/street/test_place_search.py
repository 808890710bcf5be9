"""按名称找地点: whoever writes 三号楼, 3栋 or 3#楼 means the same door."""

import pytest

from street.models import Place
from street.naming import in_numerals, plain_name
from tests.builders import a_community, a_place, a_street


@pytest.mark.parametrize(
    "written", ["3号楼", "三号楼", "3栋", "三栋", "3#楼", "3#", "３号楼", "第三幢", "3 号 楼", "3座"]
)  # fmt: skip
def test_a_building_has_one_name_however_it_is_written(written):
    assert plain_name(written) == "3号楼"


@pytest.mark.parametrize(
    ("written", "plain"),
    [("十二栋", "12号楼"), ("二十号楼", "20号楼"), ("一百零三号楼", "103号楼"), ("二〇三号", "203号"), ("A座", "a号楼"),
     ("2单元门", "2单元"), ("一门", "1单元"), ("五一路", "五一路"), ("三道巷", "三道巷"), ("三门小区", "3门小区")],
)  # fmt: skip
def test_numerals_are_read_only_where_they_count_something(written, plain):
    assert plain_name(written) == plain
    assert in_numerals(12) == "十二" and in_numerals(20) == "二十" and in_numerals(7) == "七"


@pytest.mark.django_db
def test_a_place_is_found_by_estate_building_and_entrance_by_name_and_by_alias(django_assert_max_num_queries):
    street = a_street()
    yard = a_place(street, name="育红苑小区", kind="estate", aliases=["育红院"])
    other = a_place(street, name="红旗小区", kind="estate")
    third = a_place(street, name="3号楼", kind="building", parent=yard, aliases=["南楼"])
    door = a_place(street, name="2单元", parent=third)
    far_third = a_place(street, name="三栋", kind="building", parent=other)
    road = a_place(street, a_community(street, "qms-x", "西盛社区"), name="骑马山路与西虹路口", kind="crossroads")

    def found(text):
        with django_assert_max_num_queries(4):
            places = Place.objects.named(text)
            assert all(place.full_name for place in places)
        return places

    assert found("育红苑")[0] == yard and found("育红院") == [yard] and found(" 育红苑小区 ") == [yard]
    assert found("育红苑三栋") == found("育红院 3#楼") == found("育红苑小区第3幢") == [third]
    assert found("红旗小区3号楼") == [far_third]
    assert found("育红苑3栋二单元") == [door]
    assert found("育红苑3栋9单元") == [third], "no such entrance: the building"
    assert found("育红苑九号楼") == [yard], "no such building: the estate"
    assert found("南楼") == [third]
    assert found("西虹路") == [road]
    assert found("骑马山街道红旗小区门口") == [other], "among other words"
    assert found("儿童村社区育红院三栋") == [third], "and by an alias among them"
    assert set(found("三号楼")) == {third, far_third}
    assert found("") == found("   ") == found("没有的地方") == []
    assert Place.objects.filter(street=street, kind="crossroads").named("育红苑") == [], "only within the queryset"

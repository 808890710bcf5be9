"""同一件事: what names the same place in like words is found, with reasons; the same words about another place never are."""

import json
from datetime import timedelta

import pytest
from django.core.management import call_command

from dispatch import sweeps
from grievance.actions import retention
from grievance.classify import matters
from grievance.classify.matters.alike import SAME, compare, piece_of
from grievance.classify.matters.clusters import clusters
from grievance.classify.matters.evaluate import pair_figures
from grievance.classify.matters.finding import rarity_of
from grievance.classify.matters.names import common, slip, smooth, spot
from grievance.models import Case, OpenMatter, Sketch, Tombstone
from street.models import Place, Role
from tests import services
from tests.builders import MONDAY_10AM, a_case, a_category, a_code, a_person, a_place

FUMES = "小区楼下的烧烤店没有烟道，每天油烟往楼上窜，营业到凌晨三点，老人孩子都睡不好，请政府管一管。"


def score(one, two, /, days=1, **places):
    """How alike two messages are, each "title|body"."""
    pieces = [
        piece_of(*text.split("|"), day=day * days, **places.get(name, {}))
        for day, (name, text) in enumerate((("one", one), ("two", two)))
    ]
    return compare(*pieces, rarity_of(pieces)).score


def test_same_words_about_another_estate_are_never_one_matter():
    one, two = f"锦绣花城小区油烟扰民|锦绣花城{FUMES}", f"碧水雅苑小区油烟扰民|碧水雅苑{FUMES}"
    assert score(one, one) > 1
    assert score(one, two) == 0
    bare = f"小区油烟扰民|我住在锦绣花城。{FUMES}", f"小区油烟扰民|我住在碧水雅苑。{FUMES}"
    assert score(*bare) == 0, "also where only the text below the title names it"


def test_same_words_from_two_places_of_the_register_are_never_one_matter():
    here, there = {"root": 1, "here": "锦绣花城"}, {"root": 2, "here": "碧水雅苑"}
    text = f"楼下油烟扰民|{FUMES}"
    assert score(text, text, one=here, two=here) > 1
    assert score(text, text, one=here, two=there) == 0


def test_one_place_in_other_spellings_and_words_is_found_and_another_trouble_there_is_not():
    noise = "万家锦绣花城附近搅拌站噪音扰民|锦绣花城小区边上建了搅拌站，机器日夜轰鸣，灰尘很大，没法休息。"
    again = "投诉小区旁搅拌厂|我是锦绣花城业主，旁边的搅拌厂吵得睡不着，扬尘漫天，请尽快搬走。"
    school = "锦绣花城孩子上学问题|锦绣花城配套小学什么时候招生，学位怎么分配，请教育局答复。"
    assert score(noise, again) > SAME > score(noise, school)


def test_another_building_is_another_lift_and_numerals_do_not_matter():
    lift = "{}电梯坏了|{}电梯又坏了，停在五楼，没人来修。"
    home = {"one": {"root": 1, "here": "锦绣花城"}, "two": {"root": 1, "here": "锦绣花城"}}
    third, same, fifth = (lift.format(name, name) for name in ("三号楼", "3栋", "5栋"))
    assert score(third, same, **home) > 1.5 * score(third, fifth, **home)
    assert spot(smooth("茶场村五组")).parts == spot(smooth("茶场村5组")).parts == {"5组"}


@pytest.mark.parametrize(
    ("one", "two", "shared"),
    [
        ("万科魅力之城", "魅力之城", "魅力之城"),
        ("看云路润芳园", "一师润芳园", "润芳园"),
        ("五矿万境水岸", "五矿万境华府", ""),
        ("115路", "15路", ""),
        ("财政经济学院", "涉外经济学院", "经济学院"),
        ("万科", "万科金域蓝湾", ""),
    ],
)
def test_names_are_one_where_one_ends_as_the_other(one, two, shared):
    assert common(one, two) == common(two, one) == shared


def test_a_sign_written_wrongly_is_a_slip_and_two_are_another_name():
    assert slip("山千制药公司", "千山制药公司") and slip("梅溪湖金茂悦", "梅溪湖金茂阅")
    assert not slip("锦绣花城", "碧水雅苑")


def test_a_chain_of_neighbours_is_no_matter():
    links = {(0, 1): 0.9, (1, 2): 0.9, (2, 3): 0.9}
    assert sorted(map(sorted, clusters(4, links, 0.5))) == [[0, 1], [2, 3]]
    assert clusters(3, {(0, 1): 0.9, (1, 2): 0.9, (0, 2): 0.9}, 0.5) == [[0, 1, 2]]


def test_a_decoy_put_together_with_a_member_is_counted():
    roles = {"a": ("m", "member"), "b": ("m", "member"), "d": ("m", "decoy")}
    apart, together = {"a": 1, "b": 1, "d": 2}, {"a": 1, "b": 1, "d": 1}
    assert pair_figures(apart, roles)["pair_f1"] == 1 and pair_figures(apart, roles)["decoys_joined"] == 0
    found = pair_figures(together, roles)
    assert found["decoys_joined"] == 2 and found["pair_precision"] == round(1 / 3, 4) and found["b3_f1"] < 1


@pytest.mark.needs_shared_data
def test_figures_on_real_messages_hold(capsys):
    folder = services.shared_data()
    files = {"stream": "teddy2020c_stream_a.csv.gz", "labels": "teddy2020c_matters_a.csv"}
    call_command("matters", "evaluate", json=True, **{name: str(folder / file) for name, file in files.items()})
    found = json.loads(capsys.readouterr().out)
    assert list(found) == [
        "pair_precision", "pair_recall", "pair_f1", "b3_f1", "decoys_joined", "hit_at_1", "hit_at_3", "ms_per_message",
    ]  # fmt: skip
    assert found["pair_f1"] >= 0.95 and found["decoys_joined"] == 0 and found["hit_at_1"] >= 0.97


@pytest.fixture
def estates():
    """Two estates with a code each."""
    kinds = {"kind": Place.Kind.ESTATE}
    return [a_code(a_place(name=name, **kinds)) for name in ("锦绣花城", "碧水雅苑")]


def told(code, words, *, days=0):
    """The case of a grievance, sketched as the worker does."""
    case = a_case(code, description=words, at=MONDAY_10AM + timedelta(days=days))
    matters.remember(Case.objects.filter(pk=case.pk))
    return case


@pytest.mark.django_db
def test_likely_matters_come_with_reasons_within_what_one_may_see(estates, django_assert_num_queries):
    here, there = estates
    first = told(here, "搅拌站噪音太大，灰尘满天飞，晚上没法睡。")
    told(there, "搅拌站噪音太大，灰尘满天飞，晚上没法睡。", days=1)
    told(here, "小学什么时候招生，学位怎么分。", days=1)
    new = told(here, "旁边的搅拌站太吵，扬尘很大，没法休息。", days=3)
    desk = a_person(Role.DISPATCHER, here.place.street)
    case = Case.objects.select_related("place__parent").prefetch_related("grievances").get(pk=new.pk)
    with django_assert_num_queries(3):
        found = matters.same_as(case, user=desk, at=MONDAY_10AM)
    assert [likely.case for likely in found] == [first]
    assert found[0].reasons[0] == "同一点位" and found[0].reasons[-1] == "相隔 3 天"
    assert any("噪声" in reason or "粉尘" in reason for reason in found[0].reasons)
    words = {"user": desk, "place": here.place, "street": here.place.street_id, "at": MONDAY_10AM + timedelta(days=4)}
    assert {likely.case for likely in matters.same_as("搅拌站噪音粉尘", **words)} == {new, first}
    stranger = a_person(Role.HANDLER, here.place.community)
    assert matters.same_as(case, user=stranger, at=MONDAY_10AM) == [], "a unit that was told of nothing finds nothing"


@pytest.mark.django_db
def test_cost_does_not_grow_with_the_estate_and_a_named_place_is_found_from_another_code(estates, django_assert_num_queries):
    here, there = estates
    first = told(here, "搅拌站噪音太大，灰尘满天飞，晚上没法睡。")
    for day in range(1, 9):
        told(here, f"第{day}次说：停水了，没有水用。", days=day)
    far = told(there, "锦绣花城小区边上的搅拌站噪音大，灰尘大，晚上没法睡。", days=2)
    desk = a_person(Role.DISPATCHER, here.place.street)
    case = Case.objects.select_related("place__parent").prefetch_related("grievances").get(pk=far.pk)
    with django_assert_num_queries(3):
        found = matters.same_as(case, user=desk, at=MONDAY_10AM)
    assert [likely.case for likely in found] == [first], "told in the words, though sent from elsewhere"


@pytest.mark.django_db
def test_open_matters_like_what_was_typed_come_first_and_no_private_one_comes_at_all(estates, django_assert_num_queries):
    here, _ = estates
    writer = a_person(Role.DISPATCHER, here.place.street)
    category = a_category("C9", {"路灯": 1}, joinable=True)
    texts = ["小区路灯不亮，正在修。", "三号楼电梯停运，正在等配件。", "东门口路面塌陷，已围挡。"]
    for days, text in enumerate(texts):
        case = a_case(here, at=MONDAY_10AM, **({"kind": "dispute"} if "塌陷" in text else {}))
        Case.objects.filter(pk=case.pk).update(status=Case.Status.ADMITTED, category=category)
        OpenMatter.objects.create(case=case, text=text, approved_by=writer, approved_at=MONDAY_10AM + timedelta(hours=days))
    place = Place.objects.select_related("parent").get(pk=here.place.pk)
    newest = [matter.text for matter in matters.ranked_open(place, "", MONDAY_10AM)]
    assert newest == [texts[1], texts[0]]
    with django_assert_num_queries(1):
        ranked = matters.ranked_open(place, "楼下路灯坏了，晚上路灯不亮", MONDAY_10AM)
    assert [matter.text for matter in ranked] == [texts[0], texts[1]]


@pytest.mark.django_db
def test_the_worker_sketches_what_it_has_studied_and_studies_even_where_that_fails(estates, monkeypatch):
    first, second = (a_case(code, description="搅拌站噪音太大。") for code in estates)
    with monkeypatch.context() as broken:
        broken.setattr(matters, "remember", lambda cases: 1 / 0)
        sweeps.route_submitted(at=MONDAY_10AM, size=1)
    assert Case.objects.exclude(studied_at=None).count() == 1 and not Sketch.objects.exists()
    sweeps.route_submitted(at=MONDAY_10AM)
    assert list(Sketch.objects.values_list("case", flat=True)) == [second.pk]


@pytest.mark.django_db
def test_a_sketch_goes_with_the_words_it_was_made_of(estates):
    case = told(estates[0], "搅拌站噪音太大。")
    grievance = case.grievances.get()
    assert Sketch.objects.filter(case=case).exists()
    retention._erase(grievance, Tombstone.Why.ASKED, at=MONDAY_10AM)
    assert not Sketch.objects.filter(case=case).exists()
    younger = a_case(estates[0], at=MONDAY_10AM)
    assert matters.remember_missing(at=MONDAY_10AM) == 1, "what was erased is not read again"
    assert list(Sketch.objects.values_list("case", flat=True)) == [younger.pk]
    assert matters.remember_missing(at=MONDAY_10AM) == 0

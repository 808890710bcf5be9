"""长登记册: a count that was cut says so, and from page to page every row is met once, whatever the place it has in the list."""

import re
from datetime import timedelta

import pytest

from dispatch.models import Supervision, WorkOrder
from grievance import counting, search
from grievance.models import Case, SearchText
from street.models import Organisation
from tests.clock import travel
from tests.desk.phone import a_phone, an_order, text_of
from tests.dispatch.paperwork import a_letter
from tests.dispatch.scene import TUESDAY, a_case

pytestmark = pytest.mark.django_db

NOW = TUESDAY + timedelta(hours=1)
MANY, CUT = 165, 60
"""Rows of a list, and the number at which counting stops in these tests."""


@pytest.fixture
def desk(scene):
    return a_phone(scene.who("leader"))


@pytest.fixture(autouse=True)
def counted_to_forty(monkeypatch):
    for function in (counting.first, counting.upto, counting.each, counting.said):
        monkeypatch.setattr(function, "__defaults__", (CUT,))
    monkeypatch.setattr(counting, "MOST", CUT)
    with travel(NOW):
        yield


@pytest.fixture
def many(scene):
    """Told to 路西, several at the same instant."""
    case = an_order(scene).case
    rows = [field.attname for field in Case._meta.concrete_fields if field.attname not in ("id", "number", "submitted_at")]
    values = {name: getattr(case, name) for name in rows}
    copies = [Case(number=f"A99{i:05d}", submitted_at=TUESDAY - timedelta(minutes=i // 4), **values) for i in range(MANY - 1)]
    for row in Case.objects.bulk_create(copies):
        row.units.create(organisation=scene.luxi, at=row.submitted_at)
    return case


def figure_of(page):
    return re.search(r'<h1>\S+ <span class="s-num">([^<]+)<', page)[1]


def numbers_on(page):
    return re.findall(r'href="/desk/cases/(A[^/"]+)/"', page)


def linked(page, rel):
    found = re.search(rf'rel="{rel}" href="([^"]+)"', page)
    return found[1].replace("&amp;", "&") if found else None


def leafed(browser, address, rel):
    """[(page, its numbers)] from an address on, by the links."""
    pages = []
    while address:
        page = text_of(browser.get(f"/desk/cases/{address}"))
        pages.append(numbers_on(page))
        address = linked(page, rel)
        assert len(pages) < 9, "the links go round"
    return pages


def in_order():
    return list(Case.objects.order_by("-submitted_at", "-pk").values_list("number", flat=True))


@pytest.mark.parametrize("who", ["leader", "luxi"])
def test_count_that_was_cut_says_so_and_one_that_was_not_is_exact(scene, many, who):
    browser = a_phone(scene.who(who))
    assert figure_of(text_of(browser.get("/desk/cases/"))) == "60+"
    assert figure_of(text_of(browser.get("/desk/cases/?q=A990000"))) == "10"
    assert "/ 2 页" not in text_of(browser.get("/desk/cases/")), "no number of pages is told where none is known"


def test_count_at_the_border_is_still_exact(scene, desk, many):
    Case.objects.filter(pk__in=Case.objects.exclude(pk=many.pk).values("pk")[: MANY - CUT]).delete()
    assert figure_of(text_of(desk.get("/desk/cases/"))) == "60"


@pytest.mark.parametrize("who", ["leader", "luxi"])
def test_every_row_is_met_once_and_in_order_from_the_first_page_to_the_last(scene, many, who):
    pages = leafed(a_phone(scene.who(who)), "?", "next")
    assert [len(page) for page in pages] == [50, 50, 50, 15]
    assert sum(pages, []) == in_order()


def test_way_back_meets_the_same_pages(desk, many):
    forward = leafed(desk, "?", "next")
    last = "?"
    for _ in range(len(forward) - 1):
        last = linked(text_of(desk.get(f"/desk/cases/{last}")), "next")
    assert leafed(desk, last, "prev") == forward[::-1]


def test_rows_that_came_meanwhile_do_not_shift_the_next_page(scene, desk, many):
    onward = linked(text_of(desk.get("/desk/cases/")), "next")
    before = numbers_on(text_of(desk.get(f"/desk/cases/{onward}")))
    a_case(scene, at=NOW)
    assert numbers_on(text_of(desk.get(f"/desk/cases/{onward}"))) == before


def test_page_is_also_found_by_its_number_and_nonsense_leads_to_the_first(desk, many):
    rows = in_order()
    assert numbers_on(text_of(desk.get("/desk/cases/?page=3"))) == rows[100:150]
    for nonsense in (
        "page=99",
        "page=x",
        "page=-1",
        "page=1&after=x",
        "page=2&after=20230314T022000.000000Z-99999999999999999999",
    ):
        assert numbers_on(text_of(desk.get(f"/desk/cases/?{nonsense}")))[:1] in ([rows[0]], [rows[50]]), nonsense


def test_edge_is_not_carried_into_another_search(desk, many):
    onward = linked(text_of(desk.get("/desk/cases/?status=in_handling")), "next")
    assert "after=" in onward
    page = text_of(desk.get(f"/desk/cases/{onward}"))
    assert linked(page, "next").count("after=") == 1 and linked(page, "next").count("page=") == 1


def test_row_outside_ones_scope_is_not_met_behind_an_edge(scene, many):
    unseen = a_case(scene)
    onward = f"?page=2&before={(TUESDAY - timedelta(days=1)).strftime('%Y%m%dT%H%M%S.%fZ')}-1"
    page = text_of(a_phone(scene.who("luxi")).get(f"/desk/cases/{onward}"))
    assert numbers_on(page) and unseen.number not in page


def test_queue_on_the_home_page_is_cut_in_the_same_way(scene, desk, many):
    Case.objects.exclude(pk=many.pk).update(status="admitted")
    page = text_of(desk.get("/admin/"))
    assert 'd-count">60+</b><span class="d-label">待派单<' in page
    Case.objects.filter(number__gt="A9900038", number__startswith="A99").update(status="in_handling")
    assert 'd-count">39</b><span class="d-label">待派单<' in text_of(desk.get("/admin/"))


def test_figures_are_never_cut(desk, many):
    page = text_of(desk.get("/desk/figures/"))
    assert f">{MANY}<" in page and "60+" not in page


def test_papers_are_leafed_through_in_the_same_way(scene, desk):
    order = an_order(scene)
    letters = [a_letter(order, "caution").pk for _ in range(105)]
    address, met = "", []
    while address is not None:
        page = text_of(desk.get(f"/desk/letters/{address}"))
        assert figure_of(page) == "60+"
        met += map(int, re.findall(r"/desk/papers/(\d+)/", page))
        address = linked(page, "next")
    assert met == letters[::-1]


def test_interface_gives_no_number_where_it_did_not_count_to_the_end(scene, many):
    browser, met, address = a_phone(scene.who("luxi")), [], "/api/v1/cases/"
    while address:
        answer = browser.get(address).json()
        assert (answer["count"], answer["at_least"]) == (None, 60)
        met += [row["number"] for row in answer["results"]]
        address = answer["next"]
    assert met == in_order()
    few = browser.get("/api/v1/orders/").json()
    assert few["count"] == 1 and "at_least" not in few


def test_cost_is_that_of_a_short_list(scene, desk, many, django_assert_max_num_queries):
    onward = linked(text_of(desk.get("/desk/cases/")), "next")
    for address in ("", "?page=2", onward, "?q=小区", "?status=open", "?queue=overdue"):
        with django_assert_max_num_queries(10):
            desk.get(f"/desk/cases/{address}")


@pytest.mark.parametrize(
    ("model", "index", "states"),
    [
        (Case, "case_open", Case.ENDED),
        (WorkOrder, "order_open", WorkOrder.OPEN),
        (Supervision, "supervision_open", Supervision.OPEN),
    ],
)
def test_index_of_what_is_open_names_the_states_that_the_product_calls_so(model, index, states):
    """The database uses it for exactly that condition: a state more or fewer, and it is of no use to anybody."""
    condition = next(one for one in model._meta.indexes if one.name == index).condition
    assert condition.negated == (model is Case)
    assert condition.children == [("status__in", [str(state) for state in states])]


def test_words_are_leafed_through_as_the_register_is_and_find_nothing_of_another_street(scene, desk, many):
    while search.keep_up():
        pass
    elsewhere = Organisation.objects.create(code="s2", name="另一街道", kind="street", path="s2/")
    SearchText.objects.filter(case=many).update(street=elsewhere)
    Case.objects.filter(pk=many.pk).update(street=elsewhere)
    pages = leafed(desk, "?q=小区", "next")
    assert sum(pages, []) == [number for number in in_order() if number != many.number]
    last = linked(text_of(desk.get("/desk/cases/?q=小区")), "next")
    assert leafed(desk, linked(text_of(desk.get(f"/desk/cases/{last}")), "next"), "prev") == pages[2::-1]


def test_unit_that_asks_for_more_meets_its_own_rows_in_order(scene, many):
    own = [row for row in in_order() if row != many.number]
    many.units.all().delete()
    for asked in ("?", "?status=in_handling"):
        assert sum(leafed(a_phone(scene.who("luxi")), asked, "next"), []) == own

"""公文页: who reads which paper, as page, DOCX and PDF; what stands on it is told in tests/dispatch/test_papers.py."""

from hashlib import sha256

import pytest

from dispatch.actions import issuing
from dispatch.models import IssuedPaper
from dispatch.papers import pdf
from tests.clock import travel
from tests.desk.phone import SIGNED_IN, a_phone, text_of
from tests.dispatch.paperwork import NOW, PHONE, a_chase, a_completed_order, a_letter, a_refusal, an_agreement, an_order, signed

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def at_work(tmp_path, settings):
    settings.MEDIA_ROOT, settings.PAPER_DIR = tmp_path / "media", tmp_path / "letters"
    with travel(NOW):
        yield


@pytest.fixture
def letter(scene):
    """A 督办单 to 路西, issued."""
    return signed(scene, a_letter(an_order(scene)))


def browser(scene, name):
    return a_phone(scene.who(name))


@pytest.mark.parametrize("reader", ["leader", "secretary", "street_leader", "luxi"])
@pytest.mark.parametrize("ending", ["/", ".docx"])
def test_issued_paper_is_read_by_its_street_and_its_addressee(scene, letter, reader, ending):
    assert browser(scene, reader).get(f"/desk/papers/{letter.pk}{ending}").status_code == 200


@pytest.mark.parametrize("reader", ["xisheng", "sifasuo", "heat", "district"])
@pytest.mark.parametrize("ending", ["/", ".docx", ".pdf"])
def test_paper_is_404_to_everybody_else(scene, letter, reader, ending):
    assert browser(scene, reader).get(f"/desk/papers/{letter.pk}{ending}").status_code == 404


def test_draft_is_404_to_its_addressee(scene):
    draft = a_letter(an_order(scene))
    assert browser(scene, "luxi").get(f"/desk/papers/{draft.pk}/").status_code == 404
    assert "草稿，未签发" in text_of(browser(scene, "secretary").get(f"/desk/papers/{draft.pk}/"))


def test_stranger_is_sent_to_sign_in(client, letter):
    assert client.get(f"/desk/papers/{letter.pk}/").status_code == 302


def test_words_of_a_resident_stay_text_on_the_page(scene, letter):
    page = text_of(browser(scene, "leader").get(f"/desk/papers/{letter.pk}/"))
    assert "&lt;b&gt;找物业" in page and "<b>找物业" not in page and PHONE not in page


def test_download_is_the_kept_file_each_time(scene, letter):
    first = browser(scene, "leader").get(f"/desk/papers/{letter.pk}.docx")
    kept = IssuedPaper.objects.get()
    again = browser(scene, "luxi").get(f"/desk/papers/{letter.pk}.docx")
    assert first.content == again.content and sha256(again.content).hexdigest() == kept.sha256
    assert kept.sha256 in text_of(browser(scene, "leader").get(f"/desk/papers/{letter.pk}/"))
    assert "%E7%9D%A3%E5%8A%9E%E5%8D%95" in first.headers["Content-Disposition"]


def test_paper_without_an_office_program_is_printed_from_the_page(scene, letter, monkeypatch):
    monkeypatch.setattr(pdf, "office", lambda: None)
    reader = browser(scene, "leader")
    response = reader.get(f"/desk/papers/{letter.pk}.pdf", follow=True)
    assert response.redirect_chain == [(f"/desk/papers/{letter.pk}/", 302)]
    page = text_of(response)
    assert "请从本页打印" in page and f"/desk/papers/{letter.pk}.pdf" not in page


def test_pdf_of_an_issued_paper_is_converted_once(scene, letter, monkeypatch):
    made = []
    monkeypatch.setattr(pdf, "to_pdf", lambda content: made.append(content) or b"%PDF-1.7")
    reader = browser(scene, "leader")
    assert [reader.get(f"/desk/papers/{letter.pk}.pdf").content for _ in range(2)] == [b"%PDF-1.7"] * 2
    assert len(made) == 1


def test_every_sheet_opens_for_the_desk_as_page_and_file(scene):
    order, other = a_completed_order(scene), an_order(scene)
    agreed, refused = an_agreement(scene, an_order(scene)), a_refusal(scene)
    rows = {
        "order": order.pk, "completion": order.pk, "extension": order.extensions.get().pk, "return": refused.pk,
        "record": agreed.pk, "agreement": agreed.pk, "application": agreed.pk, "chase": a_chase(scene, other).pk,
    }  # fmt: skip
    reader = browser(scene, "leader")
    for kind, pk in rows.items():
        assert reader.get(f"/desk/papers/{kind}/{pk}/").status_code == 200, kind
        assert reader.get(f"/desk/papers/{kind}/{pk}.docx").content[:2] == b"PK", kind


def test_unit_opens_the_sheets_of_its_own_orders_alone(scene):
    order = an_order(scene)
    assert browser(scene, "luxi").get(f"/desk/papers/order/{order.pk}/").status_code == 200
    assert browser(scene, "xisheng").get(f"/desk/papers/order/{order.pk}/").status_code == 404
    assert browser(scene, "luxi").get(f"/desk/papers/completion/{order.pk}/").status_code == 404
    assert browser(scene, "luxi").get(f"/desk/papers/nothing/{order.pk}/").status_code == 404


def test_case_page_leads_to_its_papers(scene, letter):
    page = text_of(browser(scene, "leader").get(f"/desk/cases/{letter.case.number}/"))
    assert f"/desk/papers/{letter.pk}/" in page and f"/desk/papers/order/{letter.order.pk}/" in page


def test_history_leads_the_desk_to_the_automatic_reminder(scene):
    order = an_order(scene)
    chase = a_chase(scene, order)
    page = text_of(browser(scene, "leader").get(f"/desk/cases/{order.case.number}/"))
    assert f"/desk/papers/chase/{chase.pk}/" in page
    assert "/desk/papers/chase/" not in text_of(browser(scene, "luxi").get(f"/desk/cases/{order.case.number}/"))


def test_secretarys_page_leads_to_the_paper_before_it_is_signed(scene):
    draft = a_letter(an_order(scene), "secretary_supervise")
    page = text_of(browser(scene, "secretary").get(f"/phone/secretary/{draft.case.number}/"))
    assert f"/desk/papers/{draft.pk}/" in page


def test_pages_cost_a_fixed_number_of_statements(scene, letter, django_assert_num_queries):
    reader, order = browser(scene, "leader"), letter.order
    with django_assert_num_queries(SIGNED_IN + 1):  # the letter with what was kept of it
        reader.get(f"/desk/papers/{letter.pk}/")
    with django_assert_num_queries(SIGNED_IN + 2):  # the order, who spoke
        reader.get(f"/desk/papers/order/{order.pk}/")
    draft = a_letter(order)
    with django_assert_num_queries(SIGNED_IN + 3):  # the letter, who spoke, the orders
        reader.get(f"/desk/papers/{draft.pk}/")


def test_made_paper_is_not_made_again(scene, letter, django_assert_num_queries):
    kept = issuing.make(letter.paper, at=NOW)
    with django_assert_num_queries(0):
        assert issuing.make(kept, at=NOW) is kept

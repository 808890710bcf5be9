"""对外公开: a policy file says which communities show a board or wishes; without the table the office's own setting stays."""

import pytest

from dispatch.loading import load
from grievance.models import Category, PublicPage
from street.datafile import DataFileError
from street.models import Organisation
from tests.builders import a_community, a_street, an_organisation
from tests.clock import MONDAY_10AM
from tests.dispatch.test_load_policy import SMALL, changed, written

pytestmark = pytest.mark.django_db


@pytest.fixture
def street():
    street = a_street()
    a_community(street)
    an_organisation("heat", "供热公司", Organisation.Kind.UTILITY)
    an_organisation("sy-zhujian", "区住建局", Organisation.Kind.DEPARTMENT)
    return street


def loads(folder, text):
    return load(written(folder, text), at=MONDAY_10AM)


def test_file_opens_a_board_shuts_what_it_does_not_name_and_leaves_alone_what_it_does_not_speak_of(street, tmp_path):
    other = a_community(street, "qms-xisheng", "西盛社区")
    loads(tmp_path, SMALL)
    assert not PublicPage.objects.exists() and not Category.objects.filter(board=True).exists()
    PublicPage.objects.create(community=other, wishes=True)
    loads(tmp_path, SMALL)
    assert PublicPage.objects.get().wishes
    loads(tmp_path, SMALL + '\n[public]\nboards = ["qms-luxi"]\nwish_days = 10\n')
    assert set(PublicPage.objects.values_list("community__code", "board", "wishes", "wish_days")) == {
        ("qms-luxi", True, False, 10), ("qms-xisheng", False, False, 10)
    }  # fmt: skip


def test_community_of_another_street_is_refused(street, tmp_path):
    a_community(a_street("other", "别的街道"), "other-1", "别的社区")
    with pytest.raises(DataFileError, match="other-1 不是本街道的社区"):
        loads(tmp_path, SMALL + '\n[public]\nboards = ["other-1"]\n')


def test_category_may_stand_on_the_board_only_where_its_row_says_so(street, tmp_path):
    loads(tmp_path, changed('code = "B"\nname = "供热"', 'code = "B"\nname = "供热"\nboard = true', SMALL))
    assert set(Category.objects.filter(board=True).values_list("code", flat=True)) == {"B"}

"""A business 'no' and the framework's own errors: JSON under /api/, a Chinese page elsewhere."""

import json

import pytest
from rest_framework.exceptions import NotAuthenticated, Throttled, ValidationError

from config.errors import RefusedMiddleware, api_exception, csrf_failure, forbidden, not_found, server_error
from grievance.casework import Refused

REFUSAL = Refused("already_accepted", "工单已由别人签收。")


def refused(rf, path, exception=REFUSAL):
    return RefusedMiddleware(None).process_exception(rf.get(path), exception)


def test_refusal_of_a_program_is_json_with_a_stable_code(rf):
    answer = refused(rf, "/api/v1/orders/1/accept/")
    assert answer.status_code == 409
    assert json.loads(answer.content) == {"code": "already_accepted", "message": "工单已由别人签收。"}


@pytest.mark.django_db
def test_refusal_of_a_person_is_a_page_with_the_sentence(rf):
    answer = refused(rf, "/desk/cases/1/")
    assert answer.status_code == 409
    assert "工单已由别人签收。" in answer.content.decode()


def test_refusal_keeps_its_own_status(rf):
    assert refused(rf, "/api/v1/x/", Refused("role_missing", "没有权限。", status=403)).status_code == 403


def test_other_errors_are_not_dressed_up_as_refusals(rf):
    assert refused(rf, "/api/v1/x/", ValueError("a defect")) is None


@pytest.mark.django_db
@pytest.mark.parametrize(("page", "status"), [(forbidden, 403), (not_found, 404), (csrf_failure, 403), (server_error, 500)])
def test_errors_are_told_in_chinese(rf, page, status):
    answer = page(rf.get("/somewhere/"))
    assert answer.status_code == status
    assert 'lang="zh-Hans"' in answer.content.decode()


@pytest.mark.parametrize(("page", "status"), [(forbidden, 403), (not_found, 404), (server_error, 500)])
def test_errors_are_told_to_programs_in_json(rf, page, status):
    answer = page(rf.get("/api/v1/somewhere/"))
    assert answer.status_code == status
    assert set(json.loads(answer.content)) == {"code", "message"}


def test_a_field_that_is_wrong_is_named():
    answer = api_exception(ValidationError({"photos": ["太大"]}), {})
    assert answer.data["code"] == "invalid"
    assert answer.data["fields"] == {"photos": ["太大"]}


@pytest.mark.parametrize(("exception", "status"), [(NotAuthenticated(), 401), (Throttled(), 429)])
def test_errors_of_the_interface_have_code_and_message(exception, status):
    answer = api_exception(exception, {})
    assert answer.status_code == status
    assert set(answer.data) == {"code", "message"}


def test_a_refusal_inside_the_interface_is_answered_alike():
    assert api_exception(REFUSAL, {}).data["code"] == "already_accepted"

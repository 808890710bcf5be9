"""What every answer carries, and who is taken for the visitor."""

import pytest
from django.http import HttpResponse

from config.middleware import POLICY, CompressionMiddleware, proxy_address, security_headers


def address_seen(rf, settings, proxies, forwarded):
    settings.TRUSTED_PROXIES = proxies
    request = rf.get("/", headers={"X-Forwarded-For": forwarded} if forwarded else {})
    proxy_address(lambda request: HttpResponse())(request)
    return request.META["REMOTE_ADDR"]


@pytest.mark.parametrize(
    ("proxies", "forwarded", "seen"),
    [
        (0, "", "127.0.0.1"),
        (0, "203.0.113.9", "127.0.0.1"),
        (1, "203.0.113.9", "203.0.113.9"),
        (1, "198.51.100.1, 203.0.113.9", "203.0.113.9"),
        (2, "198.51.100.1, 203.0.113.9, 10.0.0.1", "203.0.113.9"),
        (2, "203.0.113.9", "127.0.0.1"),
        (1, "", "127.0.0.1"),
    ],
)
def test_visitor_is_who_the_trusted_proxies_saw(rf, settings, proxies, forwarded, seen):
    assert address_seen(rf, settings, proxies, forwarded) == seen


def test_pages_may_load_and_run_nothing_from_elsewhere_and_nothing_written_into_them():
    assert "default-src 'self'" in POLICY
    assert "unsafe" not in POLICY
    assert "http" not in POLICY


@pytest.mark.django_db
def test_every_answer_carries_the_policy(client):
    answer = client.get("/healthz", headers={"host": "localhost"})
    assert answer.headers["Content-Security-Policy"] == POLICY
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "same-origin"


def test_a_request_larger_than_any_honest_one_is_not_read(rf, settings):
    request = rf.post("/", CONTENT_LENGTH=settings.REQUEST_MAX_BYTES + 1)
    answer = security_headers(lambda request: HttpResponse())(request)
    assert answer.status_code == 413
    assert "过大" in answer.text


@pytest.mark.parametrize(
    ("kind", "smaller"),
    [
        ("text/html; charset=utf-8", True),
        ("text/css", True),
        ("image/svg+xml", True),
        ("image/jpeg", False),
        ("audio/webm", False),
    ],
)
def test_text_travels_compressed_and_a_recording_keeps_its_length(rf, kind, smaller):
    request = rf.get("/", headers={"Accept-Encoding": "gzip"})
    answer = CompressionMiddleware(lambda request: HttpResponse("说事" * 500, content_type=kind))(request)
    assert ("Content-Encoding" in answer.headers) == smaller
    assert (len(answer.content) < 500) == smaller
    plain = CompressionMiddleware(lambda request: HttpResponse("说事" * 500, content_type=kind))(rf.get("/"))
    assert "Content-Encoding" not in plain.headers

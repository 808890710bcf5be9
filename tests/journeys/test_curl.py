"""Must show: with curl alone a resident gets a code's page, sends the form, and finds the unit and the due time."""

import re
import subprocess
import time

import pytest

from tests.services import curl_bin

pytestmark = [pytest.mark.needs_curl, pytest.mark.own_servers]


def curl(*arguments):
    """What curl prints."""
    command = [curl_bin(), "--silent", "--show-error", "--max-time", "20", *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def test_cold_flat_is_reported_and_followed_with_curl_alone(running):
    address = f"{running.url}/q/{running.codes[0]}/"
    form = curl(address)
    key = re.search(r'name="key" value="([^"]+)"', form)[1]
    said = ["--data-urlencode", "description=家里暖气不热，室温只有15度", "--data-urlencode", f"key={key}"]
    receipt = curl("--write-out", "%{redirect_url}", "--output", "/dev/null", *said, address)
    assert re.fullmatch(rf"{running.url}/r/[\w-]{{22}}/\?new=1", receipt)
    page = follow_until(receipt.partition("?")[0], "<dt>承诺办结</dt>", seconds=15)
    assert "<dd>暖城供热</dd>" in page
    assert re.search(r"承诺办结</dt><dd class=\"when\">\d{4}年\d+月\d+日 \d\d:\d\d（北京时间）前", page)
    assert curl("--write-out", "%{redirect_url}", "--output", "/dev/null", *said, address) == receipt


def follow_until(address, words, *, seconds):
    """The page, asked for again until it says so; the product promises two seconds, a busy machine gets more."""
    until = time.monotonic() + seconds
    page = curl(address)
    while words not in page and time.monotonic() < until:
        page = curl(address)
    assert words in page
    return page

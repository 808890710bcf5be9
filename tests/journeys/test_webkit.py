"""The other engine: Debian's WebKit goes from the code to the receipt as an iPhone's would. Driven by plain WebDriver requests;
Playwright's own WebKit is built for other systems."""

import os
import subprocess
import time
from contextlib import contextmanager

import pytest
import requests

from tests import services

pytestmark = [pytest.mark.needs_webkit, pytest.mark.own_servers]

PATIENCE = 30
OPTIONS = "webkitgtk:browserOptions"
WORDS = "楼道的灯坏了，晚上看不见"


@contextmanager
def process(command, **environment):
    """A program of the test's own, ended with it."""
    quiet = {"stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL, "text": True}
    program = subprocess.Popen(command, env={**os.environ, **environment}, **quiet)
    try:
        yield program
    finally:
        program.terminate()
        program.wait(timeout=10)


def until(ask):
    """What `ask` gives once it gives something: each question is a request, so there is nothing to wait for in between."""
    ends = time.monotonic() + PATIENCE
    while time.monotonic() < ends:
        if found := ask():
            return found
    raise AssertionError("WebKit did not come to it in time")


class Browser:
    """A session of the driver: what is asked of it in the words of the WebDriver standard."""

    def __init__(self, address, binary):
        self.address = address
        wanted = {"alwaysMatch": {OPTIONS: {"binary": binary, "args": ["--automation"]}}}
        self.address += "/session/" + self.ask("POST", "/session", capabilities=wanted)["sessionId"]

    def ask(self, method, path, **body):
        """The value of an answer; a refusal fails the test with what the driver says."""
        answer = requests.request(method, self.address + path, json=body if method == "POST" else None, timeout=PATIENCE)
        assert answer.ok, answer.text
        return answer.json()["value"]

    def on(self, css, what, **body):
        """Do it to the element."""
        (element,) = self.ask("POST", "/element", using="css selector", value=css).values()
        return self.ask("POST", f"/element/{element}/{what}", **body)

    def words(self):
        """What stands on the page."""
        return self.ask("POST", "/execute/sync", script="return document.body.innerText", args=[])


@pytest.fixture
def webkit():
    driver, binary, display = services.webkit_bins()
    port = services.free_port()
    # Root in a container may not open WebKit's own sandbox
    plain = {"GDK_BACKEND": "x11", "LIBGL_ALWAYS_SOFTWARE": "1", "WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS": "1"}
    with process([display, "-displayfd", "1", "-screen", "0", "400x700x24", "-nolisten", "tcp"]) as screen:
        # It names the screen it found free, and only once it is up
        number = screen.stdout.readline().strip()
        with process([driver, f"--port={port}"], DISPLAY=f":{number}", **plain) as program:
            services.wait_for_port(port, program)
            browser = Browser(f"http://127.0.0.1:{port}", binary)
            yield browser
            browser.ask("DELETE", "")


def test_webkit_goes_from_the_code_to_the_receipt(running, webkit):
    webkit.ask("POST", "/url", url=f"{running.url}/q/{running.codes[0]}/")
    webkit.on("button[value=en]", "click")
    until(lambda: "What happened?" in webkit.words())
    webkit.on("#id_description", "value", text=WORDS)
    until(lambda: f"{len(WORDS)} characters" in webkit.words())
    webkit.on("#send", "click")
    until(lambda: "已收到\nReceived" in webkit.words())
    assert WORDS in webkit.words()

"""How the example site answers."""

from __future__ import annotations

import http.client
import os
import re
import signal
import socket
import subprocess
import sys
from datetime import datetime

import pytest

from examples.autocare.schedule import ZONE
from examples.autocare.server import SiteServer

PDF = "/documents/nashmaq-warranty.pdf"
SERVE = [sys.executable, "examples/autocare/serve.py"]


def _ask(site: SiteServer, path: str, method: str = "GET", **headers: str) -> tuple[http.client.HTTPResponse, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", site.server_port, timeout=10)
    try:
        connection.request(method, path, headers={name.replace("_", "-"): value for name, value in headers.items()})
        response = connection.getresponse()
        return response, response.read()
    finally:
        connection.close()


def _without_noise(body: bytes) -> str:
    """A page without what is declared to change: tokens, times, request ids, click ids."""
    text = re.sub(r"\d{4}-\d\d-\d\dT[\d:.+]+", "", body.decode())
    return re.sub(r'((content|value|request|data-impression)[=:] ?"|utm_content=|fbclid=|token: "|r=)[\w-]+', "", text)


def test_bodies_differ_in_noise_alone(site: SiteServer) -> None:
    """Two requests get two bodies with one ETag; without the declared noise they are the same."""
    for path in ("/en/offers", "/ar/offers/ac-regas", "/ar/faq"):
        (first, one), (second, two) = _ask(site, path), _ask(site, path)
        assert one != two
        assert _without_noise(one) == _without_noise(two)
        assert first.getheader("ETag") == second.getheader("ETag")
        assert b"@@" not in one


def test_every_resource_is_answered_304_to_its_own_etag(site: SiteServer) -> None:
    """A conditional request with the ETag just received costs no body, on every page and file."""
    for path in site.resources:
        if not path.startswith("/404/"):
            etag = _ask(site, path, "HEAD")[0].getheader("ETag")
            assert etag is not None
            response, body = _ask(site, path, If_None_Match=f'"other", {etag}')
            assert (response.status, body) == (304, b"")


def test_another_etag_gets_the_page(site: SiteServer) -> None:
    """An ETag that is not current is answered with 200, whatever If-Modified-Since says."""
    since = _ask(site, PDF)[0].getheader("Last-Modified") or ""
    assert _ask(site, PDF, If_None_Match='"old"', If_Modified_Since=since)[0].status == 200


def test_documents_answer_to_their_date(site: SiteServer) -> None:
    """A document carries Last-Modified and is 304 since then, 200 to an earlier or unreadable date."""
    modified = _ask(site, PDF)[0].getheader("Last-Modified") or ""
    assert _ask(site, PDF, If_Modified_Since=modified)[0].status == 304
    assert _ask(site, PDF, If_Modified_Since="Mon, 05 Jan 2015 10:00:00 GMT")[0].status == 200
    assert _ask(site, PDF, If_Modified_Since="yesterday")[0].status == 200


def test_pages_carry_no_date(site: SiteServer) -> None:
    """Pages have an ETag only: they are made at each request."""
    assert _ask(site, "/en/faq")[0].getheader("Last-Modified") is None


@pytest.mark.parametrize(("path", "target"), [("/", "/en/"), ("/ar", "/ar/"), ("/en/offers/", "/en/offers")])
def test_one_spelling_a_page(site: SiteServer, path: str, target: str) -> None:
    """The root and slashes too many or too few lead to the page's one address."""
    response, _ = _ask(site, path)
    assert (response.status, response.getheader("Location")) == (301, site.url + target)


def test_tracking_parameters_change_nothing(site: SiteServer) -> None:
    """A query is ignored, and the canonical address has none."""
    response, body = _ask(site, "/en/faq?utm_source=x&gclid=1")
    assert response.status == 200
    assert f'rel="canonical" href="{site.url}/en/faq"'.encode() in body


@pytest.mark.parametrize("path", ["/en/nothing", "/404/en", "/../serve.py", "/%2e%2e/serve.py", "/en/offers/nothing/"])
def test_what_is_not_there_is_404(site: SiteServer, path: str) -> None:
    """An unknown path gets the page that says so, without validators."""
    response, body = _ask(site, path)
    assert (response.status, response.getheader("ETag")) == (404, None)
    assert b"Page not found" in body


def test_an_unknown_arabic_page_says_so_in_arabic(site: SiteServer) -> None:
    """Below /ar/ the 404 page is Arabic."""
    assert "الصفحة غير موجودة" in _ask(site, "/ar/nothing")[1].decode()


def test_head_has_the_headers_of_get(site: SiteServer) -> None:
    """HEAD answers with the length of the body it leaves out."""
    response, body = _ask(site, PDF, "HEAD")
    assert body == b""
    assert response.getheader("Content-Length") == str(len(site.resources[PDF].body))


def test_days_passing_change_no_offer(site: SiteServer) -> None:
    """The clock is read once for the offers: days later (see the fixture) the page states the day it did at first."""
    for _ in range(3):
        assert b"Valid until 17 December 2026" in _ask(site, "/en/offers/ac-regas")[1]


def test_it_runs_as_a_script_and_stops_on_sigterm() -> None:
    """The script says in one line where it serves, and SIGTERM ends it with exit 0."""
    command = [*SERVE, "--port", "0", "--today", "2026-12-31T23:50"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        said = re.fullmatch(r"serving .* on (http://127\.0\.0\.1:(\d+)/)\n", process.stdout.readline())
        assert said is not None
        connection = http.client.HTTPConnection("127.0.0.1", int(said[2]), timeout=10)
        connection.request("GET", "/en/offers/nitrogen-fill")
        body = connection.getresponse().read().decode()
        os.kill(process.pid, signal.SIGTERM)
        rest, errors = process.communicate(timeout=20)
        connection.close()
    assert "Ends on 1 January 2027 at 00:15" in body
    assert (process.returncode, rest, errors) == (0, "", "")


def test_a_taken_port_is_said_and_fails() -> None:
    """A busy port gives one line with the way out, no traceback, and exit 1."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])
        done = subprocess.run([*SERVE, "--port", port], capture_output=True, text=True, timeout=30, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        f"autocare: 127.0.0.1:{port} is taken by another process. Stop that, or choose another with --port.\n"
    )


def test_the_moment_may_carry_a_zone() -> None:
    """--today without an offset means Riyadh, with one it means that."""
    from examples.autocare.serve import _moment

    assert _moment("2026-12-31T23:50") == datetime(2026, 12, 31, 23, 50, tzinfo=ZONE)
    assert _moment("2026-12-31T20:50+00:00") == datetime(2026, 12, 31, 23, 50, tzinfo=ZONE)

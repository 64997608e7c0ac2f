"""Who is let in to the page, over real HTTP."""

from __future__ import annotations

import http.client
import json
import stat
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from emulator_process import EmulatorProcess
from emulator_requests import client

from sjresource.emulator import Clock, Emulator

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@dataclass
class Answer:
    """What came back."""

    status: int
    headers: dict[str, str]
    body: str


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    """Serve with a clock that stands still."""
    with Emulator(clock=Clock(0)) as serving:
        yield serving


def send(
    emulator: Emulator, path: str, method: str = "GET", body: str = "", **headers: str
) -> Answer:
    """Send one request, with nothing but these headers."""
    connection = http.client.HTTPConnection(urlsplit(emulator.url).netloc, timeout=60)
    try:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, path, body.encode() or None, named)
        answer = connection.getresponse()
        return Answer(answer.status, dict(answer.headers), answer.read().decode())
    finally:
        connection.close()


def cookie(emulator: Emulator) -> str:
    """Show the token, and take the cookie."""
    parts = urlsplit(emulator.page_url)
    return send(emulator, f"/?{parts.query}").headers["Set-Cookie"]


@pytest.fixture(scope="module")
def entered(emulator: Emulator) -> str:
    """What a browser sends back of the cookie."""
    return cookie(emulator).partition(";")[0]


def test_token_gives_a_cookie_of_this_site_that_scripts_can_not_read(emulator: Emulator) -> None:
    """The page then needs the token no more: it is neither in it nor in the cookie."""
    given = cookie(emulator)
    token = urlsplit(emulator.page_url).query.removeprefix("token=")

    assert {"HttpOnly", "SameSite=Strict", "Path=/"} <= set(given.split("; "))
    assert token not in given
    assert given.startswith(f"sjresource-{urlsplit(emulator.url).port}=")
    page = send(emulator, "/", Cookie=given.partition(";")[0], Accept="text/html")
    assert (page.status, token in page.body) == (200, False)


@pytest.mark.parametrize(
    "path", ["/", "/_page/app.js", "/_page/overview", "/_page/controls/clock", "/_page/nothing"]
)
def test_nothing_is_shown_without_the_cookie(emulator: Emulator, path: str) -> None:
    """The page's own files neither; a wrong cookie, or token, is none; how to get in is told."""
    for headers in ({}, {"Cookie": f"sjresource-{urlsplit(emulator.url).port}=wrong"}):
        refused = send(emulator, path, Accept="text/html", **headers)
        assert refused.status == 403
        assert "URL with its token; `sjresource emulator status` prints it" in refused.body
    assert send(emulator, "/?token=wrong").status == 403
    assert send(emulator, "/?token=").status == 403


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "example.com"},
        {"Host": "rebound.example.com:80"},
        {"Origin": "http://example.com"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:1"},
        {"Sec_Fetch_Site": "cross-site"},
        {"Sec_Fetch_Site": "same-site"},
    ],
)
def test_other_sites_are_refused_with_the_right_cookie(
    emulator: Emulator, entered: str, headers: dict[str, str]
) -> None:
    """A name bound to our address by somebody's DNS, another page, another port's page."""
    assert send(emulator, "/_page/overview", Cookie=entered).status == 200
    assert send(emulator, "/_page/overview", Cookie=entered, **headers).status == 403


def test_changes_need_the_cookie_and_the_pages_own_origin(emulator: Emulator, entered: str) -> None:
    """Neither is enough without the other."""
    order = ("/_page/controls/clock", "POST", '{"advance": 60}')
    before = emulator.clock.now()

    assert send(emulator, *order, Cookie=entered).status == 403
    assert send(emulator, *order, Origin=emulator.url).status == 403
    assert send(emulator, *order, Cookie=entered, Origin="http://localhost").status == 403
    assert emulator.clock.now() == before
    assert send(emulator, *order, Cookie=entered, Origin=emulator.url).status == 200
    assert emulator.clock.now() == before + 60


def test_cookies_of_other_servers_do_not_hide_ours(emulator: Emulator, entered: str) -> None:
    """Whoever serves on another port of this machine may have set what is no proper cookie."""
    for other in ('state={"a": 1}', "list[0]=1", "flag", "\xe9=1", "sjresource-1=stale"):
        for sent in (f"{other}; {entered}", f"{entered};{other}"):
            assert send(emulator, "/_page/overview", Cookie=sent).status == 200
    name = entered.partition("=")[0]
    assert send(emulator, "/_page/overview", Cookie=f"{name}=stale; flag").status == 403


def test_mistaken_orders_are_told(emulator: Emulator, entered: str) -> None:
    """As the emulator's own routes tell them; other routes are not the page's."""
    known = {"Cookie": entered, "Origin": emulator.url}

    wrong = send(emulator, "/_page/controls/clock", "POST", '{"rate": "fast"}', **known)
    assert (wrong.status, json.loads(wrong.body)) == (
        400,
        {"message": "body.rate: expected `float`, got `str`"},
    )
    assert send(emulator, "/_page/controls/behaviour", "POST", "{}", **known).status == 404
    assert send(emulator, "/_page/overview", "POST", "{}", **known).status == 405
    large = send(emulator, "/_page/controls/faults", "POST", "x" * 70_000, **known)
    assert large.status == 413


def test_every_answer_is_kept_from_other_sites_and_from_caches(
    emulator: Emulator, entered: str
) -> None:
    """Only files of ours run, nothing frames the page, nothing is stored or told to others."""
    for path in ("/", "/_page/overview", "/_page/styles/style.css", "/_page/nothing"):
        headers = send(emulator, path, Cookie=entered, Accept="text/html").headers
        policy = headers["Content-Security-Policy"]

        assert "default-src 'none'" in policy
        assert "unsafe-inline" not in policy
        assert "frame-ancestors 'none'" in policy
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["Cache-Control"] == "no-store"


def test_signed_services_are_as_before(emulator: Emulator) -> None:
    """S3's list of buckets is at the page's address, and signed."""
    assert "Buckets" in client(emulator, "s3").list_buckets()


def test_page_is_neither_counted_nor_hit_by_faults(emulator: Emulator, entered: str) -> None:
    """What a test counts does not depend on who looks."""
    emulator.calls.clear()
    known = {"Cookie": entered, "Origin": emulator.url}
    fault = json.dumps({"operation": "DescribeJobQueues", "kind": "error"})
    send(emulator, "/_page/controls/faults", "POST", fault, **known)

    shown = json.loads(send(emulator, "/_page/overview", Cookie=entered).body)

    assert shown["errors"] == []
    assert emulator.calls.counts() == {}
    assert len(emulator.faults.pending()) == 1
    send(emulator, "/_page/controls/faults", "DELETE", **known)
    assert emulator.faults.pending() == []


def test_url_is_told_to_the_owner_of_the_data_only(tmp_path: Path) -> None:
    """In a file that nobody else can read, beside the emulator's URL, and on its second line."""
    with EmulatorProcess(tmp_path) as emulator:
        file = tmp_path / "emulator.json"
        told: dict[str, Any] = json.loads(file.read_text())

        assert told["page"].startswith(f"{emulator.url}/?token=")
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert emulator.second_line == f"page: {told['page']}"

"""A browser, and a page in it that fails its test if anything is amiss in the console."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

import chromium
import pytest
from playwright.sync_api import expect, sync_playwright

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import (
        Browser,
        BrowserContext,
        ConsoleMessage,
        Dialog,
        Error,
        Page,
        ViewportSize,
    )

    from sjresource.emulator import Emulator

DESK: ViewportSize = {"width": 1280, "height": 800}
PATIENCE = 10_000
"""Milliseconds, for a machine that has much else to do."""

expect.set_options(timeout=PATIENCE)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One Chromium for a module."""
    if chromium.find() is None:
        pytest.skip(chromium.MISSING)
    with sync_playwright() as playwright:
        started = chromium.launch(playwright)
        yield started
        started.close()


def visitor(browser: Browser) -> BrowserContext:
    """Let somebody without a past sit down at a desk; what never rests is drawn all the time."""
    made = browser.new_context(
        viewport=DESK, timezone_id="UTC", locale="en-GB", reduced_motion="reduce"
    )
    made.set_default_timeout(PATIENCE)
    return made


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A visitor of this test's own."""
    made = visitor(browser)
    yield made
    made.close()


@pytest.fixture
def complaints() -> list[str]:
    """What the console complained of: errors, dialogs, violations of the content policy."""
    return []


@contextmanager
def listening(page: Page, complaints: list[str]) -> Iterator[None]:
    """Collect what is amiss in a page."""

    def heard(said: ConsoleMessage) -> None:
        if said.type == "error":
            complaints.append(said.text)

    def failed(error: Error) -> None:
        complaints.append(str(error))

    def asked(dialog: Dialog) -> None:
        complaints.append("a dialog")
        dialog.dismiss()

    page.on("console", heard)
    page.on("pageerror", failed)
    page.on("dialog", asked)
    yield
    page.remove_listener("console", heard)
    page.remove_listener("pageerror", failed)
    page.remove_listener("dialog", asked)


@pytest.fixture
def visit(context: BrowserContext, complaints: list[str]) -> Iterator[Callable[[str], Page]]:
    """Open a URL; at the end nobody may have complained."""
    with ExitStack() as opened:

        def open_page(url: str) -> Page:
            page = context.new_page()
            opened.enter_context(listening(page, complaints))
            page.goto(url)
            return page

        yield open_page
        assert complaints == []


@pytest.fixture(scope="module")
def tab(browser: Browser) -> Iterator[Page]:
    """One tab for a module: a new one takes a second of processor, most of it for its processes."""
    at_the_desk = visitor(browser)
    yield at_the_desk.new_page()
    at_the_desk.close()


@pytest.fixture
def page(tab: Page, complaints: list[str], emulator: Emulator) -> Iterator[Page]:
    """The page of the module's own `emulator`, with its jobs, opened anew by who has no past."""
    tab.unroute_all(behavior="ignoreErrors")
    tab.context.clear_permissions()
    tab.context.clear_cookies()
    tab.set_viewport_size(DESK)
    tab.mouse.move(0, 0)
    with listening(tab, complaints):
        # Until then the page of the last test was there, which may complain of what is gone.
        tab.once("framenavigated", lambda _: complaints.clear())
        tab.goto(emulator.page_url)
        expect(tab.locator(".row").first).to_be_visible()
        yield tab
        assert complaints == []

"""A browser, and a page in it that fails its test if anything is amiss in the console."""

from __future__ import annotations

from typing import TYPE_CHECKING

import chromium
import pytest
from playwright.sync_api import expect, sync_playwright

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Dialog, Page

    from sjresource.emulator import Emulator

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


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A visitor without a past, at a desk."""
    made = browser.new_context(
        viewport={"width": 1280, "height": 800}, timezone_id="UTC", locale="en-GB"
    )
    made.set_default_timeout(PATIENCE)
    yield made
    made.close()


@pytest.fixture
def complaints() -> list[str]:
    """What the console complained of: errors, dialogs, violations of the content policy."""
    return []


@pytest.fixture
def visit(context: BrowserContext, complaints: list[str]) -> Iterator[Callable[[str], Page]]:
    """Open a URL; at the end nobody may have complained."""

    def heard(said: ConsoleMessage) -> None:
        if said.type == "error":
            complaints.append(said.text)

    def asked(dialog: Dialog) -> None:
        complaints.append("a dialog")
        dialog.dismiss()

    def open_page(url: str) -> Page:
        page = context.new_page()
        page.on("console", heard)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("dialog", asked)
        page.goto(url)
        return page

    yield open_page
    assert complaints == []


@pytest.fixture
def page(visit: Callable[[str], Page], emulator: Emulator) -> Page:
    """The page of the module's own `emulator`, with its jobs."""
    opened = visit(emulator.page_url)
    expect(opened.locator(".row").first).to_be_visible()
    return opened

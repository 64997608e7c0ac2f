"""The Chromium that tests of pages drive: found on this machine, or installed from Debian.

`python tests/support/machine/chromium.py` installs it where there is none and that can be done,
which takes root and apt-get; the tests of pages are skipped where there is none.
"""

from __future__ import annotations

import shutil
import sys
from typing import TYPE_CHECKING

from debian import install

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
QUIET = (
    "--no-sandbox",  # in containers tests run as root, for whom there is none
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
MISSING = "no Chromium here; python tests/support/machine/chromium.py installs one where it can"


def find() -> str | None:
    """Return the path of a Chromium; None if there is none."""
    found = (shutil.which(name) for name in NAMES)
    return next((path for path in found if path), None)


def launch(playwright: Playwright) -> Browser:
    """Start it without a window, with a new empty profile, and without calls home."""
    return playwright.chromium.launch(executable_path=find(), args=list(QUIET))


if __name__ == "__main__":
    sys.exit(0 if find() else install("chromium"))

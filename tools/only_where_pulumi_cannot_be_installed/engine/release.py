"""The official release, through Pulumi's own installer in its Python SDK."""

from __future__ import annotations

import sys
import threading
import urllib.error
import urllib.request
from typing import TYPE_CHECKING

from .running import run_watched
from .sources import Unavailable

if TYPE_CHECKING:
    from pathlib import Path

    from .progress import Progress

# Where pulumi.automation.PulumiCommand.install gets its script from.
INSTALLER = "https://get.pulumi.com/install.sh"
# Name resolution included, which urllib's own timeout leaves out.
REACHABLE_WITHIN_SECONDS = 5.0

_INSTALL = """
import sys
from pulumi.automation import PulumiCommand
from semver import VersionInfo
PulumiCommand.install(root=sys.argv[1], version=VersionInfo.parse(sys.argv[2]))
"""


def install_release(into: Path, version: str, progress: Progress) -> None:
    """Download the release into a folder, which then has a `bin`.

    Raises:
        Unavailable: Within seconds if Pulumi's site can't be reached, or when its installer fails.
    """
    doing = f"downloading Pulumi {version}, the official release"
    progress.at(f"looking for {doing.removeprefix('downloading ')}")
    if problem := unreachable(INSTALLER):
        progress.say(f"not the official release: {problem}")
        raise Unavailable(problem)
    run_watched(
        doing,
        [sys.executable, "-c", _INSTALL, str(into), version.removeprefix("v")],
        watch=lambda _line: progress.at(doing),
    )


def unreachable(url: str, within_seconds: float = REACHABLE_WITHIN_SECONDS) -> str | None:
    """Say why a URL can't be fetched; None if it can. Blocks no longer than asked."""
    answer = [f"{url} didn't answer within {within_seconds:g} s"]

    def ask() -> None:
        request = urllib.request.Request(url, method="HEAD")  # noqa: S310 - https, a constant
        try:
            with urllib.request.urlopen(request, timeout=within_seconds):  # noqa: S310
                answer.clear()
        except (urllib.error.URLError, OSError) as error:
            answer[0] = f"{url}: {getattr(error, 'reason', error)}"

    asking = threading.Thread(target=ask, daemon=True)
    asking.start()
    asking.join(within_seconds)
    return answer[0] if answer else None

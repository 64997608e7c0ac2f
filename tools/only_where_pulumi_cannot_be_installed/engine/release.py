"""The official release: the archive for this machine, checked against the digest that is pinned.

Without a pinned digest it is not asked for: whatever the site gave would run with all rights.
"""

from __future__ import annotations

import hashlib
import platform
import shutil
import tarfile
import tempfile
import threading
import urllib.error
import urllib.request
from pathlib import Path
from typing import IO, TYPE_CHECKING

from .sources import Unavailable

if TYPE_CHECKING:
    from collections.abc import Callable

    from .progress import Progress

RELEASES = "https://get.pulumi.com/releases/sdk"
PINNED = Path(__file__).with_name("release.sha256")
# Name resolution included, which urllib's own timeout leaves out.
_REACHABLE_WITHIN_SECONDS = 5.0
_MACHINES = {"x86_64": "x64", "amd64": "x64", "aarch64": "arm64", "arm64": "arm64"}
_CHUNK = 1024 * 1024
_READ_SECONDS = 60


def install_release(
    into: Path, version: str, progress: Progress, *, site: str = RELEASES, pinned: str | None = None
) -> None:
    """Download the release into a folder, which then has a `bin`.

    Raises:
        Unavailable: No digest is pinned for this machine's archive, Pulumi's site can't be reached,
            or what it gave is not what is pinned.
    """
    name = archive_name(version)
    digest = pinned_digest(name, PINNED.read_text() if pinned is None else pinned)
    url = f"{site}/{name}"
    doing = f"downloading Pulumi {version}, the official release"
    progress.at(doing)
    if problem := unreachable(url):
        progress.say(f"not the official release: {problem}")
        raise Unavailable(problem)
    with tempfile.TemporaryFile() as archive:
        found = _download(url, archive, lambda: progress.at(doing))
        if found != digest:
            msg = f"{url}: its SHA-256 is {found}, and not {digest}, which is pinned"
            raise Unavailable(msg)
        archive.seek(0)
        _unpack(archive, into)


def archive_name(version: str) -> str:
    """Return this machine's archive of a release."""
    machine = platform.machine().lower()
    return f"pulumi-{version}-{platform.system().lower()}-{_MACHINES.get(machine, machine)}.tar.gz"


def pinned_digest(name: str, pinned: str) -> str:
    """Find an archive's digest in lines as `sha256sum` writes them.

    Raises:
        Unavailable: There is none.
    """
    for line in pinned.splitlines():
        digest, _, named = line.partition("  ")
        if named == name:
            return digest
    msg = f"no digest of {name} is pinned in {PINNED}"
    raise Unavailable(msg)


def unreachable(url: str) -> str | None:
    """Return why a URL can't be fetched within some seconds; None if it can."""
    answer = [f"{url} didn't answer within {_REACHABLE_WITHIN_SECONDS:g} s"]

    def ask() -> None:
        request = urllib.request.Request(url, method="HEAD")  # noqa: S310 - https, a constant
        try:
            with urllib.request.urlopen(request, timeout=_REACHABLE_WITHIN_SECONDS):  # noqa: S310
                answer.clear()
        except (urllib.error.URLError, OSError) as error:
            answer[0] = f"{url}: {getattr(error, 'reason', error)}"

    asking = threading.Thread(target=ask, daemon=True)
    asking.start()
    asking.join(_REACHABLE_WITHIN_SECONDS)
    return answer[0] if answer else None


def _download(url: str, into: IO[bytes], tick: Callable[[], None]) -> str:
    """Write what a URL has into a file; return its digest."""
    digest = hashlib.sha256()
    try:
        with urllib.request.urlopen(url, timeout=_READ_SECONDS) as answer:  # noqa: S310 - https
            while chunk := answer.read(_CHUNK):
                digest.update(chunk)
                into.write(chunk)
                tick()
    except (urllib.error.URLError, OSError) as error:
        msg = f"{url}: {getattr(error, 'reason', error)}"
        raise Unavailable(msg) from error
    return digest.hexdigest()


def _unpack(archive: IO[bytes], into: Path) -> None:
    """Put the archive's programs into `bin`."""
    binaries = into / "bin"
    binaries.mkdir()
    with tarfile.open(fileobj=archive, mode="r:gz") as tar:
        for member in tar:
            content = tar.extractfile(member) if member.isfile() else None
            if content is not None:
                path = binaries / Path(member.name).name
                with path.open("wb") as file:
                    shutil.copyfileobj(content, file)
                path.chmod(0o755)

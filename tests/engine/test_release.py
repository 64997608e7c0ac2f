"""The official release: only what is pinned is installed."""

from __future__ import annotations

import functools
import hashlib
import http.server
import io
import tarfile
import threading
from typing import TYPE_CHECKING

import pytest
from engine.progress import Progress
from engine.release import PINNED, archive_name, install_release, pinned_digest
from engine.sources import Unavailable

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

VERSION = "v3.1.0"


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Print nothing."""


@pytest.fixture
def site(tmp_path: Path) -> Iterator[str]:
    """Serve an archive of the release for this machine."""
    folder = tmp_path / "site"
    folder.mkdir()
    with tarfile.open(folder / archive_name(VERSION), "w:gz") as tar:
        for name in ("pulumi/pulumi", "pulumi/pulumi-language-python", "../../outside"):
            member = tarfile.TarInfo(name)
            member.size = 2
            tar.addfile(member, io.BytesIO(b"hi"))
        link = tarfile.TarInfo("pulumi/link")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        tar.addfile(link)
    handler = functools.partial(_Quiet, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def digest(tmp_path: Path) -> str:
    """Return what the archive's digest is."""
    archive = tmp_path / "site" / archive_name(VERSION)
    return hashlib.sha256(archive.read_bytes()).hexdigest()


def install(tmp_path: Path, site: str, pinned: str) -> list[str]:
    """Install it into a new folder; give the programs that are there."""
    into = tmp_path / "into"
    into.mkdir()
    install_release(into, VERSION, Progress(io.StringIO()), site=site, pinned=pinned)
    return sorted(path.name for path in (into / "bin").iterdir())


def test_an_archive_with_the_pinned_digest_is_installed(tmp_path: Path, site: str) -> None:
    """Its files become programs in `bin`, wherever they say that they belong; links are none."""
    found = install(tmp_path, site, f"{digest(tmp_path)}  {archive_name(VERSION)}\n")

    assert found == ["outside", "pulumi", "pulumi-language-python"]
    assert (tmp_path / "into" / "bin" / "pulumi").stat().st_mode & 0o111


def test_another_archive_is_refused(tmp_path: Path, site: str) -> None:
    """What the site gives instead is named by its digest, and nothing of it is unpacked."""
    with pytest.raises(Unavailable, match=f"its SHA-256 is {digest(tmp_path)}, and not {'0' * 64}"):
        install(tmp_path, site, f"{'0' * 64}  {archive_name(VERSION)}\n")

    assert list((tmp_path / "into").iterdir()) == []


def test_a_release_without_a_pinned_digest_is_not_asked_for(tmp_path: Path) -> None:
    """The next source is; no byte of the site is believed."""
    with pytest.raises(Unavailable, match=r"no digest of pulumi-v3\.1\.0-.* is pinned"):
        install(tmp_path, "http://127.0.0.1:9", "")


def test_what_is_pinned_is_of_the_version_that_is_brought() -> None:
    """Digests of another version would never be used."""
    lines = [line for line in PINNED.read_text().splitlines() if not line.startswith("#")]

    for line in lines:
        name = line.partition("  ")[2]
        assert len(pinned_digest(name, PINNED.read_text())) == 64

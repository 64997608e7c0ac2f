"""How an engine is found, made once, and found again."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from engine.bringing import MAKERS, Maker, bring_engine
from engine.progress import Progress
from engine.sources import NoEngineError, Unavailable
from engine_fixtures import TOOL
from pulumi_cli import holds_within

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


def test_made_engine_is_found_again(tmp_path: Path) -> None:
    """The second run takes the engine from the cache, and makes nothing."""
    made: list[str] = []

    def make(cache: Path, version: str, _progress: Progress, _env: Mapping[str, str]) -> Path:
        made.append(version)
        (cache / "release" / "bin").mkdir(parents=True)
        (cache / "release" / "bin" / "pulumi").touch()
        return cache / "release" / "bin"

    first, second = (bring(tmp_path, Maker("release", make)) for _ in range(2))

    assert first == second
    assert (second / "pulumi").exists()
    assert len(made) == 1


def test_next_maker_is_asked_when_one_can_t(tmp_path: Path) -> None:
    """An unreachable release leads to the build; the error would name both."""
    asked: list[str] = []

    def unreachable(*_: object) -> Path:
        asked.append("release")
        raise Unavailable("no answer")

    with pytest.raises(NoEngineError) as raised:
        bring(tmp_path, Maker("release", unreachable), Maker("build", unreachable))

    assert asked == ["release", "release"]
    assert "  release: no answer\n  build: no answer\n" in str(raised.value)
    assert "pulumi on PATH: not found" in str(raised.value)


def test_release_is_asked_before_minutes_of_building() -> None:
    """What costs least comes first: an earlier build, the release, then a new build."""
    names = [maker.name for maker in MAKERS]

    assert names == ["earlier build", "official release", "build from Go modules"]


def test_interrupted_build_leaves_nothing(tmp_path: Path) -> None:
    """Ctrl-C and SIGTERM in a build end Go, and leave no half cache and no temporary folder."""
    go = tmp_path / "bin" / "go"
    go.parent.mkdir()
    go.write_text(
        '#!/bin/sh\ncase "$1" in version) echo go version go1.99;;'
        f' *) mkdir -p "$GOMODCACHE"; echo $$ > {tmp_path}/go.pid; sleep 600;; esac\n'
    )
    go.chmod(0o755)
    environment = {
        "PATH": os.pathsep.join([str(go.parent), "/usr/bin", "/bin"]),
        "XDG_CACHE_HOME": str(tmp_path / "cache"),
        # The release can't be reached then, wherever this runs.
        "https_proxy": "http://127.0.0.1:9",
    }
    with subprocess.Popen(
        [sys.executable, TOOL], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as tool:
        assert holds_within(60, (tmp_path / "go.pid").exists)
        tool.terminate()
        out, _ = tool.communicate(timeout=60)

    (version_folder,) = (tmp_path / "cache" / "sjresource" / "engine").iterdir()
    assert tool.returncode == 143
    assert out == b""
    assert [path.name for path in version_folder.iterdir()] == ["lock"]


@pytest.mark.stack
def test_warm_run_prints_one_line_and_asks_no_network(engine: Path) -> None:
    """With an engine there, the tool prints its folder and nothing else."""
    environment = {**os.environ, "https_proxy": "http://127.0.0.1:9", "GOPROXY": "off"}

    tool = subprocess.run([sys.executable, TOOL], env=environment, capture_output=True, check=True)

    assert tool.stdout.decode() == f"{engine}\n"
    assert tool.stderr == b""


def bring(folder: Path, *makers: Maker) -> Path:
    """Bring an engine on a machine that has none, with these makers."""
    environment = {"PATH": str(folder), "XDG_CACHE_HOME": str(folder)}
    return bring_engine(Progress(io.StringIO()), environment, makers)

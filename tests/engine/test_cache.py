"""The cache: one maker at a time, and nothing half-made in it, ever."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from engine.cache import cache_folder, making, sole_maker
from engine_fixtures import TOOL


def test_cache_is_in_the_user_s_cache_folder() -> None:
    """XDG_CACHE_HOME moves it; without, it is below the home folder."""
    moved = cache_folder({"XDG_CACHE_HOME": "/cache"}, "v3.1.0")
    usual = cache_folder({}, "v3.1.0")

    assert moved == Path("/cache/sjresource/engine/v3.1.0")
    assert usual == Path.home() / ".cache/sjresource/engine/v3.1.0"


def test_what_is_made_appears_whole(tmp_path: Path) -> None:
    """The place doesn't exist before the block has ended, and is complete then."""
    place = tmp_path / "engine"
    with making(place) as folder:
        (folder / "pulumi").touch()
        seen_meanwhile = place.exists()

    assert not seen_meanwhile
    assert [file.name for file in place.iterdir()] == ["pulumi"]


@pytest.mark.parametrize("stop", [KeyboardInterrupt, SystemExit, OSError])
def test_interrupted_making_leaves_nothing(tmp_path: Path, stop: type[BaseException]) -> None:
    """Ctrl-C, SIGTERM and failures alike leave the cache as it was."""

    def make_half() -> None:
        with making(tmp_path / "engine") as folder:
            (folder / "half").touch()
            raise stop

    with pytest.raises(stop):
        make_half()

    assert list(tmp_path.iterdir()) == []


def test_failed_making_keeps_the_old(tmp_path: Path) -> None:
    """What was in the place is replaced only by something complete."""
    (tmp_path / "engine").mkdir()
    (tmp_path / "engine" / "old").touch()
    with pytest.raises(OSError, match="disk"), making(tmp_path / "engine"):
        raise OSError("disk")

    assert (tmp_path / "engine" / "old").exists()


def test_second_maker_waits_for_the_first(tmp_path: Path) -> None:
    """The second says that it waits, and gets the lock when the first is done."""
    said_waiting = threading.Event()
    events: list[str] = []

    def second() -> None:
        with sole_maker(tmp_path, said_waiting.set):
            events.append("second")

    with sole_maker(tmp_path, pytest.fail):
        thread = threading.Thread(target=second)
        thread.start()
        assert said_waiting.wait(60)
        events.append("first")
    thread.join(60)

    assert events == ["first", "second"]


def test_leavings_of_a_killed_maker_are_removed(tmp_path: Path) -> None:
    """A maker that was killed leaves a temporary folder and no lock: the next one cleans up."""
    script = """
import sys, time
from pathlib import Path
from engine.cache import making, sole_maker
with sole_maker(Path(sys.argv[1]), lambda: None), making(Path(sys.argv[1]) / "engine"):
    print("making", flush=True)
    time.sleep(600)
"""
    with subprocess.Popen(
        [sys.executable, "-c", script, tmp_path],
        env={**os.environ, "PYTHONPATH": str(TOOL.parent)},
        stdout=subprocess.PIPE,
    ) as maker:
        assert maker.stdout is not None
        maker.stdout.readline()
        before = [path.name for path in tmp_path.iterdir() if path.is_dir()]
        maker.send_signal(signal.SIGKILL)
        maker.wait(10)
        with sole_maker(tmp_path, pytest.fail):
            after = [path.name for path in tmp_path.iterdir() if path.is_dir()]

    assert len(before) == 1
    assert after == []

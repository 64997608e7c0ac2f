"""The order in which an engine is looked for, and how a missing one gets into the cache.

1. `pulumi` on PATH, with its language host.
2. The cache.
3. The official release, into the cache.
4. A build from Go modules with a stand-in language host, into the cache.
"""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

from .assembling import assemble, is_whole, recipe_digest
from .cache import cache_folder, making, sole_maker
from .on_path import find_on_path
from .sources import NoEngineError, Source, Unavailable, first_available
from .version import GO_MOD, pinned_version

if TYPE_CHECKING:
    from pathlib import Path

    from .progress import Progress


def bring_engine(progress: Progress) -> Path:
    """Return the folder to put first on PATH; milliseconds if there is one, else minutes.

    Raises:
        NoEngineError: If no source has an engine.
    """
    version = pinned_version(GO_MOD.read_text())
    cache = cache_folder(os.environ, version)
    ready = [
        Source("pulumi on PATH", lambda: find_on_path(os.environ.get("PATH", os.defpath))),
        Source(f"cache {cache}", lambda: find_cached(cache)),
    ]
    try:
        return first_available(version, ready)
    except NoEngineError:
        pass
    made = [
        Source("official release", lambda: make_from_release(cache, version, progress)),
        Source("build from Go modules", lambda: make_from_modules(cache, version, progress)),
    ]

    def waiting() -> None:
        progress.at("waiting: another run is bringing the engine")
        time.sleep(0.5)

    with sole_maker(cache, waiting):
        return first_available(version, [*ready, *made])


def find_cached(cache: Path) -> Path:
    """Return the folder of the engine that an earlier run has brought.

    Raises:
        Unavailable: If there is none.
    """
    if (cache / "release" / "bin" / "pulumi").is_file():
        return cache / "release" / "bin"
    assembled = _assembled(cache)
    if is_whole(assembled):
        return assembled / "bin"
    msg = "nothing there yet"
    raise Unavailable(msg)


def make_from_release(cache: Path, version: str, progress: Progress) -> Path:
    """Put the official release into the cache."""
    from .release import install_release  # noqa: PLC0415 - a warm run shall not pay for urllib

    with making(cache / "release") as folder:
        install_release(folder, version, progress)
    return cache / "release" / "bin"


def make_from_modules(cache: Path, version: str, progress: Progress) -> Path:
    """Put a built engine into the cache; the five minutes' part is kept when only ours changes."""
    from .go_build import build_cli  # noqa: PLC0415 - the same

    if not (cache / "built" / "pulumi").is_file():
        with making(cache / "built") as folder:
            build_cli(folder, progress)
    engine = _assembled(cache)
    with making(engine) as folder:
        assemble(folder, cache / "built", version, progress)
    progress.say(f"ready: Pulumi {version} in {engine}")
    return engine / "bin"


def _assembled(cache: Path) -> Path:
    return cache / f"engine-{recipe_digest()}"

"""The order in which an engine is looked for, and how a missing one gets into the cache.

1. `pulumi` on PATH, with its language host.
2. The cache.
3. The official release, into the cache.
4. A build from Go modules with a stand-in language host, into the cache.
"""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from .assembling import (
    LANGUAGE_HOST,
    assemble,
    is_whole,
    language_host_digest,
    recipe_digest,
)
from .cache import cache_folder, making, sole_maker
from .on_path import find_on_path
from .sources import NoEngineError, Source, Unavailable, first_available
from .version import GO_MOD, pinned_version

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from .progress import Progress


@dataclass(frozen=True)
class Maker:
    """A way to get a new engine into the cache.

    Attributes:
        name: As the user sees it.
        make: Gets the cache, the version, the progress and the environment, and holds the cache's
            lock. Returns the folder to put on PATH, or raises Unavailable.
    """

    name: str
    make: Callable[[Path, str, Progress, Mapping[str, str]], Path]


def bring_engine(
    progress: Progress,
    environment: Mapping[str, str],
    makers: Sequence[Maker],
) -> Path:
    """Return the folder to put first on PATH; milliseconds if there is one, else minutes.

    Args:
        progress: Told of everything that takes time.
        environment: PATH, and where the cache is.
        makers: Asked in order when there is no engine yet.

    Raises:
        NoEngineError: If no source has an engine.
    """
    found = find_engine(environment)
    if found is not None:
        return found
    version, cache, ready = _at_hand(environment)

    def waiting() -> None:
        progress.at("waiting for another run, which is bringing the engine")
        time.sleep(0.5)

    new = [
        Source(maker.name, partial(maker.make, cache, version, progress, environment))
        for maker in makers
    ]
    with sole_maker(cache, waiting):
        # Again: the run that held the lock may have brought it.
        return first_available(version, [*ready, *new])


def find_engine(environment: Mapping[str, str]) -> Path | None:
    """Return the folder of an engine that is there; None, after milliseconds, if none is."""
    version, _, ready = _at_hand(environment)
    try:
        return first_available(version, ready)
    except NoEngineError:
        return None


def _at_hand(environment: Mapping[str, str]) -> tuple[str, Path, list[Source]]:
    """Return the version, the cache, and where an engine may be already."""
    version = pinned_version(GO_MOD.read_text())
    cache = cache_folder(environment, version)
    return (
        version,
        cache,
        [
            Source("pulumi on PATH", lambda: find_on_path(environment.get("PATH", os.defpath))),
            Source(f"cache {cache}", lambda: find_cached(cache)),
        ],
    )


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


def make_from_release(
    cache: Path, version: str, progress: Progress, environment: Mapping[str, str]
) -> Path:
    """Put the official release into the cache."""
    from .release import install_release  # noqa: PLC0415 - a warm run shall not pay for urllib

    del environment
    with making(cache / "release") as folder:
        install_release(folder, version, progress)
    return cache / "release" / "bin"


def make_from_built(
    cache: Path, version: str, progress: Progress, environment: Mapping[str, str]
) -> Path:
    """Assemble an engine from a CLI that was built before: at once, without a network.

    A language host that has changed since then is built first: a minute, with Go's modules.
    """
    if not (cache / "built" / "pulumi").is_file():
        msg = "none yet"
        raise Unavailable(msg)
    host = cache / f"language-host-{language_host_digest()}" / LANGUAGE_HOST
    if not host.is_file():
        from .go_build import build_language_host  # noqa: PLC0415 - a warm run needs no Go

        with making(host.parent) as folder:
            build_language_host(folder / LANGUAGE_HOST, environment, progress)
    engine = _assembled(cache)
    with making(engine) as folder:
        assemble(folder, built=cache / "built", language_host=host)
    progress.say(f"ready: Pulumi {version} in {engine}")
    return engine / "bin"


def make_from_modules(
    cache: Path, version: str, progress: Progress, environment: Mapping[str, str]
) -> Path:
    """Build the CLI into the cache, and assemble an engine from it: minutes."""
    from .go_build import build_cli  # noqa: PLC0415 - the same

    with making(cache / "built") as folder:
        build_cli(folder, environment, progress)
    return make_from_built(cache, version, progress, environment)


MAKERS = (
    Maker("earlier build", make_from_built),
    Maker("official release", make_from_release),
    Maker("build from Go modules", make_from_modules),
)


def _assembled(cache: Path) -> Path:
    return cache / f"engine-{recipe_digest()}"

"""Pulumi's generators of SDKs: tests make SDKs of our schema, and no language host has to be there.

With official language hosts `pulumi package gen-sdk` does the same.
"""

from __future__ import annotations

import hashlib
import time
from typing import TYPE_CHECKING

from .cache import cache_folder, making, sole_maker
from .go_build import SDK_GENERATOR, build_sdk_generator
from .version import GO_MOD, pinned_version

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from .progress import Progress


def find_sdk_generator(environment: Mapping[str, str]) -> Path | None:
    """Return the program if an earlier run has built it."""
    program = _place(environment) / SDK_GENERATOR.name
    return program if program.is_file() else None


def bring_sdk_generator(progress: Progress, environment: Mapping[str, str]) -> Path:
    """Return the program, built if it isn't there yet.

    Raises:
        Unavailable: If there is no Go, a module can't be downloaded, or the build fails.
    """
    found = find_sdk_generator(environment)
    if found is not None:
        return found

    def waiting() -> None:
        progress.at("waiting for another run, which is building")
        time.sleep(0.5)

    place = _place(environment)
    with sole_maker(place.parent, waiting):
        if not (place / SDK_GENERATOR.name).is_file():
            with making(place) as folder:
                build_sdk_generator(folder, environment, progress)
    return place / SDK_GENERATOR.name


def _place(environment: Mapping[str, str]) -> Path:
    digest = hashlib.sha256()
    for name in ("main.go", "go.mod", "go.sum"):
        digest.update((SDK_GENERATOR / name).read_bytes())
    version = pinned_version(GO_MOD.read_text())
    return cache_folder(environment, version) / f"sdk-generator-{digest.hexdigest()[:12]}"

"""Programs for tests of other languages than Python, each built from a Go module into the cache.

With official language hosts nobody needs them: `pulumi package gen-sdk` makes SDKs, and the host of
YAML is beside `pulumi`.
"""

from __future__ import annotations

import hashlib
import os
import signal
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from .cache import cache_folder, making, sole_maker
from .go_build import build_program
from .progress import Progress
from .sources import Unavailable
from .version import GO_MOD, pinned_version

if TYPE_CHECKING:
    from collections.abc import Mapping

HERE = Path(__file__).parent


@dataclass(frozen=True)
class GoProgram:
    """A program, and the Go module from which it is built.

    Attributes:
        what: As the user sees it.
        name: Of the program.
        module: The folder of a module of its own, with `go.mod` and `go.sum`.
        package: What is built, as Go calls it.
        minutes: About how long that takes on two cores.
    """

    what: str
    name: str
    module: Path
    package: str
    minutes: int

    def place(self, environment: Mapping[str, str]) -> Path:
        """Return the folder in the cache that the program is in, once it is built."""
        digest = hashlib.sha256()
        for name in ("main.go", "go.mod", "go.sum"):
            if (self.module / name).is_file():
                digest.update((self.module / name).read_bytes())
        cache = cache_folder(environment, pinned_version(GO_MOD.read_text()))
        return cache / f"{self.module.name.replace('_', '-')}-{digest.hexdigest()[:12]}"


SDK_GENERATOR = GoProgram(
    "the generator of SDKs", "sdk_generator", HERE / "sdk_generator", ".", minutes=2
)
YAML_HOST = GoProgram(
    "the language host of YAML",
    "pulumi-language-yaml",
    HERE / "yaml_host",
    "github.com/pulumi/pulumi-yaml/cmd/pulumi-language-yaml",
    minutes=2,
)


def find_program(program: GoProgram, environment: Mapping[str, str]) -> Path | None:
    """Return the program if an earlier run has built it."""
    built = program.place(environment) / program.name
    return built if built.is_file() else None


def bring_program(program: GoProgram, progress: Progress, environment: Mapping[str, str]) -> Path:
    """Return the program, built if it isn't there yet.

    Raises:
        Unavailable: If there is no Go, a module can't be downloaded, or the build fails.
    """
    found = find_program(program, environment)
    if found is not None:
        return found

    def waiting() -> None:
        progress.at("waiting for another run, which is building")
        time.sleep(0.5)

    place = program.place(environment)
    with sole_maker(place.parent, waiting):
        if not (place / program.name).is_file():
            progress.say(
                f"building {program.what} from Go modules: about {program.minutes} minutes, once"
            )
            with making(place) as folder:
                build_program(
                    folder / program.name,
                    program.package,
                    module=program.module,
                    what=program.what,
                    environment=environment,
                    progress=progress,
                )
    return place / program.name


def print_program(program: GoProgram) -> int:
    """Print the path of a program; return the exit code: 1 if there is none, 130 after Ctrl-C.

    One line on stdout, everything else on stderr.
    """
    # So that a temporary folder is removed then, too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    progress = Progress(sys.stderr)
    try:
        print(bring_program(program, progress, os.environ))
    except Unavailable as error:
        progress.say(str(error))
        return 1
    except KeyboardInterrupt:
        progress.say("interrupted; nothing half-made is left")
        return 130
    return 0

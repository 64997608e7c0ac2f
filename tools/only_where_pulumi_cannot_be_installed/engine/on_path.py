"""An engine that the user has installed: `pulumi` on PATH, with its Python language host."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

from .sources import Unavailable
from .version import OLDEST_ACCEPTED, parse_version

if TYPE_CHECKING:
    from collections.abc import Callable

LANGUAGE_HOST = "pulumi-language-python"
VERSION_TIMEOUT_SECONDS = 20


def find_on_path(path: str, version_of: Callable[[Path], str] | None = None) -> Path:
    """Return the folder of the `pulumi` that PATH finds.

    Args:
        path: A PATH.
        version_of: Asks a CLI for its version; by default by running it.

    Raises:
        Unavailable: If there is none, it can't run Python programs, or it is too old.
    """
    found = shutil.which("pulumi", path=path)
    if found is None:
        msg = "not found"
        raise Unavailable(msg)
    cli = Path(found)
    if (
        not (cli.parent / LANGUAGE_HOST).is_file()
        and shutil.which(LANGUAGE_HOST, path=path) is None
    ):
        msg = f"{cli} has no {LANGUAGE_HOST} beside it or on PATH"
        raise Unavailable(msg)
    said = (version_of or ask_version)(cli)
    version = parse_version(said)
    if version is None or version < OLDEST_ACCEPTED:
        oldest = ".".join(map(str, OLDEST_ACCEPTED))
        msg = f"{cli} says it is {said.strip() or 'nothing'!r}; v{oldest} or newer is needed"
        raise Unavailable(msg)
    return cli.parent


def ask_version(cli: Path) -> str:
    """Run `pulumi version`; return what it prints.

    Raises:
        Unavailable: If it can't be run.
    """
    try:
        answer = subprocess.run(
            [cli, "version"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=VERSION_TIMEOUT_SECONDS,
            check=True,
        )
    except (OSError, subprocess.SubprocessError) as error:
        msg = f"running {cli} version: {error}"
        raise Unavailable(msg) from error
    return answer.stdout

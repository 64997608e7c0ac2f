"""The Pythons of this machine, and what the package needs at its lowest and newest versions.

Packages are installed once into `~/.cache/sjresource/versions`, under a name that is made of all
that decides them; from then on they need no network.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path
from typing import Literal, NamedTuple

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).parents[3]
GO_MOD = ROOT / "tools" / "only_where_pulumi_cannot_be_installed" / "engine" / "go.mod"
PINNED = ROOT / "requirements" / "local.txt"
MINORS = (10, 11, 12, 13, 14)
Bound = Literal["lowest", "newest"]


class UnavailableError(Exception):
    """This machine has no such Python, or can't reach packages: no fault of what is tested."""


class Combination(NamedTuple):
    """A Python of this machine, and which versions of pulumi and boto3 go with it."""

    minor: int
    bound: Bound

    def __str__(self) -> str:
        return f"3.{self.minor}-{self.bound}"


def combinations() -> list[Combination]:
    """List every combination, whether or not this machine has its Python."""
    return [Combination(minor, bound) for minor in MINORS for bound in ("lowest", "newest")]


def combination_at(end: Bound) -> Combination:
    """Return the lowest versions on this machine's oldest Python, or the newest on its newest."""
    there = [minor for minor in MINORS if find_python(minor)]
    return Combination(there[0] if end == "lowest" else there[-1], end)


@cache
def find_python(minor: int) -> Path | None:
    """Find Python 3.`minor` on PATH or among pyenv's; None if there is none that runs."""
    on_path = shutil.which(f"python3.{minor}")
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    found = [Path(on_path)] if on_path else []
    for python in [*found, *sorted(pyenv.glob(f"3.{minor}.*/bin/python"))]:
        # One of pyenv's shims may be for a Python that is not chosen.
        if (
            subprocess.run(
                [python, "-c", "import venv"], capture_output=True, check=False
            ).returncode
            == 0
        ):
            return python
    return None


def older_engines() -> list[Path]:
    """Return the folder of each engine in the cache that was brought before the one in use."""
    cache = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "sjresource" / "engine"
    in_use = re.search(r"pulumi/pkg/v3 (v\S+)", GO_MOD.read_text())
    found: dict[str, Path] = {}
    for binary in sorted(
        cache.glob("*/engine-*/bin/pulumi"), key=lambda each: each.stat().st_mtime
    ):
        version = binary.parents[2].name
        if in_use is None or version != in_use[1]:
            found[version] = binary.parent  # the latest that was assembled of each
    return list(found.values())


def requirements(bound: Bound) -> list[str]:
    """Return the arguments that make uv install the package's dependencies at these versions."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted: list[str] = project["dependencies"]
    if bound == "newest":
        return [*wanted, "--constraint", str(PINNED)]
    return [*wanted, "--resolution", "lowest-direct"]


def installed_packages(combination: Combination) -> Path:
    """Return a folder with the dependencies of this combination, installed if it isn't there.

    Raises:
        UnavailableError: there is no such Python, or no network.
    """
    python, asked = find_python(combination.minor), requirements(combination.bound)
    if python is None:
        msg = f"there is no Python 3.{combination.minor} on this machine"
        raise UnavailableError(msg)
    decisive = [str(python), *asked, PINNED.read_text() if combination.bound == "newest" else ""]
    digest = hashlib.sha256("\0".join(decisive).encode()).hexdigest()[:12]
    base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    place = base / "sjresource" / "versions" / f"{combination}-{digest}"
    place.parent.mkdir(parents=True, exist_ok=True)
    with (place.parent / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not place.exists():
            with tempfile.TemporaryDirectory(dir=place.parent) as folder:
                packages = Path(folder) / "packages"
                _install(python, packages, "--compile-bytecode", *asked)
                packages.rename(place)
    return place


def make_environment(combination: Combination, wheel: Path, folder: Path) -> None:
    """Make a virtual environment that has the wheel, and its dependencies from the cache.

    Raises:
        UnavailableError: as of `installed_packages`.
        AssertionError: the wheel doesn't take what is installed.
    """
    packages = installed_packages(combination)
    python = find_python(combination.minor)
    subprocess.run([str(python), "-m", "venv", "--without-pip", folder], check=True)
    (own,) = folder.glob("lib/python*/site-packages")
    (own / "dependencies.pth").write_text(str(packages))
    would = _install(python, packages, "--offline", "--dry-run", str(wheel))
    assert "Would install 1 package" in would, would
    _install(python, own, "--offline", "--no-deps", str(wheel))


def _install(python: Path | None, target: Path, *arguments: str) -> str:
    command = [sys.executable, "-m", "uv", "pip", "install", "--python", str(python)]
    done = subprocess.run(
        [*command, "--target", target, *arguments], capture_output=True, text=True, check=False
    )
    if done.returncode and "No solution found" in done.stderr:
        raise AssertionError(done.stderr)
    if done.returncode:
        raise UnavailableError(done.stderr.strip())
    return done.stderr

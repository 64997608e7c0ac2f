"""Checks the format and the code of what the queue page runs in a browser, with Biome from npm.

Usage: python tools/page_style [--write]; `--write` formats, and mends what can be mended safely.

Biome is installed into `.venv`, at the version and with the digests of `package-lock.json`; from
then on it needs no network. Where it can't be had, a sentence says so and the exit code is 0.
"""

from __future__ import annotations

import fcntl
import hashlib
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
VENV = ROOT / ".venv"
PAGE = "sjresource/page/static"
NAME = "page_style-"
NPM_CI = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--fetch-retries=0"]
"""One try only: a machine without a network shall hear at once that it has none."""


class NoBiomeError(Exception):
    """Biome can't be had here; the message is the reason."""


def main(arguments: list[str]) -> int:
    """Return Biome's exit code: 0 if all is well, or if there is no Biome."""
    try:
        biome = bring_biome()
    except NoBiomeError as reason:
        print(f"the page's style is not checked: {reason}", file=sys.stderr)
        return 0
    fixed = [f"--config-path={HERE}", "--error-on-warnings"]
    return subprocess.call([biome, "check", *fixed, *arguments, PAGE], cwd=ROOT)


def bring_biome() -> Path:
    """Return Biome's program; installs it if this version is not there.

    Raises:
        NoBiomeError: There is no npm, or it could not install it.
    """
    with (HERE / "package-lock.json").open("rb") as lock:
        place = VENV / f"{NAME}{hashlib.sha256(lock.read()).hexdigest()[:12]}"
        fcntl.flock(lock, fcntl.LOCK_EX)  # two makes may start at once
        if not place.exists():
            _install(place)
    return _program(place)


def _install(place: Path) -> None:
    """Install into an empty folder beside its place, so that nothing half-made is ever there."""
    npm = shutil.which("npm")
    if npm is None:
        msg = "there is no npm; Node.js brings it"
        raise NoBiomeError(msg)
    with tempfile.TemporaryDirectory(dir=VENV, prefix="npm-") as folder:
        made = Path(folder) / "made"
        made.mkdir()
        for name in ("package.json", "package-lock.json", ".npmrc"):
            shutil.copy(HERE / name, made)
        _run([npm, *NPM_CI], made)
        _program(made)
        for old in VENV.glob(f"{NAME}*"):
            shutil.rmtree(old)
        made.rename(place)


def _program(place: Path) -> Path:
    """Return the program itself: npm's starter of it would need Node.js at every run."""
    for program in place.glob("node_modules/@biomejs/cli-*/biome"):
        return program
    msg = "npm has no Biome for this machine"
    raise NoBiomeError(msg)


def _run(command: list[str], folder: Path) -> None:
    try:
        done = subprocess.run(
            command, cwd=folder, capture_output=True, text=True, errors="replace", check=False
        )
    except OSError as error:
        msg = f"{command[0]}: {error.strerror}"
        raise NoBiomeError(msg) from error
    if done.returncode != 0:
        said = [line for line in done.stderr.splitlines() if line.strip()]
        msg = f"{' '.join(command)}: {said[0] if said else f'exit code {done.returncode}'}"
        raise NoBiomeError(msg)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

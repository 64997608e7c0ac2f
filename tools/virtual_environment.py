"""Sets up `.venv` with what `requirements/<name>.txt` pins, and the checkout installed editable.

All that comes from an index has its hash in `requirements/`, what builds the checkout included.

Run by whatever python3 a machine has, to make the interpreter that everything else runs on: so it
uses the standard library only, and no annotation that a Python too old to go on would stumble over.
A finished set-up is known by its stamp, a copy of the requirements: it needs no network again.
"""

import fcntl
import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv"
UV = ROOT / "requirements" / "uv.txt"
BUILD = "requirements/build.txt"
"""Below ROOT, whose own path may have spaces: uv and pip read a list here, parted by spaces."""

SCRIPTS = ("sjresource", "pulumi-resource-sjresource")
"""What the package offers: an older set-up may have fewer of them."""


def main(name: str) -> None:
    """Bring `.venv` to `requirements/<name>.txt`; returns at once if it is there already."""
    if sys.version_info < (3, 10):  # noqa: UP036 - this is where an older one is told
        sys.exit(
            f"setting up .venv ({sys.executable}): Python {sys.version.split()[0]} is too old; "
            "name one from 3.10 on: make PYTHON=/path/to/python3 ..."
        )
    requirements = ROOT / "requirements" / f"{name}.txt"
    stamp = VENV / f"{name}.installed"
    with Path(__file__).open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two makes may start at once
        if not starts(VENV / "bin" / "python"):
            create()
        if not stamp.exists() or stamp.read_bytes() != requirements.read_bytes():
            tell(f"installing requirements/{name}.txt into .venv: up to a minute, once")
            install("--requirement", str(requirements))
            shutil.copyfile(requirements, stamp)
        if not all((VENV / "bin" / script).exists() for script in SCRIPTS):
            install("--no-deps", "--editable", str(ROOT))


def starts(python: Path) -> bool:
    """Return whether an interpreter runs, which it does not once its base is uninstalled."""
    return python.exists() and subprocess.call([python, "-c", ""]) == 0


def create() -> None:
    """Make an empty `.venv` in place of what may be there."""
    tell(f"setting up .venv with {sys.executable}")
    if subprocess.call([sys.executable, "-m", "venv", "--clear", VENV]) != 0:
        shutil.rmtree(VENV, ignore_errors=True)  # its interpreter may start all the same
        advice = "see above"
        if importlib.util.find_spec("ensurepip") is None:
            advice = "Debian and Ubuntu have it in a package: apt-get install python3-venv"
        sys.exit(f"setting up .venv: `python3 -m venv` failed; {advice}")


def install(*arguments: str) -> None:
    """Install into `.venv`: with uv if it can be had, else with pip, several times slower."""
    python = str(VENV / "bin" / "python")
    pip = [python, "-m", "pip", "--quiet", "--disable-pip-version-check", "install"]
    uv = VENV / "bin" / "uv"
    if not uv.exists():
        subprocess.call([*pip, "--requirement", UV])
    environ = {**os.environ, "UV_BUILD_CONSTRAINT": BUILD, "PIP_BUILD_CONSTRAINT": BUILD}
    command = [str(uv), "pip", "install", "--quiet", "--python", str(VENV), *arguments]
    if uv.exists() and subprocess.call(command, env=environ, cwd=ROOT) == 0:
        return
    tell(f"uv could not do it; trying pip install {' '.join(arguments)}")
    if subprocess.call([*pip, *arguments], env=environ, cwd=ROOT) != 0:
        sys.exit(
            "setting up .venv: neither uv nor pip could install the packages, see above; "
            "if nothing there helps, remove .venv and try again"
        )


def tell(text: str) -> None:
    """Report to the terminal, beside whatever the caller prints."""
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    try:
        main(sys.argv[1])
    except KeyboardInterrupt:
        sys.exit(130)

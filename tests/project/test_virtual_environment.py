"""Setting `.venv` up, in a checkout whose pip and uv only write down what they are told."""

from __future__ import annotations

import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from virtual_environment import SCRIPTS

SCRIPT = Path(__file__).parents[2] / "tools" / "virtual_environment.py"


@dataclass
class Checkout:
    """A checkout with one requirements file and a `.venv` that does nothing."""

    root: Path

    def __post_init__(self) -> None:
        self.requirements = self.root / "requirements" / "local.txt"
        self.stamp = self.root / ".venv" / "local.installed"
        for folder in ("tools", "requirements", ".venv/bin"):
            (self.root / folder).mkdir(parents=True)
        shutil.copy(SCRIPT, self.root / "tools")
        self.requirements.write_text("moto==5.2.5\n")
        (self.root / "requirements" / "build.txt").write_text("hatchling==1.29.0\n")
        self.program("python", 0)
        self.program("uv", 0)

    def program(self, name: str, exit_code: int) -> None:
        """Put a program into `.venv` that ends with an exit code, but for `python -c`."""
        path = self.root / ".venv" / "bin" / name
        made = " ".join(shlex.quote(str(path.with_name(script))) for script in SCRIPTS)
        path.write_text(
            f'#!/bin/sh\n[ "$1" = -c ] || echo "{name} $*" >> "{self.root}/calls"\n'
            f'for file in $UV_BUILD_CONSTRAINT; do [ -e "$file" ] || exit 3; done\n'
            f'case "$*" in *--editable*) [ {exit_code} != 0 ] || touch {made}; esac\n'
            f'[ "$1" = -c ] || exit {exit_code}\n'
        )
        path.chmod(0o755)

    def set_up(self, python: str = sys.executable) -> subprocess.CompletedProcess[str]:
        """Run the script."""
        command = [python, str(self.root / "tools" / SCRIPT.name), "local"]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    def calls(self) -> list[str]:
        """Return what pip and uv were told, in order."""
        calls = self.root / "calls"
        return calls.read_text().splitlines() if calls.exists() else []


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    """A checkout that was never set up, below a folder with a space."""
    return Checkout(tmp_path / "my work")


def test_requirements_and_checkout_are_installed_once(checkout: Checkout) -> None:
    """The second time nothing is run, and nothing said: no network is needed."""
    first = checkout.set_up()
    calls = checkout.calls()
    second = checkout.set_up()

    venv = checkout.root / ".venv"
    assert (first.returncode, second.returncode) == (0, 0)
    assert calls == [
        f"uv pip install --quiet --python {venv} --requirement {checkout.requirements}",
        f"uv pip install --quiet --python {venv} --no-deps --editable {checkout.root}",
    ]
    assert checkout.calls() == calls
    assert second.stderr == ""


def test_changed_requirements_are_installed_again(checkout: Checkout) -> None:
    """What is pinned now is what is installed, whenever the files were written."""
    checkout.set_up()
    checkout.requirements.write_text("moto==5.2.6\n")
    calls = len(checkout.calls())
    checkout.set_up()

    assert len(checkout.calls()) > calls
    assert checkout.stamp.read_text() == "moto==5.2.6\n"


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_checkout_from_before_a_command_gets_it(checkout: Checkout, script: str) -> None:
    """What is installed already stays: only the checkout is installed again."""
    checkout.set_up()
    (checkout.root / ".venv" / "bin" / script).unlink()
    calls = len(checkout.calls())
    checkout.set_up()

    (call,) = checkout.calls()[calls:]
    assert "--no-deps --editable" in call


def test_pip_takes_over_where_uv_fails(checkout: Checkout) -> None:
    """An index that only pip is configured for is no obstacle."""
    checkout.program("uv", 2)
    result = checkout.set_up()

    assert result.returncode == 0
    assert "uv could not do it; trying pip" in result.stderr
    assert any(
        call.startswith("python -m pip") and "--requirement" in call for call in checkout.calls()
    )


def test_failure_is_told_and_tried_again(checkout: Checkout) -> None:
    """A set-up that failed is not taken for done."""
    checkout.program("uv", 2)
    checkout.program("python", 1)
    result = checkout.set_up()

    assert result.returncode == 1
    assert "neither uv nor pip could install" in result.stderr
    assert not checkout.stamp.exists()


def test_old_python_is_told_so(checkout: Checkout) -> None:
    """Pythons that can't run sjresource say which can; skipped where there is no old one."""
    versions = Path.home() / ".pyenv" / "versions"
    old = [str(path) for minor in (6, 7, 8, 9) for path in versions.glob(f"3.{minor}.*/bin/python")]
    if not old:
        pytest.skip("no Python older than 3.10 on this machine")

    for python in old:
        result = checkout.set_up(python)
        assert result.returncode == 1
        assert "is too old; name one from 3.10 on" in result.stderr

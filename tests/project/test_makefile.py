"""What `make` offers, and that the documents name only what it offers."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
EVERYDAY = {"help", "up", "preview", "down", "emulator", "test", "lint", "format"}
# Minutes too long for every test run, among them what `docs/guarantees.md` lets a reader repeat.
PROOFS = {"bench", "fuzz", "kills", "languages", "matrix", "renames"}
# For who reads the documents in a browser; `make test` builds them too.
READING = {"docs"}
TARGETS = EVERYDAY | PROOFS | READING


def test_there_are_eight_everyday_targets_at_most() -> None:
    """A newcomer can take all of them in."""
    rules = re.findall(r"^([\w./%-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)

    assert set(rules) - {".PHONY"} == TARGETS
    assert len(EVERYDAY) <= 8


def test_plain_make_explains_every_target() -> None:
    """`make` alone changes nothing: it prints one line for each target, in 80 columns."""
    result = subprocess.run(
        ["make", "-C", str(ROOT), "--no-print-directory"],  # noqa: S607 - make is the one on PATH
        capture_output=True,
        text=True,
        check=True,
    )

    explained = [line.split()[1] for line in result.stdout.splitlines()]
    assert sorted(explained) == sorted(TARGETS)
    assert max(map(len, result.stdout.splitlines())) <= 80


@pytest.mark.parametrize("document", [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")], ids=str)
def test_documents_name_targets_that_exist(document: Path) -> None:
    """Every `make x` in a document is a target."""
    named = re.findall(r"(?:`|^|\$ )make (?:-s )?([a-z]+)", document.read_text(), re.MULTILINE)

    assert set(named) <= TARGETS


def test_what_a_target_runs_is_there() -> None:
    """Every path in a recipe, as make itself writes it out."""
    dry = ["make", "-C", str(ROOT), "--no-print-directory", "--dry-run", *sorted(TARGETS)]
    written = subprocess.run(dry, capture_output=True, text=True, check=True).stdout

    paths = set(re.findall(r"(?<![\w/])(?:tests|tools|benchmarks)/[\w./-]*\w", written))
    assert {"tests/emulator/robustness", "tests/stack/ownership/test_kills.py"} <= paths
    assert {path for path in paths if not (ROOT / path).exists()} == set()


def test_continuous_integration_runs_what_developers_run() -> None:
    """`.ci/run` is `make test`, executable, and from wherever it is called."""
    script = ROOT / ".ci" / "run"

    assert "exec make test" in script.read_text()
    assert script.stat().st_mode & 0o111

"""The emulator and the provider know nothing of each other: one mistake can't hide in both."""

from __future__ import annotations

import ast
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[2] / "sjresource"
EMULATOR = PACKAGE / "emulator"


def imported(path: Path) -> set[str]:
    """Give the modules of this project that a file imports."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module is not None:
            names.add(node.module)
    return {name for name in names if name.split(".")[0] == "sjresource"}


def test_the_emulator_imports_nothing_of_the_provider() -> None:
    """Every import of the project within it is of the emulator, or of the page that shows it."""
    files = sorted(EMULATOR.rglob("*.py"))
    foreign = {
        (path.name, name)
        for path in files
        for name in imported(path)
        if not name.startswith(("sjresource.emulator", "sjresource.page"))
    }

    assert len(files) > 40
    assert foreign == set()


def test_the_provider_imports_nothing_of_the_emulator() -> None:
    """No module outside the emulator imports it."""
    files = [path for path in PACKAGE.rglob("*.py") if EMULATOR not in path.parents]

    assert len(files) > 5
    importers = [
        path.name
        for path in files
        if any(name.startswith("sjresource.emulator") for name in imported(path))
    ]
    assert importers == []

"""Folders are layers: what each may import stands in the table of docs/architecture.md."""

from __future__ import annotations

import ast
import re
from collections import Counter
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import sjresource

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

PACKAGE = Path(sjresource.__file__).parent
REPOSITORY = PACKAGE.parent
ARCHITECTURE = REPOSITORY / "docs" / "architecture.md"
ROW = re.compile(r"\| `([\w./]+)` \| [^|]* \| ([^|]*) \|")
PATH = re.compile(r"`([\w.*][\w./*-]*(?:/|\.(?:py|js|json|md|toml|txt|yaml|yml)))`")
MADE_BY_BUILDS = {"dist/"}
MOST_FILES = 14
CODE = ("py", "js", "css")

Module = tuple[str, ...]


def module_of(file: Path) -> Module:
    """Return the parts of a module's name, below the package; a package's own are its folder's."""
    parts = file.relative_to(PACKAGE).with_suffix("").parts
    return parts[:-1] if parts[-1] == "__init__" else parts


MODULES: Mapping[Module, Path] = {module_of(file): file for file in PACKAGE.rglob("*.py")}


def source_of(file: Path) -> str:
    """Return a module's text, with that of its stub, by which the package imports lazily."""
    stub = file.with_suffix(".pyi")
    return file.read_text() + (stub.read_text() if stub.exists() else "")


@cache
def tree_of(module: Module) -> ast.Module:
    """Return a module parsed, once a test asks: every worker collects, and one runs them."""
    return ast.parse(source_of(MODULES[module]))


def imported(tree: ast.AST) -> Iterator[str]:
    """Yield the names of the modules that are imported, wherever in the module."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            names = {alias.name: f"{node.module}.{alias.name}" for alias in node.names}
            modules = {name for name in names.values() if tuple(name.split(".")[1:]) in MODULES}
            yield from modules if len(modules) == len(names) else {node.module, *modules}
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


@cache
def own_imports(module: Module) -> frozenset[Module]:
    """Return the modules of the package that a module imports, itself left out."""
    names = (tuple(name.split(".")[1:]) for name in imported(tree_of(module)) if _is_own(name))
    return frozenset(name for name in names if name in MODULES and name != module) - {()}


def _is_own(name: str) -> bool:
    return name.partition(".")[0] == "sjresource"


def layers() -> dict[str, set[str]]:
    """Return the table of docs/architecture.md: each layer, and those that it imports."""
    rows = ROW.findall(ARCHITECTURE.read_text())
    return {name: set(re.findall(r"`([\w./]+)`", below)) for name, below in rows}


LAYERS = layers()


def layer_of(module: Module) -> str:
    """Return the file's own row if it has one, else its folder's."""
    file = MODULES[module].relative_to(PACKAGE)
    return str(file) if str(file) in LAYERS else f"{file.parent}/"


@cache
def arrows() -> dict[str, set[str]]:
    """Return which layers each layer imports."""
    found: dict[str, set[str]] = {layer_of(module): set() for module in MODULES}
    for module in MODULES:
        found[layer_of(module)] |= {layer_of(each) for each in own_imports(module)}
    return {layer: below - {layer} for layer, below in found.items()}


def test_every_module_is_in_a_layer_of_the_map() -> None:
    """A new folder says what it is, and what it stands on."""
    assert {layer_of(module) for module in MODULES} == set(LAYERS)


@pytest.mark.parametrize("layer", LAYERS)
def test_a_layer_imports_what_the_map_says(layer: str) -> None:
    """No more than that, and the map promises nothing that is not so."""
    assert arrows()[layer] == LAYERS[layer]


def test_a_layer_imports_only_what_stands_below_it() -> None:
    """The map is read from the top downwards; the emulator stands above the page."""
    order = sorted(LAYERS, key=lambda layer: not layer.startswith("emulator/"))
    upwards = {
        (layer, other)
        for layer, below in LAYERS.items()
        for other in below
        if order.index(other) < order.index(layer)
    }

    assert upwards == set()


def test_no_modules_import_each_other_in_a_circle() -> None:
    """There is an order in which every module imports only those before it."""
    below = {module: own_imports(module) for module in MODULES if module}

    assert set(TopologicalSorter(below).static_order()) >= set(below)


@pytest.mark.parametrize("root", ["sjresource", "tests", "tools", "benchmarks", "examples"])
def test_a_folder_can_be_seen_at_a_glance(root: str) -> None:
    """What has more files than this has a part with a name of its own."""
    code = [each for kind in CODE for each in (REPOSITORY / root).rglob(f"*.{kind}")]
    folders = Counter(file.parent for file in code if file.stem not in {"__init__", "conftest"})

    assert {folder: files for folder, files in folders.items() if files > MOST_FILES} == {}


def test_the_emulator_and_the_provider_share_nothing_but_the_page() -> None:
    """One mistake can't hide on both sides: shapes, ARNs and words are the emulator's own."""
    shared = {
        other[0]
        for module in MODULES
        for other in own_imports(module)
        if (module[:1] == ("emulator",)) != (other[0] == "emulator")
    }

    assert shared == {"page"}


@pytest.mark.parametrize(
    ("library", "importers"),
    [
        ("boto3", set()),
        ("click", {("cli",)}),
        ("rich", {("cli",)}),
    ],
)
def test_a_library_is_used_where_it_belongs(library: str, importers: set[Module]) -> None:
    """There is one door to AWS, and what the command needs is an extra."""
    found = {
        module
        for module in MODULES
        if module[:1] != ("emulator",)
        if any(name.partition(".")[0] == library for name in imported(tree_of(module)))
    }

    assert bool(found) == bool(importers)
    assert all(any(module[: len(place)] == place for place in importers) for module in found)


@pytest.mark.parametrize("document", [ARCHITECTURE, REPOSITORY / "CONTRIBUTING.md"], ids=str)
def test_paths_that_the_map_names_are_there(document: Path) -> None:
    """A folder ends with a slash, a file has its whole path below the package or the repository."""
    named = set(PATH.findall(document.read_text())) - MADE_BY_BUILDS

    assert {
        path for path in named if not any(any(root.glob(path)) for root in (PACKAGE, REPOSITORY))
    } == set()


@pytest.mark.parametrize(
    "folder", sorted({file.parent for file in MODULES.values()} - {PACKAGE}), ids=str
)
def test_a_package_names_its_modules(folder: Path) -> None:
    """Its `__init__.py` says what each is for; docs/architecture.md does so for the package."""
    docstring = ast.get_docstring(tree_of(module_of(folder / "__init__.py")))
    parts = [path.stem for path in folder.glob("*.py")]
    parts += [path.parent.name for path in folder.glob("*/__init__.py")]
    named = re.findall(r"\w+", docstring or "")

    assert {part for part in parts if not part.startswith("__")} - set(named) == set()

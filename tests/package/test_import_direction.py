from __future__ import annotations

import ast
from pathlib import Path

import sjresource

PACKAGE = Path(sjresource.__file__).parent
MODULES = {
    ".".join(path.relative_to(PACKAGE).with_suffix("").parts).removesuffix(".__init__"): ast.parse(
        path.read_text()
    )
    for folder in (
        ".",
        "checks",
        "cli",
        "cli/commands",
        "cli/doctor",
        "cli/following",
        "client",
        "page",
        "waits",
    )
    for path in (PACKAGE / folder).glob("*.py")
}


def imports(tree: ast.Module) -> set[str]:
    """Give the names of all modules that a module imports, wherever in it."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
        elif isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
    return found


def test_modules_import_downwards_only() -> None:
    """There is an order in which every module imports only those before it."""
    own = {
        name: {
            module.removeprefix("sjresource.")
            for module in imports(tree)
            if module.startswith("sjresource.")
        }
        for name, tree in MODULES.items()
        if name != "__init__"
    }
    placed: set[str] = set()
    while ready := {name for name in set(own) - placed if own[name] <= placed}:
        placed |= ready

    assert placed == set(own), f"in a circle: {sorted(set(own) - placed)}"


def test_nothing_imports_the_command() -> None:
    """What people look with is above all that programs use, and its libraries are an extra."""
    rest = [tree for name, tree in MODULES.items() if name.partition(".")[0] != "cli"]

    for tree in rest:
        used = imports(tree)
        assert not {module for module in used if f"{module}.".startswith("sjresource.cli.")}
        assert not used & {"click", "rich"}


def test_boto3_is_imported_in_one_module() -> None:
    """There is one door to AWS."""
    importers = {name for name, tree in MODULES.items() if "boto3" in imports(tree)}

    assert importers == {"session"}


def test_the_emulator_and_the_rest_know_nothing_of_each_other() -> None:
    """One mistake can't hide on both sides."""
    rest = {module for tree in MODULES.values() for module in imports(tree)}
    emulator = {
        module
        for path in (PACKAGE / "emulator").rglob("*.py")
        for module in imports(ast.parse(path.read_text()))
        if module.startswith("sjresource")
    }

    assert not any(module.startswith("sjresource.emulator") for module in rest)
    assert all(module.startswith(("sjresource.emulator", "sjresource.page")) for module in emulator)


def test_the_page_knows_neither_the_emulator_nor_the_provider() -> None:
    """It is shown by both, from AWS's answers alone."""
    page = {
        module
        for path in (PACKAGE / "page").rglob("*.py")
        for module in imports(ast.parse(path.read_text()))
        if module.startswith("sjresource")
    }

    assert page
    assert all(module.startswith("sjresource.page") for module in page)

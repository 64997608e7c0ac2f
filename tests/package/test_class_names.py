"""One class name has one meaning in the whole package."""

from __future__ import annotations

import ast
from collections import defaultdict
from pathlib import Path

import sjresource

PACKAGE = Path(sjresource.__file__).parent
ALLOWED = {
    "RetryStrategyArgs": "Batch's and SageMaker's own name, of an argument and in the payload",
}


def places() -> dict[str, list[str]]:
    """Return the modules that define each class, private and nested ones left out."""
    found = defaultdict(list)
    for file in sorted(PACKAGE.rglob("*.py")):
        for node in ast.parse(file.read_text()).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                found[node.name].append(str(file.relative_to(PACKAGE)))
    return found


def test_a_class_name_has_one_meaning() -> None:
    """A reader who searches for a class finds one; the exceptions have a reason, and are needed."""
    twice = {name: files for name, files in places().items() if len(files) > 1}

    assert {name: files for name, files in twice.items() if name not in ALLOWED} == {}
    assert set(ALLOWED) <= set(twice)

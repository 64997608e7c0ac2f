"""The voice of docstrings: Google's style guide, in plain English."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
PLACES = ("benchmarks", "examples", "sjresource", "tests", "tools")
NOT_SAID = {
    "Give": "Return, Yield",
    "Say": "Return, Print, Write",
    "Says": "Return, Print, Write",
    "Tell": "Return whether, Report",
    "Tells": "Return whether, Report",
}


def odd_words(place: str) -> Iterator[str]:
    """Yield each docstring that begins with another word than it should, and what to write."""
    for file in sorted((ROOT / place).rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Module)):
                word = (ast.get_docstring(node) or " ").split(" ")[0]
                if _is_question(node, word):
                    yield f"{file.relative_to(ROOT)}:{getattr(node, 'lineno', 1)}: Return whether"
                if word in NOT_SAID:
                    yield f"{file.relative_to(ROOT)}:{getattr(node, 'lineno', 1)}: {NOT_SAID[word]}"


def _is_question(node: ast.AST, word: str) -> bool:
    """Return whether a function begins as a property does; a test's docstring is a claim."""
    if word != "Whether" or not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        return False
    decorators = " ".join(map(ast.unparse, node.decorator_list))
    return "property" not in decorators and not node.name.startswith("test_")


@pytest.mark.parametrize("place", PLACES)
def test_a_docstring_begins_with_what_a_function_does(place: str) -> None:
    """A function returns and yields, and acts; it gives, tells and says nothing."""
    assert list(odd_words(place)) == []

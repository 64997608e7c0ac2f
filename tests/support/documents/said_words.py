"""What the package's code can say: every piece of text in it, without docstrings and placeholders.

A message that a document quotes is looked for here, piece by piece: `…` in a document stands for
what a placeholder is in the code, and an error's parts (`errors.py` has the grammar) stand apart.
"""

from __future__ import annotations

import ast
import re
from functools import cache
from typing import TYPE_CHECKING

from documents import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_GRAMMAR = re.compile(r"^(\w+ing) (\w+) \($")


def unsaid(message: str, says: Callable[[str], bool]) -> list[str]:
    """Return the pieces of a quoted message that nothing says; none, if it is quoted rightly."""
    return [piece for piece in _pieces(message) if not says(piece)]


def code_says(piece: str) -> bool:
    """Return whether the package's code has these words in one text."""
    if any(piece in text for text in _texts()):
        return True
    path, _, reason = piece.partition(" ")  # a Problem keeps them apart
    if path in _texts() and any(reason in text for text in _texts()):
        return True
    grammar = _GRAMMAR.match(piece)
    return bool(grammar) and set(grammar.groups()) <= _texts() if grammar else False


def _pieces(message: str) -> Iterator[str]:
    for part in re.split(r"…|; |: ", message):
        if re.search(r"\w", part):
            yield part.strip(" :,")


@cache
def _texts() -> set[str]:
    modules = (ROOT / "sjresource").rglob("*.py")
    return {text for module in modules for text in _texts_in(ast.parse(module.read_text()))}


def _texts_in(tree: ast.Module) -> Iterator[str]:
    docstrings = {id(each.value) for each in ast.walk(tree) if isinstance(each, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and id(node) not in docstrings:
            yield str(node.value)

"""What docstrings say of a resource's arguments and outputs, for the tools that write it down."""

from __future__ import annotations

import ast
import inspect
import textwrap
from typing import Any


def described_arguments(docstring: str) -> dict[str, str]:
    """Return the text of each argument in the `Args:` of a docstring."""
    section = inspect.cleandoc(docstring).partition("Args:\n")[2].partition("\n\n")[0]
    found: dict[str, str] = {}
    name = ""
    for line in textwrap.dedent(section).splitlines():
        if not line.startswith(" "):
            name, _, line = line.partition(":")  # noqa: PLW2901 - the rest is the text
        found[name] = f"{found.get(name, '')} {line.strip()}".strip()
    return found


def described_attributes(cls: type) -> dict[str, str]:
    """Return the text that follows each annotated attribute of a class, and of each property."""
    (tree,) = ast.parse(textwrap.dedent(inspect.getsource(cls))).body
    body: list[Any] = list(getattr(tree, "body", []))
    found: dict[str, str] = {}
    for position, node in enumerate(body):
        after = body[position + 1] if position + 1 < len(body) else None
        if isinstance(node, ast.AnnAssign):
            found[ast.unparse(node.target)] = one_line(_text(after))
        elif isinstance(node, ast.FunctionDef) and "property" in map(
            ast.unparse, node.decorator_list
        ):
            found[node.name] = one_line(ast.get_docstring(node) or "")
    return found


def one_line(text: str) -> str:
    """Return the text without its line breaks."""
    return " ".join(text.split())


def _text(node: Any) -> str:
    """Return the string that follows an attribute, if one does."""
    value = getattr(node, "value", None)
    return str(value.value) if isinstance(value, ast.Constant) else ""

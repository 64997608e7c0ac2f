"""The project's Markdown: which files there are, their code blocks, links and headings.

Read as a git host reads them (CommonMark's fences, the host's slugs), apart from what no document
here does: tildes as fences, links by reference.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[3]

_FENCE = re.compile(r"^( *)```([^\n`]*)\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#{1,6} +(.+?) *$", re.MULTILINE)


@dataclass(frozen=True)
class Block:
    """A fenced block: its language, its text without the fence's indent, where it begins."""

    document: Path
    line: int
    language: str
    text: str

    def __str__(self) -> str:
        return f"{name_of(self.document)}:{self.line}"


def documents() -> list[Path]:
    """Return every document of the project."""
    folders = ("docs", "examples", "tests", "tools", "benchmarks")
    nested = [path for folder in folders for path in sorted((ROOT / folder).rglob("*.md"))]
    return [*sorted(ROOT.glob("*.md")), *nested]


def name_of(document: Path) -> str:
    """Return where a document is in the repository."""
    return document.relative_to(ROOT).as_posix()


def blocks(document: Path) -> Iterator[Block]:
    """Yield its fenced blocks, in their order."""
    text = document.read_text()
    for found in _FENCE.finditer(text):
        line = text.count("\n", 0, found.start()) + 1
        indent = re.compile(rf"^ {{0,{len(found[1])}}}", re.MULTILINE)
        yield Block(document, line, found[2].strip(), indent.sub("", found[3]))


def prose(document: Path) -> str:
    """Return what is neither code block nor comment; code within a line stays."""
    return _COMMENT.sub("", _FENCE.sub("", document.read_text()))


def links(document: Path) -> list[str]:
    """Return the targets of its links and pictures."""
    return _LINK.findall(re.sub(r"`[^`\n]+`", "", prose(document)))


def anchors(document: Path) -> set[str]:
    """Return the anchors of its headings, as a git host makes them."""
    return {_slug(heading) for heading in _HEADING.findall(prose(document))}


def _slug(heading: str) -> str:
    kept = re.sub(r"[^\w\- ]", "", re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", heading).lower())
    return kept.replace(" ", "-")

"""The documents read alike: short lines, a sentence that says what a page is for, its place."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
import yaml  # type: ignore[import-untyped] # mkdocs brings it, without its stubs
from documents import ROOT, documents, name_of, prose

if TYPE_CHECKING:
    from pathlib import Path

PAGES = [path for path in documents() if name_of(path).startswith(("docs/", "README", "examples"))]
WIDTH = 100
UNFOLDED = {"docs/architecture.md", "docs/performance.md"}
"""Mostly tables."""


@pytest.mark.parametrize(
    "document", [path for path in PAGES if name_of(path) not in UNFOLDED], ids=name_of
)
def test_lines_are_short(document: Path) -> None:
    """But for tables, and for what can't be broken, as an address."""
    lines = [line for line in prose(document).splitlines() if len(line) > WIDTH]
    breakable = [line for line in lines if not line.startswith("|") and " " in line.strip()]

    assert [line for line in breakable if not re.fullmatch(r"!?\[[^]]*\]\(\S+\)", line)] == []


@pytest.mark.parametrize("document", PAGES, ids=name_of)
def test_a_page_begins_with_its_title_and_what_it_is_for(document: Path) -> None:
    """One heading of the first rank, and a paragraph under it."""
    title, blank, lead, *_ = prose(document).splitlines()

    assert title.startswith("# ")
    assert blank == ""
    assert re.match(r"[A-Z`!\w]", lead)
    assert len(re.findall(r"^# ", prose(document), re.MULTILINE)) == 1


def test_every_page_has_its_place_in_the_navigation() -> None:
    """And the navigation names no page that is not there."""
    text = re.sub(r"!!python\S+ \{.*?\}\}", "''", (ROOT / "mkdocs.yml").read_text())
    named = set(_named_in(yaml.safe_load(text)["nav"]))
    pages = {name_of(path).removeprefix("docs/") for path in (ROOT / "docs").rglob("*.md")}

    assert pages <= named
    assert {name for name in named - pages if not (ROOT / name).is_file()} == set()


def _named_in(nav: object) -> list[str]:
    if isinstance(nav, str):
        return [nav]
    inner = nav.values() if isinstance(nav, dict) else nav if isinstance(nav, list) else []
    return [name for each in inner for name in _named_in(each)]

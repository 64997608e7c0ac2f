"""Where the documents lead, read as a git host reads them; the site's own check is its build."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from documents import ROOT, anchors, documents, links, name_of

if TYPE_CHECKING:
    from pathlib import Path

EXTERNAL = re.compile(r"https://[a-z0-9.-]+\.[a-z]+(/[\w./%~+-]*)?(\?[\w=&]+)?(#[\w./-]+)?")


@pytest.mark.parametrize("document", documents(), ids=name_of)
def test_what_a_document_links_is_there(document: Path) -> None:
    """Files, folders, pictures, and headings in them, its own included."""
    missing = []
    for target in links(document):
        path, _, anchor = target.partition("#")
        found = (document.parent / path).resolve() if path else document
        if target.startswith("https://"):
            continue
        leads_out = not found.is_relative_to(ROOT) or not found.exists()
        if leads_out or (anchor and anchor not in anchors(found)):
            missing.append(target)

    assert missing == []


@pytest.mark.parametrize("document", documents(), ids=name_of)
def test_links_to_elsewhere_are_whole_addresses(document: Path) -> None:
    """Only their shape is looked at: the tests ask nobody outside this machine."""
    elsewhere = [target for target in links(document) if "://" in target]

    assert [target for target in elsewhere if not EXTERNAL.fullmatch(target)] == []


def test_tests_that_documents_name_are_there() -> None:
    """Files and functions: a proof that is gone proves nothing."""
    functions = {
        name
        for file in (ROOT / "tests").rglob("test_*.py")
        for name in re.findall(r"^def (test_\w+)", file.read_text(), re.MULTILINE)
    }
    text = "".join(document.read_text() for document in documents())
    files = set(re.findall(r"`(tests/[\w/]+(?:\.py)?)", text))
    named = set(re.findall(r"::(test_\w+)", text))

    assert len(named) >= 10
    assert {name for name in files if not (ROOT / name).exists()} == set()
    assert named - functions == set()

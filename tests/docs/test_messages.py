"""The messages that documents quote are those that users see."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from documents import ROOT, blocks, prose
from said_words import code_says, unsaid

from sjresource.status.failure_hints import hint_for

if TYPE_CHECKING:
    from pathlib import Path

PAGES = [ROOT / "docs" / "troubleshooting.md", ROOT / "docs" / "crashes.md"]
MESSAGES = [
    line
    for page in PAGES
    for block in blocks(page)
    if block.language == "text"
    for line in block.text.splitlines()
]


@pytest.fixture(scope="module")
def program(engine: Path) -> bytes:
    """The engine's program, whose own words stand in it."""
    return (engine / "pulumi").read_bytes()


@pytest.mark.stack
@pytest.mark.parametrize("message", MESSAGES)
def test_a_message_is_said_as_it_is_quoted(message: str, program: bytes) -> None:
    """By our code, or by the engine, each piece of it between what differs."""
    ours = unsaid(message, code_says)

    assert ours == [] or unsaid(message, lambda piece: piece.encode() in program) == []


def test_each_cause_in_the_table_has_its_advice() -> None:
    """AWS's words, as the page has them, lead to advice that has the page's words."""
    table = re.findall(r"^\| (`.+?) \| (.+) \|$", prose(PAGES[0]), re.MULTILINE)
    causes = [(words, advice) for words, advice in table if not words.startswith("`~")]
    quoted = [re.findall(r"`([^`]+)`", words) for words, _ in causes]

    assert len(causes) > 10
    assert [each for each in quoted if not all(map(hint_for, each))] == []

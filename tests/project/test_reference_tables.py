from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import reference_tables
from reference_tables import RESOURCES, page_of, pages

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.name)
def test_a_page_says_what_the_code_says(page: Path) -> None:
    """If this fails, run `python tools/reference_tables.py`."""
    assert pages()[page] == page.read_text()


@pytest.mark.parametrize("resource", RESOURCES)
def test_a_page_has_its_tables_and_an_example(resource: type) -> None:
    """Each argument is in it, because the tables are made; they have to be there."""
    text = page_of(resource).read_text()

    assert "| argument | a change of it | |" in text
    assert "| output | |" in text
    assert "```python\n" in text


def test_every_rule_names_its_source() -> None:
    """A rule that no model holds is only worth what its page says."""
    table = pages()[reference_tables.DOCS / "validation.md"].partition("## The rules")[2]
    rows = [line for line in table.splitlines() if line.startswith("| ") and "---" not in line]
    unsourced = [row for row in rows if "](https://docs.aws.amazon.com/" not in row]

    assert [row.split("|")[1].strip() for row in unsourced] == [
        "An argument",
        "A job's rules",
        "The queue side's rules",
        "Warnings",
        "The job runs where its queue is, which need not be where the stack is.",
    ]
    assert len(rows) > 20

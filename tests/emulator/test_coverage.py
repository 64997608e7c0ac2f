"""The documented table of operations and members against botocore's model."""

from __future__ import annotations

from emulator_coverage import MISSING, STATUSES, TABLE, model_rows, page, written_statuses


def test_every_member_of_the_model_has_a_status() -> None:
    """A member that a new botocore brings is missing in the table until somebody decides on it."""
    written = written_statuses()

    missing = [row for row in model_rows() if written.get(row, MISSING) not in STATUSES]
    assert missing == [], "run emulator_coverage.py in tests/support, then give these a status"


def test_the_page_is_as_generated() -> None:
    """The page has the generator's text, and no row that the model does not have."""
    assert TABLE.read_text() == page()

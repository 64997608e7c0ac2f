from __future__ import annotations

import pytest

from sjresource.waiting.outcome import WaitOutcome, is_over, judge

OPEN, DONE, BAD, GONE = "RUNNING", "SUCCEEDED", "FAILED", None


@pytest.mark.parametrize(
    ("statuses", "needed", "verdict"),
    [
        ([DONE, DONE], None, WaitOutcome.SUCCEEDED),
        ([DONE, OPEN], None, WaitOutcome.UNDECIDED),
        ([BAD, OPEN], None, WaitOutcome.FAILED),
        ([DONE, DONE, OPEN], 2, WaitOutcome.SUCCEEDED),
        ([DONE, BAD, OPEN], 2, WaitOutcome.UNDECIDED),
        ([BAD, BAD, OPEN], 2, WaitOutcome.FAILED),
        ([DONE, GONE], 1, WaitOutcome.SUCCEEDED),
        ([GONE, BAD], 1, WaitOutcome.UNDECIDED),
    ],
)
def test_the_answer_is_given_as_soon_as_it_is_certain(
    statuses: list[str | None], needed: int | None, verdict: WaitOutcome
) -> None:
    """Either way, and never before; a forgotten job may have succeeded or not."""
    assert judge(statuses, needed) is verdict


@pytest.mark.parametrize(
    ("statuses", "needed", "record_all", "over"),
    [
        ([BAD, OPEN], None, False, True),
        ([BAD, OPEN], None, True, False),
        ([BAD, GONE], None, True, True),
        ([DONE, OPEN], 1, True, True),
        ([GONE, OPEN], None, False, False),
    ],
)
def test_a_wait_that_records_everything_goes_on_to_the_end(
    statuses: list[str | None], needed: int | None, *, record_all: bool, over: bool
) -> None:
    """Without `min_succeeded` a record of failures tells how each job ended."""
    assert is_over(statuses, needed, record_all=record_all) is over

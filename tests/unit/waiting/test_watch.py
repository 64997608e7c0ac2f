from __future__ import annotations

from typing import Any

import pytest

from sjresource.errors import NotFound, RequestFailed
from sjresource.waiting.options import WaitOptions
from sjresource.waiting.watch import Watch, can_end

GONE = NotFound("reading", "ServiceJob", "job")
DENIED = RequestFailed("reading", "ServiceJob", "job", "AccessDenied", "no")

NEW, ASKED = "not asked for", "asked for"
"""A job that has not ended, or was not asked for yet; else how it has ended."""


def watch_of(state: Any) -> Watch:
    """Return a watch that is so far."""
    watch = Watch("job")
    if state is NEW:
        return watch
    watch.was_asked()
    if state in {"SUCCEEDED", "FAILED"}:
        watch.update({"status": state})
        watch.finish({"status": state})
    elif state is not ASKED:
        watch.finish(state)
    return watch


ALL, ONE = WaitOptions(), WaitOptions(min_succeeded=1)
RECORDED, RECORDED_TWO = (WaitOptions(least, records_failures=True) for least in (None, 2))


@pytest.mark.parametrize(
    ("options", "states"),
    [
        (ALL, ["SUCCEEDED"]),
        (ALL, ["FAILED", ASKED]),
        (ONE, ["SUCCEEDED", ASKED]),
        (ONE, [GONE, "SUCCEEDED"]),
        (ONE, [DENIED, ASKED]),
        (ONE, [DENIED, NEW]),
        (RECORDED, ["FAILED", "SUCCEEDED"]),
        (RECORDED_TWO, ["FAILED", ASKED]),
    ],
)
def test_a_wait_can_end_when_it_is_certain_or_refused(
    options: WaitOptions, states: list[Any]
) -> None:
    """A refusal ends it at once."""
    assert can_end([watch_of(state) for state in states], options)


@pytest.mark.parametrize(
    ("options", "states"),
    [
        (ALL, [NEW]),
        (ALL, [ASKED]),
        (ALL, ["FAILED", NEW]),
        (ONE, ["SUCCEEDED", NEW]),
        (ONE, [GONE, ASKED]),
        (RECORDED, ["FAILED", ASKED]),
    ],
)
def test_a_wait_goes_on_until_each_job_was_asked_for(
    options: WaitOptions, states: list[Any]
) -> None:
    """Also if it is certain already: a failure that is there is told."""
    assert not can_end([watch_of(state) for state in states], options)


def test_a_watch_that_is_cancelled_takes_no_more_of_what_is_seen() -> None:
    """Neither does it fail: the poll that is under way doesn't know."""
    watch = Watch("job")
    watch.cancel()
    watch.was_asked()
    watch.finish({"status": "SUCCEEDED"})
    assert not watch.has_ended
    assert watch.asked.cancelled()

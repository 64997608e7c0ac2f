"""How a job is ended and given up, so that no later create takes it for its own run.

| what happens                      | the mark *released*         | what it counts for        |
| --------------------------------- | --------------------------- | ------------------------- |
| the job had ended                 | set, and nothing is to end  | given up                  |
| it is marked, then asked to end   | set                         | given up                  |
| a crash between the two           | set, on a job that goes on  | nothing: it has not ended |
| AWS refuses to end it             | taken back                  | nothing                   |
| ... and to take the mark back     | set, on a job that goes on  | nothing: it has not ended |
| AWS refuses the mark              | none                        | given up in the same `up` |

The mark comes first, since nothing else tells our own termination from somebody else's before the
job has stopped: that one is no wish for another run. It counts only on a job that has ended, so it
is never believed of one that goes on.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from sjresource.aws.service_jobs import find_job
from sjresource.aws.waiters import VISIBLE_WITHIN, poll
from sjresource.errors import NotFound, SjresourceError, WaitTimeout
from sjresource.stack.identity import RELEASED_TAG
from sjresource.stack.ownership import has_ended
from sjresource.stack.provider import ignoring_refusal

if TYPE_CHECKING:
    from sjresource.aws.batch import BatchClient
    from sjresource.aws.service_jobs import JobLocator
    from sjresource.aws.waiters import Clock

    Detail = dict[str, Any]

_TAKEN_WITHIN = 30.0
"""Seconds within which Batch shows that it has taken a termination; the job may end later."""


def release(client: BatchClient, arn: str) -> bool:
    """Mark a job as given up; False where AWS refuses, or knows no such job."""
    return ignoring_refusal(lambda: client.tag_resource(arn, {RELEASED_TAG: "true"}))


def end_and_release(
    client: BatchClient, job: JobLocator, seen: Detail | None, reason: str, clock: Clock
) -> Detail | None:
    """End a job, whether Batch shows it or not, and give it up.

    `seen` is what was seen of it just now. Return what is seen of it afterwards; None for a job
    that Batch does not know, and that was asked to end all the same.

    Raises:
        WaitTimeout: Batch has the job, and does not show that it took the termination. That it
            takes tags proves so for a young job only: AWS may tag what it has forgotten.
        RequestFailed, Unreachable: it may not, or can't, be ended; it is not given up.
    """
    marked = release(client, job.arn)
    if seen is not None and has_ended(seen):
        return seen
    try:
        seen = terminate(client, job, seen, reason, clock)
    except SjresourceError:
        seen = _ended_all_the_same(client, job)
        if seen is None:
            raise
    if seen is None and marked and job.may_lag:
        said = "Batch was asked to end it, and it takes its tags, but shows it nowhere"
        raise _not_taken(job.arn, said)
    if seen is not None and not has_ended(seen):
        _take_back(client, job.arn)
        said = f"Batch was asked to end it, and it is still {seen['status']}"
        raise _not_taken(job.arn, said)
    return seen


def terminate(
    client: BatchClient, job: JobLocator, seen: Detail | None, reason: str, clock: Clock
) -> Detail | None:
    """Ask Batch to end a job, and poll until it shows that; return what was seen last.

    A job that was not shown when it was asked to end is asked once more when it is.
    """
    was_shown = seen is not None
    _ask_to_end(client, job.arn, reason)
    invisible_until = clock.now() + (VISIBLE_WITHIN if job.may_lag else 0)
    seen = None

    def find() -> Detail | None:
        nonlocal seen, was_shown
        found = find_job(client, job)
        if found and not was_shown and not has_ended(found):
            _ask_to_end(client, job.arn, reason)
        was_shown = was_shown or found is not None
        seen = found or seen
        return seen

    def is_done(last: Detail | None) -> bool:
        return clock.now() >= invisible_until if last is None else has_ended(last)

    return poll(find, is_done, clock.sleep, clock.backoff(_TAKEN_WITHIN))


def _ask_to_end(client: BatchClient, arn: str, reason: str) -> None:
    with suppress(NotFound):  # which is told by looking for it
        client.terminate_service_job(arn, reason)


def _ended_all_the_same(client: BatchClient, job: JobLocator) -> Detail | None:
    """Find a job whose termination had its effect without a good answer; else unmark it."""
    with suppress(SjresourceError):
        seen = find_job(client, job)
        if seen is not None and has_ended(seen):
            return seen
        _take_back(client, job.arn)
    return None


def _take_back(client: BatchClient, arn: str) -> None:
    with suppress(SjresourceError):  # it does not count on a job that goes on
        client.untag_resource(arn, [RELEASED_TAG])


def _not_taken(arn: str, seen: str) -> WaitTimeout:
    return WaitTimeout("ending", "ServiceJob", arn, seen, "run it again in a minute")

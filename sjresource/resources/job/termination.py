"""How a job is terminated and released, so that no later create takes it for its own run.

| what happens                      | the tag *released*          | what it means             |
| --------------------------------- | --------------------------- | ------------------------- |
| the job had ended                 | set, no termination         | released                  |
| it is tagged, then terminated     | set                         | released                  |
| a crash between the two           | set, on a job that goes on  | nothing: it has not ended |
| AWS refuses to terminate it       | removed                     | nothing                   |
| ... and to remove the tag         | set, on a job that goes on  | nothing: it has not ended |
| AWS refuses the tag               | none                        | released in the same `up` |

The tag comes first, since nothing else tells our own termination from somebody else's before the
job has stopped, and somebody else's is no wish for another run. The tag counts only on a job that
has ended, so it is never believed of one that goes on.

A termination of what Batch has just described as live has been accepted once Batch has answered it,
and a delete looks no more. It looks where Batch shows no such job, since it also accepts to end
what it doesn't know; and where the answer may be a proxy's.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from sjresource.aws.arn import terminate_command
from sjresource.aws.calls import ignoring_refusal
from sjresource.aws.service_jobs import find_job
from sjresource.aws.waiters import VISIBLE_WITHIN, poll
from sjresource.errors import NotFound, SjresourceError, WaitTimeout
from sjresource.stack.identity import RELEASED_TAG, name_of, stack_of
from sjresource.stack.ownership import has_ended

if TYPE_CHECKING:
    from sjresource.aws.batch import BatchClient
    from sjresource.aws.service_jobs import JobLocator
    from sjresource.aws.waiters import WaiterClock

    Detail = dict[str, Any]

_ACCEPTED_WITHIN = 30.0
"""Seconds in which Batch shows that it has accepted a termination; the job may end later."""


def release(client: BatchClient, arn: str) -> bool:
    """Tag a job as released; return False if AWS refuses, or knows no such job."""
    return ignoring_refusal(lambda: client.tag_resource(arn, {RELEASED_TAG: "true"}))


def end_and_release(
    client: BatchClient, job: JobLocator, seen: Detail | None, reason: str, clock: WaiterClock
) -> Detail | None:
    """Terminate a job, whether Batch shows it or not, and tag it as released.

    Args:
        client: of the job's region.
        job: the job.
        seen: how Batch has just described it; None if it does not show it.
        reason: why, for whoever looks at the job.
        clock: the time in which it is waited for.

    Returns:
        The job as it is known to be afterwards; None for one that Batch does not know, and that was
        asked to terminate all the same.

    Raises:
        WaitTimeout: Batch has the job, and does not show that it accepted the termination. That
            it takes tags proves so for a young job only: AWS may tag what it has forgotten.
        RequestFailed, Unreachable: it can't be terminated; it is not released.
    """
    tagged = release(client, job.arn)
    if seen is not None and has_ended(seen):
        return seen
    try:
        accepted = _request_termination(client, job.arn, reason)
        if seen is not None and accepted:
            return {**seen, "isTerminated": True}
        seen = _wait_until_accepted(client, job, seen, reason, clock)
    except SjresourceError:
        seen = _ended_nevertheless(client, job)
        if seen is None:
            raise
    if seen is None and tagged and job.may_lag:
        problem = "Batch was asked to end it, and it takes its tags, but shows it nowhere"
        raise _not_accepted(job.arn, problem)
    if seen is not None and not has_ended(seen):
        _remove_tag(client, job.arn)
        problem = f"Batch was asked to end it, and it is still {seen['status']}"
        raise _not_accepted(job.arn, problem)
    return seen


def terminate(
    client: BatchClient, job: JobLocator, seen: Detail | None, reason: str, clock: WaiterClock
) -> Detail | None:
    """Ask Batch to terminate a job, and poll until it has accepted; return the last description.

    A job that Batch did not show at first is asked once more when it does.
    """
    _request_termination(client, job.arn, reason)
    return _wait_until_accepted(client, job, seen, reason, clock)


def _wait_until_accepted(
    client: BatchClient, job: JobLocator, seen: Detail | None, reason: str, clock: WaiterClock
) -> Detail | None:
    was_shown = seen is not None
    invisible_until = clock.now() + (VISIBLE_WITHIN if job.may_lag else 0)
    seen = None

    def find() -> Detail | None:
        nonlocal seen, was_shown
        found = find_job(client, job)
        if found and not was_shown and not has_ended(found):
            _request_termination(client, job.arn, reason)
        was_shown = was_shown or found is not None
        seen = found or seen
        return seen

    def is_done(last: Detail | None) -> bool:
        return clock.now() >= invisible_until if last is None else has_ended(last)

    return poll(find, is_done, clock.sleep, clock.backoff(_ACCEPTED_WITHIN))


def _request_termination(client: BatchClient, arn: str, reason: str) -> bool:
    """Return whether Batch has accepted it, as far as its answer tells."""
    try:
        return client.terminate_service_job(arn, reason)
    except NotFound:  # polling will show it
        return False


def _ended_nevertheless(client: BatchClient, job: JobLocator) -> Detail | None:
    """Return a job that has ended though the termination failed; remove the tag of any other."""
    with suppress(SjresourceError):
        seen = find_job(client, job)
        if seen is not None and has_ended(seen):
            return seen
        _remove_tag(client, job.arn)
    return None


def _remove_tag(client: BatchClient, arn: str) -> None:
    with suppress(SjresourceError):  # it does not count on a job that goes on
        client.untag_resource(arn, [RELEASED_TAG])


def _not_accepted(arn: str, seen: str) -> WaitTimeout:
    return WaitTimeout("ending", "ServiceJob", arn, seen, "run it again in a minute")


def reason_of_delete(identity: str) -> str:
    """Return why a job is ended, for whoever looks at it."""
    return f"deleted by the Pulumi stack {stack_of(identity)} (resource {name_of(identity)})"


def not_seen_to_end(arn: str) -> str:
    """Return the warning of a delete without proof."""
    command = terminate_command(arn, "deleted")
    return (
        f"deleting ServiceJob ({arn}): Batch does not know it, and was asked to end it "
        f"all the same; if it should ever show up, stop it with `{command}`"
    )

"""The job of a state, in Batch: found, or forgotten there; changed in place, and marked."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

from sjresource.aws.calls import ignoring_refusal
from sjresource.aws.service_jobs import JobLocator, wait_for_job
from sjresource.errors import NotFound, SjresourceError
from sjresource.resources.job.wanted_run import identities_of
from sjresource.stack.identity import recorded_tag
from sjresource.stack.ownership import is_recorded, other_owner
from sjresource.stack.provider import update_tags
from sjresource.vocabulary import TERMINAL

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sjresource.aws.batch import BatchClient
    from sjresource.aws.waiters import WaiterClock
    from sjresource.resources.job.wanted_run import WantedRun

    Properties = Mapping[str, Any]
    Detail = dict[str, Any]

_REMEMBERED_SECONDS = 24 * 3600.0
"""How long Batch remembers an ended job at least, we believe: container jobs are kept for a week.

https://docs.aws.amazon.com/batch/latest/userguide/job_states.html
"""


def is_young(props: Properties, now: float) -> bool:
    """Return whether Batch must still have a job, ended or not; `now` is in seconds since 1970."""
    created = props.get("created_at")
    return created is None or now - created / 1000 < _REMEMBERED_SECONDS


def drops_if_unknown(props: Properties, now: float) -> bool:
    """Return whether a job leaves the state if Batch does not know it: none that may have ended."""
    return props.get("status") not in TERMINAL and is_young(props, now)


def find_known(
    client: BatchClient, id_: str, props: Properties, clock: WaiterClock, now: float
) -> Detail | None:
    """Find the job; look several times if it would leave the state otherwise.

    Args:
        client: of its region.
        id_: its ARN.
        props: what the state has of it.
        clock: the time in which it is looked for.
        now: in seconds since 1970.
    """
    job = JobLocator.of(id_, props, may_lag=drops_if_unknown(props, now))
    return wait_for_job(client, job, clock)


def has_failed(client: BatchClient, id_: str) -> bool:
    """Return whether the job has FAILED, as far as Batch knows."""
    try:
        return bool(client.find_service_job(id_)["status"] == "FAILED")
    except NotFound:
        return False


def change(
    client: BatchClient,
    id_: str,
    detail: Properties,
    *,
    olds: Properties,
    news: Properties,
    run: WantedRun,
    sets_priority: bool,
) -> None:
    """Set priority, tags and marks; AWS may refuse that for a job that has ended.

    Args:
        client: of its region.
        id_: its ARN.
        detail: as it was found.
        olds: the state.
        news: what is asked for.
        run: the run that is asked for.
        sets_priority: whether the priority changes.
    """
    marks = {
        **run.renewed_tags(detail.get("tags", {})),
        **recorded_tag(deleted_with=bool(news.get("deleted_with"))),
    }

    def set_priority() -> None:
        client.update_service_job(id_, int(news.get("scheduling_priority") or 0))

    def set_tags() -> None:
        update_tags(client, id_, olds, news, marks)

    for effect in (set_priority, set_tags) if sets_priority else (set_tags,):
        if detail["status"] in TERMINAL:
            ignoring_refusal(effect)
        else:
            effect()


def mark_as_recorded(client: BatchClient, arn: str, detail: Properties, props: Properties) -> None:
    """Set the tag that says a state has recorded the job; see `registration`."""
    if "tags" not in detail or is_recorded(detail):
        return
    if not other_owner(detail, *identities_of(props)):
        tag = recorded_tag(deleted_with=bool(props.get("deleted_with")))
        with contextlib.suppress(SjresourceError):  # a refresh must not fail by it
            client.tag_resource(arn, tag)

"""Whether a job is there: one not-found proves nothing, since what Batch shows lags behind.

A job is looked for by DescribeServiceJob and, where that does not know it, among the jobs of its
name in its queue. How often, and for how long, is up to whoever looks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from sjresource.aws.arn import name_in
from sjresource.aws.calls import TRANSIENT
from sjresource.aws.waiters import Pace, looks
from sjresource.errors import NotFound, RequestFailed

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sjresource.aws.batch import BatchClient

    Detail = dict[str, Any]

SECONDS = 5.0
"""For so long a job that is shown nowhere is looked for before it counts as gone."""


class Sought(NamedTuple):
    """A job that is looked for; without queue and name it is not looked for in lists.

    `may_lag` is False of one so old that what is shown of it can't lag behind: one look will do.
    """

    arn: str
    job_queue: str = ""
    job_name: str = ""
    may_lag: bool = True

    @classmethod
    def of(cls, id_: str, props: Mapping[str, Any], *, may_lag: bool = True) -> Sought:
        """Return the job of a resource, by its id and its properties."""
        return cls(id_, props.get("job_queue") or "", props.get("job_name") or "", may_lag)


def find(client: BatchClient, job: Sought) -> Detail | None:
    """Look once; None if Batch shows the job nowhere. A list tells less than a description."""
    try:
        return client.find_service_job(job.arn)
    except NotFound:
        pass
    try:
        return find_listed(client, job)
    except (NotFound, RequestFailed) as error:
        if isinstance(error, RequestFailed) and error.code in TRANSIENT:
            raise
        return None


def find_listed(client: BatchClient, job: Sought) -> Detail | None:
    """Look in the list of its name alone.

    Raises:
        NotFound, RequestFailed: it may not be read, or the queue is gone.
    """
    if not (job.job_queue and job.job_name):
        return None
    listed = client.list_service_jobs_named(job.job_queue, job.job_name)
    return next((each for each in listed if each["jobId"] == name_in(job.arn)), None)


def find_for_a_while(
    client: BatchClient,
    job: Sought,
    now: Callable[[], float],
    sleep: Callable[[float], None],
) -> Detail | None:
    """Look again and again before it is said that a job is shown nowhere."""
    found, seconds = None, SECONDS if job.may_lag else 0.0
    for found in looks(lambda: find(client, job), Pace(now, sleep, seconds)):
        if found is not None:
            break
    return found

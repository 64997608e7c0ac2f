"""Taking over a job on purpose: one that another tool, or another stack, submitted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sjresource.errors import RequestFailed
from sjresource.resources.submission import Submitted
from sjresource.stack.ownership import is_released, other_owner, ownership_of
from sjresource.stack.provider import ignoring_refusal

if TYPE_CHECKING:
    from sjresource.aws.batch import BatchClient
    from sjresource.resources.submission import Run


def adopt(client: BatchClient, run: Run, job: str) -> Submitted | None:
    """Own the job with this id or ARN from now on; None if this resource has given it up before.

    The job's tags then say whose it is. Where AWS does not let them be changed, a job that says
    nothing is adopted all the same.

    Raises:
        NotFound: there is no such job.
        RequestFailed: it is another resource's, or can't be marked as this one's.
    """
    detail = client.find_service_job(job)
    tags = detail.get("tags", {})
    owner = other_owner(detail, *(each.identity for each in (run, *run.aliases)))
    if owner and ownership_of(detail, run.identity) != "UNDECIDED":
        raise RequestFailed(
            "adopting",
            "ServiceJob",
            job,
            f"it is the resource {owner} of a Pulumi stack",
            "let that stack forget it first: `retain_on_delete`, then remove it there; "
            "then remove its tag sjresource:identity",
        )
    if is_released(detail):
        return None

    def mark() -> None:
        client.tag_resource(detail["jobArn"], run.renewed_tags(tags))

    if owner:
        mark()
    else:
        ignoring_refusal(mark)
    return Submitted(detail["jobArn"], detail)

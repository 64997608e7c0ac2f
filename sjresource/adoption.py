"""Taking over a job on purpose: one that another tool, or another stack, submitted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sjresource.ending import is_given_up
from sjresource.errors import Refused
from sjresource.identity import IDENTITY_TAG, identity_tag
from sjresource.provider import try_to
from sjresource.submission import Submitted

if TYPE_CHECKING:
    from sjresource.client import BatchClient
    from sjresource.submission import Run


def adopt(client: BatchClient, run: Run, job: str) -> Submitted | None:
    """Own the job with this id or ARN from now on; None if this resource has given it up before.

    The job's tags then say whose it is, where AWS lets them be changed.

    Raises:
        NotFound: there is no such job.
        Refused: it is another resource's.
    """
    detail = client.find_service_job(job)
    tags = detail.get("tags", {})
    owner, ours = tags.get(IDENTITY_TAG), identity_tag(run.identity)
    if owner not in (None, ours):
        raise Refused(
            "adopting",
            "ServiceJob",
            job,
            f"it is the resource {owner} of a Pulumi stack",
            "let that stack forget it first: `retain_on_delete`, then remove it there; "
            "then remove its tag sjresource:identity",
        )
    if is_given_up(detail):
        return None
    try_to(lambda: client.tag_resource(detail["jobArn"], run.marks(0)))
    return Submitted(detail["jobArn"], detail)

"""Links into the AWS console: to the queue, the training job and its log.

The console's URLs are not documented; these are the ones that a browser shows. No URL of a single
service job is known, so its queue's stands in.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from sjresource.aws.arn import name_in, parse_arn
from sjresource.vocabulary import LOG_GROUP

if TYPE_CHECKING:
    from sjresource.aws.arn import Arn

_DOMAINS = {
    "aws": "console.aws.amazon.com",
    "aws-cn": "console.amazonaws.cn",
    "aws-us-gov": "console.amazonaws-us-gov.com",
}


def console_urls(job_queue: str | None, training_job: str | None, page: str = "") -> dict[str, str]:
    """Return the URLs by what they show; both arguments are ARNs, None where there is none.

    `page` is the queue page of an emulator, whose jobs are in no console of AWS.
    """
    if page:
        return {"page": page}
    urls: dict[str, str] = {}
    queue, job = parse_arn(job_queue or ""), parse_arn(training_job or "")
    if queue is not None:
        urls["job_queue"] = _page(queue, "batch", f"queues/detail/{job_queue}")
    if job is not None:
        urls["training_job"] = _page(job, "sagemaker", f"/jobs/{job.name}")
        where = f"log-group/{_quoted(LOG_GROUP)}$3FlogStreamNameFilter$3D{name_in(job.name)}"
        urls["log"] = _page(job, "cloudwatch", f"logsV2:log-groups/{where}")
    return urls


def _page(arn: Arn, service: str, page: str) -> str:
    domain = _DOMAINS.get(arn.partition, _DOMAINS["aws"])
    return f"https://{arn.region}.{domain}/{service}/home?region={arn.region}#{page}"


def _quoted(name: str) -> str:
    """Quote as CloudWatch's console does: twice, with $ in place of %."""
    return quote(quote(name, safe=""), safe="").replace("%", "$")

"""Functions, in Pulumi's sense: they read what exists, and manage nothing.

Each has two forms, as in pulumi-aws: a plain one that takes plain values and blocks, and an
`_output` one that takes Outputs and is unknown in a preview as long as they are. Both use the
stack's `aws:` config, and call AWS in previews too, once the arguments are checked. Members of
results have the names of resource outputs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pulumi

from sjresource.aws.arn import parse_arn
from sjresource.aws.clients import batch_client
from sjresource.aws.models import answer_properties
from sjresource.checks.function_arguments import refuse, require_arguments
from sjresource.problem import Problem
from sjresource.process.threads import in_daemon_thread
from sjresource.stack.config import check_settings, stack_settings

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from sjresource.aws.batch import BatchClient
    from sjresource.aws.settings import Settings

    Detail = dict[str, Any]


def get_service_job(job: str, *, region: str | None = None) -> Detail:
    """Return the job with this id or ARN, without its payload, which may contain secrets.

    Times are in milliseconds since 1970. `region` is that of a bare id; None is the config's.

    Raises:
        pulumi.RunError: an argument is wrong.
        NotFound: there is no such job, or its record has expired.
        RequestFailed, Unreachable: AWS could not be asked.
    """
    _require("reading ServiceJob", job=job, region=region)
    return read_service_job(stack_settings(), job, region)


def read_service_job(settings: Settings, job: str, region: str | None) -> Detail:
    """Return what `get_service_job` does, with these settings."""
    detail = _client(settings, job, region).find_service_job(job)
    return answer_properties("DescribeServiceJob", detail)


def get_service_job_output(
    job: pulumi.Input[str], *, region: pulumi.Input[str | None] = None
) -> pulumi.Output[Detail]:
    """Like `get_service_job`, for a job given as an Output."""
    return _once_known("reading ServiceJob", get_service_job, job=job, region=region)


def list_service_jobs(
    job_queue: str,
    *,
    job_status: str | None = None,
    job_name: str | None = None,
    region: str | None = None,
) -> list[Detail]:
    """Return a queue's jobs, newest first, with one call for each hundred.

    AWS takes a status or a name, not both. With a name, which is case-sensitive, jobs of every
    status are listed; with neither, the RUNNING ones.

    Raises:
        pulumi.RunError: both are given, or an argument is wrong.
        RequestFailed, Unreachable: AWS could not be asked.
    """
    _require(_LISTING, job_queue=job_queue, job_status=job_status, job_name=job_name, region=region)
    return read_service_jobs(stack_settings(), job_queue, job_status, job_name, region)


def read_service_jobs(
    settings: Settings,
    job_queue: str,
    job_status: str | None,
    job_name: str | None,
    region: str | None,
) -> list[Detail]:
    """Return what `list_service_jobs` does, with these settings."""
    if job_status and job_name:
        refuse(_LISTING, [Problem("job_status", "can't be given with job_name: AWS takes one")])
    client = _client(settings, job_queue, region)
    if job_name:
        found = list(client.list_service_jobs_named(job_queue, job_name))
    else:
        pages = client.service_job_pages(job_queue, job_status or "RUNNING")
        found = [job for page in pages for job in page]
    listed: Sequence[Detail] = answer_properties("ListServiceJobs", {"jobSummaryList": found})[
        "job_summary_list"
    ]
    return list(listed)


def list_service_jobs_output(
    job_queue: pulumi.Input[str],
    *,
    job_status: pulumi.Input[str | None] = None,
    job_name: pulumi.Input[str | None] = None,
    region: pulumi.Input[str | None] = None,
) -> pulumi.Output[list[Detail]]:
    """Like `list_service_jobs`, for a queue given as an Output."""
    return _once_known(
        _LISTING,
        list_service_jobs,
        job_queue=job_queue,
        job_status=job_status,
        job_name=job_name,
        region=region,
    )


def get_job_queue_snapshot(job_queue: str, *, region: str | None = None) -> Detail:
    """Return the jobs at the front of a queue, in the order in which they are to run.

    `front_of_queue` has at most the first 100. Members that AWS leaves out are absent.

    Raises:
        pulumi.RunError: an argument is wrong.
        RequestFailed, Unreachable: AWS could not be asked.
    """
    _require("reading JobQueue", job_queue=job_queue, region=region)
    return read_job_queue_snapshot(stack_settings(), job_queue, region)


def read_job_queue_snapshot(settings: Settings, job_queue: str, region: str | None) -> Detail:
    """Return what `get_job_queue_snapshot` does, with these settings."""
    answer = _client(settings, job_queue, region).find_job_queue_snapshot(job_queue)
    return answer_properties("GetJobQueueSnapshot", answer)


def get_job_queue_snapshot_output(
    job_queue: pulumi.Input[str], *, region: pulumi.Input[str | None] = None
) -> pulumi.Output[Detail]:
    """Like `get_job_queue_snapshot`, for a queue given as an Output."""
    return _once_known(
        "reading JobQueue", get_job_queue_snapshot, job_queue=job_queue, region=region
    )


def _client(settings: Settings, name_or_arn: str, region: str | None) -> BatchClient:
    arn = parse_arn(name_or_arn)
    return batch_client(settings, arn.region if arn else region)


def _require(doing: str, *, plain_form: bool = True, **arguments: Any) -> None:
    checking = check_settings()
    require_arguments(doing, arguments, plain_form=plain_form, lenient=checking.lenient)


def _once_known(doing: str, function: Callable[..., Any], **arguments: Any) -> pulumi.Output[Any]:
    """Call the function when all arguments are known, without blocking the program."""
    _require(doing, plain_form=False, **arguments)

    def call(known: Mapping[str, Any]) -> Any:
        _require(doing, plain_form=False, **known)
        return in_daemon_thread(lambda: function(**known))

    return pulumi.Output.all(**arguments).apply(call)


_LISTING = "listing ServiceJobs"

"""Gathers what is known of an ended job: from Batch, from SageMaker, and its last log lines.

A partial answer is better than none: `unread` has the errors of what can't be read.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sjresource.aws.arn import parse_arn
from sjresource.errors import NotFound, SjresourceError
from sjresource.vocabulary import LOG_GROUP

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from sjresource.aws.clients import RegionalClients
    from sjresource.aws.logs import LogsClient

_LAG_SECONDS = 1.0
"""CloudWatch shows lines seconds after they were written, so they are read again after this."""


MAX_SHOWN_WHOLE = 3
"""Failed jobs of one completion that are shown with all evidence, the others in a line each."""


@dataclass(frozen=True)
class Evidence:
    """What is known of a job that has ended.

    Attributes:
        detail: Batch's description of the job.
        training_job: SageMaker's description of its last training job.
        log_stream: The log of that training job's first instance.
        log_lines: The last lines of it, the oldest first.
        unread: The errors of what could not be read.
        gone: Whether SageMaker no longer has the training job.
        page: The queue page, if all that is from an emulator.
    """

    detail: Mapping[str, Any]
    training_job: Mapping[str, Any] = field(default_factory=dict)
    log_stream: str | None = None
    log_lines: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()
    gone: bool = False
    page: str = ""


def training_job_arn(detail: Mapping[str, Any]) -> str | None:
    """Return the ARN of the training job that Batch started last; None if it never started one.

    Its name is not the payload's: Batch chooses it.
    """
    resource = detail.get("latestAttempt", {}).get("serviceResourceId", {})
    arn: str | None = resource.get("value")
    return arn


def gather_evidence(
    clients: RegionalClients,
    detail: Mapping[str, Any],
    log_lines: int | None,
    sleep: Callable[[float], None],
) -> Evidence:
    """Read what is known of a job.

    Args:
        clients: By region.
        detail: Batch's description of it.
        log_lines: How many lines of the log to read, which takes over a second; 0 for the log's
            name alone, None for nothing of it.
        sleep: Waits for seconds.
    """
    arn = parse_arn(training_job_arn(detail) or "")
    if arn is None:
        return Evidence(detail, page=clients.page)
    unread: list[str] = []
    training_job: Mapping[str, Any] = {}
    gone = False
    try:
        training_job = clients.sagemaker(arn.region).find_training_job(arn.name)
    except NotFound:
        gone = True  # deleted, perhaps by Batch: trying again would not help
    except SjresourceError as error:
        unread.append(str(error))
    stream: str | None = None
    lines: list[str] = []
    if log_lines is not None:
        try:
            logs = clients.logs(arn.region)
            stream, lines = read_log_end(logs, arn.name, log_lines)
            if log_lines:
                sleep(_LAG_SECONDS)
                stream, lines = read_log_end(logs, arn.name, log_lines)
        except SjresourceError as error:
            unread += [str(error)] if log_lines else []  # the name alone is optional
    read = tuple(lines), tuple(unread)
    return Evidence(detail, training_job, stream, *read, gone=gone, page=clients.page)


def gather_all(
    clients: RegionalClients,
    failed: Sequence[Mapping[str, Any]],
    log_lines: int | None,
    sleep: Callable[[float], None],
) -> list[Evidence]:
    """Read all evidence of the first jobs; of the others use Batch's description alone."""
    first, others = failed[:MAX_SHOWN_WHOLE], failed[MAX_SHOWN_WHOLE:]
    return [
        *(gather_evidence(clients, detail, log_lines, sleep) for detail in first),
        *(Evidence(detail) for detail in others),
    ]


def read_log_end(logs: LogsClient, training_job: str, lines: int) -> tuple[str | None, list[str]]:
    """Return the stream of a training job's first instance and the last lines of it.

    Streams are called `<training job>/algo-<n>-<time>`; None if there is none yet.
    """
    streams = sorted(logs.find_log_streams(LOG_GROUP, f"{training_job}/"))
    if not streams:
        return None, []
    return streams[0], logs.find_last_lines(LOG_GROUP, streams[0], lines) if lines else []

"""What is to be known of a job that has ended: Batch's word, SageMaker's, and its last log lines.

A poorer answer is better than none: what can't be read is named in `unread`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sjresource.aws.arn import parse_arn
from sjresource.errors import NotFound, SjresourceError
from sjresource.vocabulary import LOG_GROUP

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sjresource.aws.clients import RegionalClients
    from sjresource.aws.logs import LogsClient

_LAG_SECONDS = 1.0
"""CloudWatch shows lines seconds after they were written, so they are read again after this."""


@dataclass(frozen=True)
class Evidence:
    """`detail` is Batch's description of the job, `training_job` SageMaker's; oldest line first.

    `gone` is a training job that Batch names and SageMaker does not know any more.
    """

    detail: Mapping[str, Any]
    training_job: Mapping[str, Any] = field(default_factory=dict)
    log_stream: str | None = None
    log_lines: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()
    gone: bool = False
    page: str = ""
    """The queue page of the emulator that told all that."""


def training_job_arn(detail: Mapping[str, Any]) -> str | None:
    """Give the ARN of the training job that Batch started last; None if it never started one.

    Batch names the training job itself, whatever the payload calls it.
    """
    resource = detail.get("latestAttempt", {}).get("serviceResourceId", {})
    arn: str | None = resource.get("value")
    return arn


def gather(
    clients: RegionalClients,
    detail: Mapping[str, Any],
    log_lines: int | None,
    sleep: Callable[[float], None],
) -> Evidence:
    """Read what there is, with so many lines of the log, which takes over a second.

    0 lines asks for the log's name alone, None for nothing of it. Only a job of which Batch has
    started a training job has a log.
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
        gone = True  # somebody, Batch perhaps, has deleted it: nothing to read again
    except SjresourceError as error:
        unread.append(str(error))
    stream: str | None = None
    lines: list[str] = []
    if log_lines is not None:
        try:
            logs = clients.logs(arn.region)
            stream, lines = _last_lines(logs, arn.name, log_lines)
            if log_lines:
                sleep(_LAG_SECONDS)
                stream, lines = _last_lines(logs, arn.name, log_lines)
        except SjresourceError as error:
            unread += [str(error)] if log_lines else []  # the name alone is not missed
    read = tuple(lines), tuple(unread)
    return Evidence(detail, training_job, stream, *read, gone=gone, page=clients.page)


def _last_lines(logs: LogsClient, training_job: str, lines: int) -> tuple[str | None, list[str]]:
    """Read the log of the first instance: the streams are `<training job>/algo-<n>-<time>`."""
    streams = sorted(logs.find_log_streams(LOG_GROUP, f"{training_job}/"))
    if not streams:
        return None, []
    return streams[0], logs.find_last_lines(LOG_GROUP, streams[0], lines) if lines else []

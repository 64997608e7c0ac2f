"""Converts records to JSON and back; a job whose record can't be read has FAILED."""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING, Any, Final

import msgspec

from sjresource.emulator.store.arns import service_job_arn
from sjresource.emulator.store.records import Job, Resource, TrainingJobRecord

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

JOB_COLUMNS: Final = (
    "record, sequence, id, queue, name, created_at, share, quota_share, region, client_token"
)
"""The columns of a row for `job_of`."""

DAMAGED: Final = "InternalServerError: the emulator's record of this job is damaged"
_JOBS: Final = msgspec.json.Decoder(Job)
_LOG: Final = logging.getLogger(__name__)


def job_json(job: Job) -> str:
    """Return a job as JSON."""
    return msgspec.json.encode(job).decode()


def job_of(row: Sequence[Any]) -> Job:
    """Return the job of a row; from the other columns if its record is damaged."""
    try:
        return _JOBS.decode(row[0])
    except (msgspec.MsgspecError, TypeError):
        return _damaged_job(row[1:])


def training_job_of(record: str) -> TrainingJobRecord | None:
    """Return a training job; None if its record is damaged."""
    try:
        # Not msgspec's own parser: a metric may be NaN.
        return msgspec.convert(json.loads(record), TrainingJobRecord)
    except (ValueError, TypeError):
        _LOG.warning("reading TrainingJob: a record is damaged; SageMaker does not know it")
        return None


def resources_of(rows: Iterable[Sequence[Any]]) -> Iterator[Resource]:
    """Yield the resources, without those whose records are damaged."""
    for arn, record in rows:
        try:
            yield msgspec.json.decode(record, type=Resource)
        except (msgspec.MsgspecError, TypeError):  # noqa: PERF203 - one's damage is no other's
            _LOG.warning(
                "reading Resource (%s): its record is damaged, it is left out; make it again", arn
            )


def _damaged_job(columns: Sequence[Any]) -> Job:
    sequence, job_id, queue, name, created_at, share, quota_share, region, token = columns
    _LOG.warning("reading ServiceJob (%s): a damaged record; the job is set aside", job_id)
    return Job(
        id=job_id,
        arn=service_job_arn(region, job_id),
        name=name,
        region=region,
        queue=queue,
        sequence=sequence,
        status="FAILED",
        since=created_at,
        created_at=created_at,
        capacity={},
        status_reason=DAMAGED,
        stopped_at=created_at,
        share_identifier=share,
        quota_share_name=quota_share,
        client_token=token,
    )

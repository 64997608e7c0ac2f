"""Converts records to JSON and back; a job whose record can't be read has FAILED."""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING, Any, Final

from sjresource.emulator.store.arns import service_job_arn
from sjresource.emulator.store.records import Attempt, Job, Resource, TrainingJobRecord

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

JOB_COLUMNS: Final = (
    "record, sequence, id, queue, name, created_at, share, quota_share, region, client_token"
)
"""The columns of a row for `job_of`."""

DAMAGED: Final = "InternalServerError: the emulator's record of this job is damaged"
_JOB_TYPES: Final = {"id": str, "since": int, "created_at": int, "sequence": int, "capacity": dict}
_ATTEMPTS: Final = ("attempts", "preempted_attempts")
_LOG: Final = logging.getLogger(__name__)


def job_json(job: Job) -> str:
    """Return a job as JSON."""
    # Not dataclasses.asdict, which copies everything: this is the emulator's most frequent work.
    attempts = {name: [vars(each) for each in getattr(job, name)] for name in _ATTEMPTS}
    return json.dumps({**vars(job), **attempts})


def job_of(row: Sequence[Any]) -> Job:
    """Return the job of a row; from the other columns if its record is damaged."""
    try:
        fields = json.loads(row[0])
        for name in _ATTEMPTS:
            fields[name] = [Attempt(**attempt) for attempt in fields.get(name, [])]
        job = Job(**fields)
    except (ValueError, TypeError, AttributeError, KeyError):
        return _damaged_job(row[1:])
    sound = all(isinstance(getattr(job, name), kind) for name, kind in _JOB_TYPES.items())
    return job if sound else _damaged_job(row[1:])


def training_job_of(record: str) -> TrainingJobRecord | None:
    """Return a training job; None if its record is damaged."""
    try:
        fields = json.loads(record)
        for name in ("transitions", "metrics"):
            fields[name] = [tuple(item) for item in fields[name]]
        return TrainingJobRecord(**fields)
    except (ValueError, TypeError, KeyError):
        _LOG.warning("reading TrainingJob: a record is damaged; SageMaker does not know it")
        return None


def resources_of(rows: Iterable[Sequence[Any]]) -> Iterator[Resource]:
    """Yield the resources, without those whose records are damaged."""
    for arn, record in rows:
        try:
            yield Resource(**json.loads(record))
        except (ValueError, TypeError):  # noqa: PERF203 - one's damage is no other's
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

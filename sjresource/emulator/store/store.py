"""Keeps the records in SQLite, and in memory those that scheduling needs.

There is one writer: every use of a store happens inside `transaction()`, which holds its lock and
commits at its end everything or nothing. A commit survives the death of the process (write-ahead
log), but perhaps not a power cut at that moment. Nothing here interprets the records.
"""

from __future__ import annotations

import json
import sqlite3
import threading
from collections import deque
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sjresource.emulator.scheduling.state import UsagePeriod
from sjresource.emulator.store.damage import damaged_database
from sjresource.emulator.store.database import open_database
from sjresource.emulator.store.live_jobs import LiveJobs
from sjresource.emulator.store.record_json import (
    JOB_COLUMNS,
    job_json,
    job_of,
    resources_of,
    training_job_of,
)
from sjresource.emulator.store.records import LIVE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sjresource.emulator.store.records import Job, Kind, Resource, TrainingJobRecord

_JOB: Final = f"{JOB_COLUMNS} FROM service_jobs"
_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS resources (arn TEXT PRIMARY KEY, record TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS service_jobs (
    sequence INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, queue TEXT NOT NULL, name TEXT NOT NULL,
    status TEXT NOT NULL, created_at INTEGER NOT NULL, share TEXT, quota_share TEXT,
    region TEXT NOT NULL, client_token TEXT, request_digest TEXT, record TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS by_status ON service_jobs (queue, status, sequence);
CREATE INDEX IF NOT EXISTS by_name ON service_jobs (queue, name, sequence DESC);
CREATE INDEX IF NOT EXISTS by_time ON service_jobs (created_at, sequence);
CREATE INDEX IF NOT EXISTS by_queue ON service_jobs (queue, sequence);
CREATE INDEX IF NOT EXISTS by_share ON service_jobs (queue, share, sequence);
CREATE INDEX IF NOT EXISTS by_quota_share ON service_jobs (queue, quota_share, sequence);
CREATE INDEX IF NOT EXISTS by_token ON service_jobs (region, client_token)
    WHERE client_token IS NOT NULL;
CREATE TABLE IF NOT EXISTS payloads (job_id TEXT PRIMARY KEY, payload TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS training_jobs (
    region TEXT NOT NULL, name TEXT NOT NULL, job_id TEXT NOT NULL, created_at INTEGER NOT NULL,
    status TEXT NOT NULL, record TEXT NOT NULL, PRIMARY KEY (region, name)
);
CREATE INDEX IF NOT EXISTS training_jobs_by_time ON training_jobs (region, created_at);
CREATE TABLE IF NOT EXISTS past_use (
    queue TEXT NOT NULL, share TEXT NOT NULL, instances INTEGER NOT NULL,
    began REAL NOT NULL, ended REAL NOT NULL
);
CREATE INDEX IF NOT EXISTS past_use_by_end ON past_use (queue, ended);
"""
"""Each record is JSON, beside the columns by which it is searched."""


class Store:
    """The emulator's records; `path` None keeps them in memory only."""

    def __init__(self, path: Path | None) -> None:
        self._lock = threading.RLock()
        self._database = open_database(path, _SCHEMA)
        self._depth = 0
        self._wrote = False
        self.version = 0
        """Counts the transactions that wrote something."""
        try:
            self._load()
        except sqlite3.DatabaseError as error:
            self._database.close()
            raise damaged_database(path or Path(":memory:"), error) from None

    def close(self) -> None:
        """Close the database; the store can't be used any more."""
        with self._lock:
            self._database.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Lock the store; commit at the end, or roll back after an exception."""
        with self._lock:
            if self._depth:  # inside another transaction
                yield
                return
            self._depth, self._wrote = 1, False
            try:
                yield
                if self._wrote:
                    self._database.execute("COMMIT")
            except BaseException:
                self._roll_back()
                raise
            else:
                self.version += self._wrote
            finally:
                self._depth = 0

    # Resources

    def resource(self, arn: str) -> Resource | None:
        """Return a resource by its ARN."""
        return self._resources.get(arn)

    def resources(self, kind: Kind, region: str | None = None) -> list[Resource]:
        """Return the resources of a kind by name; `region` None means all."""
        found = [
            resource
            for resource in self._resources.values()
            if resource.kind == kind and region in (None, resource.region)
        ]
        return sorted(found, key=lambda resource: resource.name)

    def changing_resources(self) -> list[Resource]:
        """Return the resources that are not VALID yet, or will be deleted."""
        return [
            resource
            for resource in self._resources.values()
            if resource.detail.get("status", "VALID") != "VALID"
        ]

    def put_resource(self, resource: Resource) -> None:
        """Add or replace a resource."""
        self._write(
            "INSERT OR REPLACE INTO resources VALUES (?, ?)",
            (resource.arn, json.dumps(vars(resource))),
        )
        self._resources[resource.arn] = resource

    def remove_resource(self, arn: str) -> None:
        """Delete a resource."""
        self._write("DELETE FROM resources WHERE arn = ?", (arn,))
        self._resources.pop(arn, None)

    def newest_moment(self) -> int:
        """Return the latest time in any record, in epoch milliseconds; 0 without records."""
        # Each change of a job has its time; a record that is damaged has none.
        changed = "CASE WHEN json_valid(record) THEN json_extract(record, '$.since') END"
        row = self._row(f"SELECT max(created_at), max({changed}) FROM service_jobs", ())  # noqa: S608 - ours
        moments = [each or 0 for each in row or ()]
        moments += [resource.since for resource in self._resources.values()]
        return max(moments, default=0)

    # Service jobs

    def next_sequence(self) -> int:
        """Return the number of the next submission; no number is used twice."""
        self._sequence += 1
        return self._sequence

    def add_job(self, job: Job, payload: str, request_digest: str) -> None:
        """Add a job with its payload, and the digest that identifies a replayed request."""
        self._write("INSERT INTO payloads VALUES (?, ?)", (job.id, payload))
        self._write(
            "INSERT INTO service_jobs VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                job.sequence, job.id, job.queue, job.name.lower(), job.status, job.created_at,
                job.share_identifier, job.quota_share_name, job.region, job.client_token,
                request_digest, job_json(job),
            ),
        )  # fmt: skip
        self.live.put(job)

    def put_job(self, job: Job) -> None:
        """Replace a job's record."""
        self._write(
            "UPDATE service_jobs SET status = ?, record = ? WHERE sequence = ?",
            (job.status, job_json(job), job.sequence),
        )
        self.live.put(job)

    def remove_job(self, job_id: str) -> None:
        """Delete a job and its payload; its training jobs stay."""
        self._write("DELETE FROM service_jobs WHERE id = ?", (job_id,))
        self._write("DELETE FROM payloads WHERE job_id = ?", (job_id,))
        self.live.remove(job_id)

    def job(self, job_id: str) -> Job | None:
        """Return a job by its id."""
        return self.live.get(job_id) or self._job(f"SELECT {_JOB} WHERE id = ?", (job_id,))

    def payload(self, job_id: str) -> str:
        """Return a job's payload as it was submitted; empty for an unknown job."""
        row = self._row("SELECT payload FROM payloads WHERE job_id = ?", (job_id,))
        return "" if row is None else str(row[0])

    def submitted_with(self, region: str, client_token: str) -> tuple[Job, str] | None:
        """Return the job that was submitted with a token, and its request's digest."""
        row = self._row(
            f"SELECT {JOB_COLUMNS}, request_digest FROM service_jobs "  # noqa: S608 - our columns
            "WHERE region = ? AND client_token = ?",
            (region, client_token),
        )
        return None if row is None else (job_of(row[:-1]), str(row[-1]))

    def select_jobs(self, where: str, values: Sequence[Any], order: str, limit: int) -> list[Job]:
        """Return the jobs of a condition; `where` and `order` never hold a caller's text."""
        rows = self._database.execute(
            f"SELECT {_JOB} WHERE {where} ORDER BY {order} LIMIT ?",
            (*values, limit),
        )
        return [job_of(row) for row in rows]

    def job_counts(self) -> dict[str, dict[str, int]]:
        """Return the number of jobs by region and status."""
        counts: dict[str, dict[str, int]] = {}
        with self._lock:
            rows = self._database.execute(
                "SELECT region, status, count(*) FROM service_jobs GROUP BY region, status"
            )
            for region, status, count in rows:
                counts.setdefault(region, {})[status] = count
        return counts

    # What shares held

    def past_use(self, queue: str) -> list[UsagePeriod]:
        """Return the periods in which a queue's shares held instances, the latest last."""
        return list(self._past.get(queue, ()))

    def add_past_use(self, queue: str, period: UsagePeriod, forget_before: float) -> None:
        """Add a period, and delete those that ended before a time, in epoch seconds."""
        self._write(
            "INSERT INTO past_use VALUES (?, ?, ?, ?, ?)",
            (queue, period.share, period.instances, period.start, period.end),
        )
        periods = self._past.setdefault(queue, deque())
        periods.append(period)
        if periods[0].end < forget_before:
            values = (queue, forget_before)
            self._write("DELETE FROM past_use WHERE queue = ? AND ended < ?", values)
            while periods[0].end < forget_before:
                periods.popleft()

    # Training jobs

    def training_job(self, region: str, name: str) -> TrainingJobRecord | None:
        """Return a training job by its name."""
        known = self._training.get((region, name))
        if known is not None:
            return known
        row = self._row(
            "SELECT record FROM training_jobs WHERE region = ? AND name = ?", (region, name)
        )
        return None if row is None else training_job_of(row[0])

    def training_jobs(self, region: str) -> list[TrainingJobRecord]:
        """Return all training jobs of a region, newest first."""
        rows = self._database.execute(
            "SELECT record FROM training_jobs WHERE region = ? ORDER BY created_at DESC, name",
            (region,),
        )
        records = (training_job_of(row[0]) for row in rows)
        return [record for record in records if record is not None]

    def put_training_job(self, record: TrainingJobRecord) -> None:
        """Add or replace a training job."""
        self._write(
            "INSERT OR REPLACE INTO training_jobs VALUES (?, ?, ?, ?, ?, ?)",
            (
                record.region, record.name, record.job_id, record.created_at, record.status,
                json.dumps(vars(record)),
            ),
        )  # fmt: skip
        if record.status == "InProgress":
            self._training[record.region, record.name] = record
        else:
            self._training.pop((record.region, record.name), None)

    # The database

    def _load(self) -> None:
        rows = self._database.execute("SELECT arn, record FROM resources").fetchall()
        self._resources = {resource.arn: resource for resource in resources_of(rows)}
        self._training: dict[tuple[str, str], TrainingJobRecord] = {}
        marks = ", ".join("?" * len(LIVE))
        rows = self._database.execute(
            f"SELECT {_JOB} WHERE status IN ({marks})",
            sorted(LIVE),
        ).fetchall()
        jobs = [job_of(row) for row in rows]
        self.live = LiveJobs(jobs)
        self._store_as_failed([job for job in jobs if job.status not in LIVE])
        self._past: dict[str, deque[UsagePeriod]] = {}
        for queue, *period in self._database.execute("SELECT * FROM past_use ORDER BY ended"):
            self._past.setdefault(queue, deque()).append(UsagePeriod(*period))
        newest = self._row("SELECT max(sequence) FROM service_jobs", ())
        self._sequence: int = (newest and newest[0]) or 0

    def _store_as_failed(self, damaged: list[Job]) -> None:
        """Store the jobs that have failed because their records can't be read."""
        if damaged and not self._depth:
            with self.transaction():
                for job in damaged:
                    self.put_job(job)

    def _roll_back(self) -> None:
        if self._wrote:
            if self._database.in_transaction:  # a full disk ends it by itself
                self._database.execute("ROLLBACK")
            self._load()

    def _write(self, statement: str, values: Sequence[Any]) -> None:
        if not self._wrote:
            self._database.execute("BEGIN IMMEDIATE")
            self._wrote = True
        self._database.execute(statement, values)

    def _row(self, query: str, values: Sequence[Any]) -> tuple[Any, ...] | None:
        row: tuple[Any, ...] | None = self._database.execute(query, values).fetchone()
        return row

    def _job(self, query: str, values: Sequence[Any]) -> Job | None:
        row = self._row(query, values)
        return None if row is None else job_of(row)

"""The store's tables; each record is JSON beside the columns by which it is searched."""

from __future__ import annotations

from typing import Final

SCHEMA: Final = """
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

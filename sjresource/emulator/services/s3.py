"""Keeps S3's buckets and objects on disk, so that trained models survive a restart.

moto holds them in memory. After each request that changed an object, it is written here as moto has
it; at the start it is put back into moto. Kept are buckets with their settings, and the current
version of each object with its headers, but no older versions and unfinished multipart uploads.
"""

from __future__ import annotations

import contextlib
import json
import logging
import sqlite3
import threading
import uuid
import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, unquote, urlsplit

from sjresource.emulator.protocol.http_messages import Request, host_name
from sjresource.emulator.protocol.user_json import shown
from sjresource.emulator.store.data_folder import OBJECTS_INDEX, is_object_file, open_for_owner
from sjresource.emulator.store.database import open_database

if TYPE_CHECKING:
    from pathlib import Path

    from sjresource.emulator.services.moto import Ask

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS settings (
    bucket TEXT, query TEXT, region TEXT, body BLOB, PRIMARY KEY (bucket, query)
);
CREATE TABLE IF NOT EXISTS objects (
    bucket TEXT, key TEXT, headers TEXT, etag TEXT, file TEXT, PRIMARY KEY (bucket, key)
);
"""
_KEPT_HEADERS: Final = (
    "cache-control", "content-disposition", "content-encoding", "content-language", "content-type",
    "expires", "x-amz-storage-class", "x-amz-website-redirect-location",
)  # fmt: skip
_SIGNED: Final = "AWS4-HMAC-SHA256 Credential=emulator/20200101/us-east-1/s3/aws4_request"
"""moto refuses objects to requests without a signature, but does not check it."""

_REGION: Final = "us-east-1"
_OK: Final = 200
_LOG: Final = logging.getLogger(__name__)


class S3Persistence:
    """The buckets and objects under `folder`; thread-safe."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(exist_ok=True, mode=0o700)
        self._lock = threading.Lock()
        self._database = open_database(folder / OBJECTS_INDEX, _SCHEMA)

    def close(self) -> None:
        """Close the index."""
        with self._lock:
            self._database.close()

    def restore(self, ask: Ask) -> None:
        """Put every bucket and object back into moto."""
        with self._lock:
            buckets = self._database.execute(
                "SELECT bucket, query, region, body FROM settings ORDER BY bucket, query"
            ).fetchall()
            objects = self._database.execute(
                "SELECT bucket, key, headers, etag, file FROM objects"
            ).fetchall()
            for bucket, query, region, body in buckets:
                target = f"/{bucket}?{query}" if query else f"/{bucket}"
                ask(_request("PUT", target, body), region)
            for bucket, key, headers, etag, file in objects:
                self._put_back(ask, bucket, key, (headers, etag, file))
            self._sweep({file for *_, file in objects})

    def _put_back(self, ask: Ask, bucket: str, key: str, kept: tuple[str, str, str]) -> None:
        """Put an object back into moto; one whose file is lost stays missing."""
        headers, etag, file = kept
        try:
            content = (self._folder / file).read_bytes()
        except OSError as error:
            _LOG.warning(
                "restoring Object (s3://%s/%s): its file %s can't be read (%s); it is missing "
                "until the file is put back, or the object is written anew",
                *(bucket, shown(key), self._folder / file, error.strerror),
            )
            return
        ask(_request("PUT", _target(bucket, key), content, json.loads(headers)), _REGION)
        _set_etag(bucket, key, etag)

    def persist(self, request: Request, region: str, ask: Ask) -> None:
        """Keep what `request` has changed; returns when it is on disk.

        If that fails, moto gets back its former state, and the error is raised: what was refused
        must not be readable.
        """
        if request.method not in ("PUT", "POST", "DELETE"):
            return
        bucket, key = _addressed(request)
        query = urlsplit(request.target).query
        with self._lock:
            if not key and request.method != "POST":
                self._keep_setting(request, bucket, query, region, ask)
            elif "partNumber=" not in query:
                for name in [key] if key else _named_keys(request.body):
                    self._keep_or_undo(bucket, name, ask)

    def _keep_or_undo(self, bucket: str, key: str, ask: Ask) -> None:
        try:
            self._keep_object(bucket, key, ask)
        except Exception:
            before = self._database.execute(
                "SELECT headers, etag, file FROM objects WHERE bucket = ? AND key = ?",
                (bucket, key),
            ).fetchone()
            if before is None:
                ask(_request("DELETE", _target(bucket, key)), _REGION)
            else:
                self._put_back(ask, bucket, key, before)
            raise

    def _keep_setting(
        self, request: Request, bucket: str, query: str, region: str, ask: Ask
    ) -> None:
        setting = query.removesuffix("=")
        if request.method == "PUT":
            try:
                self._database.execute(
                    "INSERT OR REPLACE INTO settings VALUES (?, ?, ?, ?)",
                    (bucket, setting, region, request.body),
                )
            except sqlite3.Error:
                ask(_request("DELETE", f"/{bucket}?{query}" if query else f"/{bucket}"), region)
                raise
        elif setting:
            self._database.execute(
                "DELETE FROM settings WHERE bucket = ? AND query = ?", (bucket, setting)
            )
        else:
            self._database.execute("DELETE FROM settings WHERE bucket = ?", (bucket,))

    def _keep_object(self, bucket: str, key: str, ask: Ask) -> None:
        now = ask(_request("GET", _target(bucket, key)), _REGION)
        before = self._database.execute(
            "SELECT file FROM objects WHERE bucket = ? AND key = ?", (bucket, key)
        ).fetchone()
        if now.status == _OK:
            file = f"{uuid.uuid4().hex}.object"
            self._write(self._folder / file, now.body)
            answered = {name.lower(): value for name, value in now.headers.items()}
            headers = {
                name: value
                for name, value in answered.items()
                if name in _KEPT_HEADERS or name.startswith("x-amz-meta-")
            }
            self._database.execute(
                "INSERT OR REPLACE INTO objects VALUES (?, ?, ?, ?, ?)",
                (bucket, key, json.dumps(headers), answered.get("etag", ""), file),
            )
        else:
            self._database.execute(
                "DELETE FROM objects WHERE bucket = ? AND key = ?", (bucket, key)
            )
        if before is not None:
            (self._folder / before[0]).unlink(missing_ok=True)

    @staticmethod
    def _write(path: Path, content: bytes) -> None:
        try:
            with open(path, "xb", opener=open_for_owner) as file:
                file.write(content)
        except OSError:
            path.unlink(missing_ok=True)
            raise

    def _sweep(self, known: set[str]) -> None:
        """Remove the files of writes that a crash interrupted, and no others."""
        for path in self._folder.iterdir():
            if path.name not in known and is_object_file(path.name):
                path.unlink()


def _request(
    method: str, target: str, body: bytes = b"", headers: dict[str, str] | None = None
) -> Request:
    length = {"content-length": str(len(body)), "authorization": _SIGNED}
    return Request(method, target, {**(headers or {}), **length}, body)


def _target(bucket: str, key: str) -> str:
    return f"/{bucket}/{quote(key, safe='/~')}"


def _addressed(request: Request) -> tuple[str, str]:
    """Return bucket and key; the key is empty for requests of the bucket itself."""
    called = host_name(request.headers.get("host", ""))
    path = request.path.removeprefix("/")
    if called.endswith(".localhost"):
        return called.removesuffix(".localhost"), unquote(path)
    bucket, _, key = path.partition("/")
    return bucket, unquote(key)


def _named_keys(body: bytes) -> list[str]:
    """Return the keys of a DeleteObjects request."""
    with contextlib.suppress(ET.ParseError):
        root = ET.fromstring(body)  # noqa: S314 - moto has parsed and obeyed it already
        return [each.text or "" for each in root.iter() if each.tag.rpartition("}")[2] == "Key"]
    return []


def _set_etag(bucket: str, key: str, etag: str) -> None:
    """Restore an object's ETag: that of a multipart upload can't be computed from its content."""
    from moto.s3.models import s3_backends  # noqa: PLC0415 - moto is loaded only if it is needed

    for account in s3_backends.values():
        for backend in account.values():
            if bucket in backend.buckets:
                found = backend.get_object(bucket, key)
                if found is not None:
                    found._etag = etag.strip('"')  # noqa: SLF001 - see the docstring

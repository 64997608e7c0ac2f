"""Torn files, lost objects, a full disk: a sentence each, and the rest goes on."""

from __future__ import annotations

import contextlib
import resource
import sqlite3
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError
from emulator_requests import client, make_environment, make_queue, payload, submit
from waitress.adjustments import Adjustments  # type: ignore[import-untyped] # it has no types

from sjresource.emulator import Clock, Emulator
from sjresource.emulator.__main__ import main
from sjresource.emulator.server.connections import Parser, admit_all

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TORN = b"SQLite format 3\0" + b"torn" * 2000


@contextlib.contextmanager
def no_file_larger_than(size: int) -> Iterator[None]:
    """Have every write fail that would make a file larger, as on a disk that is full."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def filled(data: Path) -> str:
    """Keep a queue, a job, a log group and two objects; give the bucket."""
    with Emulator(data, clock=Clock(0)) as emulator:
        bucket = f"damage-{id(emulator)}"
        make_queue(emulator, make_environment(emulator))
        submit(emulator)
        client(emulator, "logs").create_log_group(logGroupName=bucket)
        s3 = client(emulator, "s3")
        s3.create_bucket(Bucket=bucket)
        for key in ("first", "second"):
            s3.put_object(Bucket=bucket, Key=key, Body=key.encode())
    return bucket


def refusal(call: Any, **parameters: Any) -> ClientError:
    """Return the error that a call gets."""
    with pytest.raises(ClientError) as caught:
        call(**parameters)
    return caught.value


@pytest.mark.parametrize("torn", [b"garbage" * 1000, TORN, "cut"])
def test_a_torn_database_of_jobs_is_said_and_kept(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], torn: bytes | str
) -> None:
    """Nothing starts without the jobs by itself: a stack would take them for lost."""
    filled(tmp_path)
    database = tmp_path / "batch.sqlite3"
    content = database.read_bytes()[:5000] if torn == "cut" else torn
    assert isinstance(content, bytes)
    database.write_bytes(content)

    assert main(["--data", str(tmp_path)]) == 1

    said = capsys.readouterr().err
    assert len(said.splitlines()) == 1
    assert f"reading {database}: the database is damaged" in said
    assert "sjresource emulator reset" in said
    assert database.read_bytes() == content
    assert main(["reset", "--data", str(tmp_path)]) == 0
    with Emulator(tmp_path) as emulator:
        assert client(emulator, "batch").describe_job_queues()["jobQueues"] == []


@pytest.mark.parametrize("torn", ["[sjresource-emulator]\naws_access_key_id = x", "[[", "\0\xff"])
def test_a_torn_key_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str], torn: str) -> None:
    """It is not replaced by another one: somebody uses it."""
    filled(tmp_path)
    (tmp_path / "credentials").write_text(torn, encoding="latin-1")

    assert main(["--data", str(tmp_path)]) == 1

    said = capsys.readouterr().err
    assert len(said.splitlines()) == 1
    assert "the file with the emulator's key is damaged" in said
    assert (tmp_path / "credentials").read_text(encoding="latin-1") == torn


@pytest.mark.parametrize(
    ("file", "service", "method"),
    [
        ("objects/index.sqlite3", "s3", "list_buckets"),
        ("logs.sqlite3", "logs", "describe_log_groups"),
    ],
)
def test_a_torn_database_of_one_service_leaves_the_others(
    tmp_path: Path, file: str, service: str, method: str
) -> None:
    """Its calls say what is damaged, and Batch goes on with all its jobs."""
    filled(tmp_path)
    (tmp_path / file).write_bytes(TORN)

    with Emulator(tmp_path, clock=Clock(0)) as emulator:
        error = refusal(getattr(client(emulator, service), method))
        emulator.clock.advance(60)
        listed = client(emulator, "batch").list_service_jobs(
            jobQueue="queue", jobStatus="SUCCEEDED"
        )["jobSummaryList"]

    assert error.response["ResponseMetadata"]["HTTPStatusCode"] == 503
    assert "the database is damaged" in str(error)
    assert len(listed) == 1


def test_a_lost_object_is_missing_alone(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """The log names it with its file; the others are there."""
    bucket = filled(tmp_path)
    with contextlib.closing(sqlite3.connect(tmp_path / "objects" / "index.sqlite3")) as index:
        (file,) = index.execute("SELECT file FROM objects WHERE key = 'first'").fetchone()
    kept = (tmp_path / "objects" / file).read_bytes()
    (tmp_path / "objects" / file).unlink()
    _forget(bucket)
    with Emulator(tmp_path) as emulator:
        s3 = client(emulator, "s3")
        gone = refusal(s3.get_object, Bucket=bucket, Key="first")
        there = s3.get_object(Bucket=bucket, Key="second")["Body"].read()
    (tmp_path / "objects" / file).write_bytes(kept)
    _forget(bucket)
    with Emulator(tmp_path) as emulator:
        back = client(emulator, "s3").get_object(Bucket=bucket, Key="first")["Body"].read()

    assert gone.response["Error"]["Code"] == "NoSuchKey"
    assert f"s3://{bucket}/first" in caplog.text
    assert (there, back) == (b"second", b"first")


def test_a_refused_object_can_not_be_read(tmp_path: Path) -> None:
    """On a full disk a new object is none, and one that was there is what it was."""
    bucket = filled(tmp_path)
    with Emulator(tmp_path) as emulator:
        s3 = client(emulator, "s3")
        large = b"x" * 400_000
        with no_file_larger_than(200_000):
            new = refusal(s3.put_object, Bucket=bucket, Key="new", Body=large)
            old = refusal(s3.put_object, Bucket=bucket, Key="first", Body=large)
        with no_file_larger_than(700_000):
            spooled = refusal(s3.put_object, Bucket=bucket, Key="new", Body=large * 3)
        missing = refusal(s3.get_object, Bucket=bucket, Key="new")
        first = s3.get_object(Bucket=bucket, Key="first")["Body"].read()
        s3.put_object(Bucket=bucket, Key="new", Body=large)

    for error in (new, old, spooled):
        assert error.response["ResponseMetadata"]["HTTPStatusCode"] == 503
        assert "the disk is full" in str(error)
        assert "report" not in str(error)
    assert missing.response["Error"]["Code"] == "NoSuchKey"
    assert first == b"first"
    names = [path.name for path in (tmp_path / "objects").glob("*.object")]
    assert len(names) == 3


@pytest.mark.parametrize("piece", [1_000, 8_192, 100_000])
def test_a_full_disk_refuses_a_body_that_comes_in_pieces(piece: int) -> None:
    """However much of it is still buffered: what is left can't be written at the end either."""
    settings = Adjustments(max_request_body_size=2**31)
    settings.admit = admit_all
    parser = Parser(settings)
    parser.received(b"PUT /bucket/key HTTP/1.1\r\nHost: x\r\nContent-Length: 1200000\r\n\r\n")
    with no_file_larger_than(700_000):
        for _ in range(0, 1_200_000, piece):
            parser.received(bytes(piece))

    assert parser.completed
    assert parser.error.to_response()[0].startswith("503 ")


def test_a_full_disk_loses_no_job(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """What was refused did not happen; when there is room again all goes on."""
    with Emulator(tmp_path, clock=Clock(0)) as emulator:
        make_queue(emulator, make_environment(emulator))
        submitted = [submit(emulator)]
        batch = client(emulator, "batch")
        before = (tmp_path / "batch.sqlite3-wal").stat().st_size
        for room in range(0, 20_000, 2000):  # wherever in a transaction the disk is full
            with no_file_larger_than(before + room), contextlib.suppress(ClientError):
                submitted.append(submit(emulator))
        with no_file_larger_than(before):
            large = payload(HyperParameters={"text": "x" * 9_000})
            error = refusal(
                batch.submit_service_job,
                jobName="large",
                jobQueue="queue",
                serviceJobType="SAGEMAKER_TRAINING",
                serviceRequestPayload=large,
            )
        emulator.clock.advance(60)
        listed = [
            each["jobId"]
            for each in batch.list_service_jobs(jobQueue="queue", jobStatus="SUCCEEDED")[
                "jobSummaryList"
            ]
        ]

    assert error.response["ResponseMetadata"]["HTTPStatusCode"] == 503
    assert "the disk is full" in str(error)
    assert "Traceback" not in caplog.text
    assert sorted(listed) == sorted(submitted)


def _forget(bucket: str) -> None:
    """Take a bucket out of moto, which is shared by the emulators of one process."""
    with Emulator() as emulator:  # which keeps nothing
        s3 = client(emulator, "s3")
        for key in ("first", "second"):
            s3.delete_object(Bucket=bucket, Key=key)
        s3.delete_bucket(Bucket=bucket)

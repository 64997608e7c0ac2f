"""What an emulator's death leaves behind, and what the next start makes of it."""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from botocore.exceptions import BotoCoreError
from emulator_process import EmulatorProcess
from emulator_requests import NOON, client, control, make_environment, payload, scripted, submit
from emulator_requests import make_queue as make_still_queue

from sjresource.emulator import Clock, Emulator, Script
from sjresource.emulator.__main__ import main
from sjresource.emulator.executors.simulated import SimulatedExecutor

if TYPE_CHECKING:
    from collections.abc import Callable

LOST = (
    "Received status from SageMaker: InternalServerError: "
    "the training job was lost in a restart of the emulator"
)
GROUP = "/aws/sagemaker/TrainingJobs"
DAY_MS = 86_400_000


def let_a_month_pass(database: Path, written: int) -> None:
    """Make the kept events that were written at a time, in milliseconds, a month older."""
    with contextlib.closing(sqlite3.connect(database)) as kept, kept:
        changed = kept.execute(
            "UPDATE requests SET body = replace(body, ?, ?) WHERE operation = 'PutLogEvents'",
            (str(written), str(written - 30 * DAY_MS)),
        )
        assert changed.rowcount


def eventually(condition: Callable[[], bool]) -> None:
    """Wait until a condition holds in another process, a minute at most."""
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def status(emulator: EmulatorProcess, job: str) -> str:
    """Return a job's status."""
    return str(client(emulator, "batch").describe_service_job(jobId=job)["status"])


def make_queue(emulator: EmulatorProcess, instances: int = 1) -> None:
    """Create an environment and a queue, and wait that both are VALID."""
    batch = client(emulator, "batch")
    batch.create_service_environment(
        serviceEnvironmentName="env",
        serviceEnvironmentType="SAGEMAKER_TRAINING",
        capacityLimits=[{"maxCapacity": instances, "capacityUnit": "NUM_INSTANCES"}],
        tags={"kept": "yes"},
    )

    def valid() -> bool:
        found = batch.describe_service_environments()["serviceEnvironments"]
        return bool(found[0]["status"] == "VALID")

    eventually(valid)
    batch.create_job_queue(
        jobQueueName="queue",
        jobQueueType="SAGEMAKER_TRAINING",
        priority=1,
        serviceEnvironmentOrder=[{"order": 1, "serviceEnvironment": "env"}],
    )
    eventually(lambda: bool(batch.describe_job_queues()["jobQueues"][0]["status"] == "VALID"))


def test_acknowledged_calls_survive_a_kill(tmp_path: Path) -> None:
    """After kill -9 the next start knows all of every service; what waited goes on, on its key."""
    with EmulatorProcess(tmp_path) as emulator:
        make_queue(emulator)
        first = submit(
            emulator,
            serviceRequestPayload=scripted([{"running": 600}, {}]),
            retryStrategy={"attempts": 2},
        )
        eventually(lambda: status(emulator, first) == "RUNNING")
        last = submit(emulator, clientToken="token")
        large = store_objects(emulator)
        written = write_a_log(emulator)
        key = emulator.credentials
        emulator.kill()
    let_a_month_pass(tmp_path / "logs.sqlite3", written)

    with EmulatorProcess(tmp_path) as emulator:
        assert emulator.credentials == key
        assert submit(emulator, clientToken="token") == last
        eventually(lambda: status(emulator, last) == "SUCCEEDED")
        a_job_that_ran_has_lost_an_attempt_and_is_retried(emulator, first)
        an_environment_has_its_tags(emulator)
        objects_are_there_with_their_headers(emulator, large)
        a_log_is_there_however_old_it_is(emulator, written)


def a_job_that_ran_has_lost_an_attempt_and_is_retried(emulator: EmulatorProcess, job: str) -> None:
    """As its strategy says."""
    eventually(lambda: status(emulator, job) == "SUCCEEDED")
    told = client(emulator, "batch").describe_service_job(jobId=job)
    assert [attempt.get("statusReason") for attempt in told["attempts"]] == [
        LOST,
        "Received status from SageMaker: Training job completed",
    ]


def an_environment_has_its_tags(emulator: EmulatorProcess) -> None:
    """As they were given."""
    found = client(emulator, "batch").describe_service_environments()
    assert found["serviceEnvironments"][0]["tags"] == {"kept": "yes"}


PART = b"p" * 5 * 1024 * 1024


def store_objects(emulator: EmulatorProcess) -> str:
    """Make a bucket with objects, deleted ones and one of several parts; return that one's ETag."""
    s3 = client(emulator, "s3", "eu-west-1")
    s3.create_bucket(Bucket="models", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    s3.put_bucket_tagging(Bucket="models", Tagging={"TagSet": [{"Key": "team", "Value": "ml"}]})
    s3.put_object(
        Bucket="models", Key="a b/ü+c", Body=b"one", ContentType="text/x", Metadata={"m": "1"}
    )
    for key in ("gone", "also gone", "kept"):
        s3.put_object(Bucket="models", Key=key, Body=b"old")
    s3.put_object(Bucket="models", Key="kept", Body=b"new")
    s3.delete_object(Bucket="models", Key="gone")
    s3.delete_objects(Bucket="models", Delete={"Objects": [{"Key": "also gone"}]})
    large = {"Bucket": "models", "Key": "large"}
    upload = {**large, "UploadId": s3.create_multipart_upload(**large)["UploadId"]}
    parts = [
        {
            "PartNumber": number,
            "ETag": s3.upload_part(**upload, PartNumber=number, Body=PART)["ETag"],
        }
        for number in (1, 2)
    ]
    whole = s3.complete_multipart_upload(**upload, MultipartUpload={"Parts": parts})
    return str(whole["ETag"])


def objects_are_there_with_their_headers(emulator: EmulatorProcess, etag_of_large: str) -> None:
    """Multipart ones too, those that were deleted not."""
    s3 = client(emulator, "s3", "eu-west-1")
    listed = [each["Key"] for each in s3.list_objects_v2(Bucket="models")["Contents"]]
    first, kept, large = (
        s3.get_object(Bucket="models", Key=key) for key in ("a b/ü+c", "kept", "large")
    )
    tags = s3.get_bucket_tagging(Bucket="models")["TagSet"]

    assert listed == ["a b/ü+c", "kept", "large"]
    assert (first["Body"].read(), first["ContentType"], first["Metadata"]) == (
        b"one",
        "text/x",
        {"m": "1"},
    )
    assert large["Body"].read() == PART * 2
    assert large["ETag"] == etag_of_large
    assert kept["Body"].read() == b"new"
    assert tags == [{"Key": "team", "Value": "ml"}]


def write_a_log(emulator: EmulatorProcess) -> int:
    """Write a line as training code does, and one that is too old; return the line's time."""
    logs = client(emulator, "logs")
    logs.create_log_group(logGroupName=GROUP)
    logs.create_log_stream(logGroupName=GROUP, logStreamName="job/algo-1")
    written = int(time.time() * 1000)
    event = {"timestamp": written, "message": "epoch 1"}
    logs.put_log_events(logGroupName=GROUP, logStreamName="job/algo-1", logEvents=[event])
    refused = {"timestamp": written - 30 * DAY_MS, "message": "too old"}
    logs.put_log_events(logGroupName=GROUP, logStreamName="job/algo-1", logEvents=[refused])
    logs.put_retention_policy(logGroupName=GROUP, retentionInDays=90)
    logs.delete_retention_policy(logGroupName=GROUP)
    return written


def a_log_is_there_however_old_it_is(emulator: EmulatorProcess, written: int) -> None:
    """CloudWatch takes no event that is older than two weeks; what it has it keeps for longer."""
    logs = client(emulator, "logs")
    (group,) = logs.describe_log_groups()["logGroups"]
    events = logs.get_log_events(logGroupName=GROUP, logStreamName="job/algo-1")["events"]
    assert [each["message"] for each in events] == ["epoch 1"]
    assert events[0]["timestamp"] == written - 30 * DAY_MS
    assert "retentionInDays" not in group


def test_no_acknowledged_submission_is_lost(tmp_path: Path) -> None:
    """Every job whose id came back before a kill -9 amid the submissions is there afterwards."""
    told: list[str] = []
    with EmulatorProcess(tmp_path) as emulator:
        make_queue(emulator)

        def keep_submitting() -> None:
            # boto3 takes an answer that was cut off in its middle for an empty one.
            with contextlib.suppress(BotoCoreError, KeyError):
                while True:
                    told.append(submit(emulator))

        threads = [threading.Thread(target=keep_submitting) for _ in range(3)]
        for thread in threads:
            thread.start()
        eventually(lambda: len(told) >= 30)
        emulator.kill()
        for thread in threads:
            thread.join()

    with EmulatorProcess(tmp_path) as emulator:
        batch = client(emulator, "batch")
        for job in told:
            assert batch.describe_service_job(jobId=job)["jobId"] == job


def test_time_goes_on_after_what_has_ended(tmp_path: Path) -> None:
    """A clock that was moved is not behind the end of a job after a restart."""
    with Emulator(tmp_path, clock=Clock(0, start=NOON)) as emulator:
        make_still_queue(emulator, make_environment(emulator))
        job = submit(emulator, serviceRequestPayload=scripted({"running": 3600}))
        emulator.clock.advance(5000)
        ended = client(emulator, "batch").describe_service_job(jobId=job)["stoppedAt"]

    with Emulator(tmp_path, clock=Clock(0, start=NOON)) as emulator:
        assert emulator.clock.now() >= ended / 1000 > NOON + 3600


def test_a_data_directory_has_one_emulator(tmp_path: Path) -> None:
    """A second emulator is refused with pid and URL of the first, and the first goes on."""
    with EmulatorProcess(tmp_path) as emulator:
        told = json.loads((tmp_path / "emulator.json").read_text())
        second = subprocess.run(
            [sys.executable, "-m", "sjresource.emulator", "--data", str(tmp_path)],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

        assert (told["pid"], told["url"]) == (emulator.pid, emulator.url)
        assert second.returncode == 1
        assert f"pid {emulator.pid} at {emulator.url}" in second.stderr
        assert control(emulator.url, emulator.credentials, "GET", "calls")["counts"] == {}


@pytest.mark.parametrize("port", ["99999", "-1"])
def test_a_port_that_there_is_not_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], port: str
) -> None:
    """One beyond the last would be taken for another one."""
    with pytest.raises(SystemExit):
        main(["--data", str(tmp_path), "--port", port])
    assert capsys.readouterr().err.endswith(f"'{port}' is no port: 0 to 65535\n")


def test_a_port_that_another_program_has_is_told(tmp_path: Path) -> None:
    """With what to do, and not as a number of the system."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])
        refused = subprocess.run(
            [sys.executable, "-m", "sjresource.emulator", "--data", str(tmp_path), "--port", port],
            stderr=subprocess.PIPE,
            text=True,
            timeout=60,
            check=False,
        )
    said = "another program has that port: Address already in use; give another --port\n"
    assert (refused.returncode, refused.stderr) == (1, said)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it(tmp_path: Path, number: int) -> None:
    """Ctrl-C and SIGTERM end the emulator with success, and it tells no URL any more.

    It takes well under two seconds on a machine that is free.
    """
    with EmulatorProcess(tmp_path) as emulator:
        client(emulator, "s3").list_buckets()

        assert emulator.end(number, seconds=5) == 0
    assert not (tmp_path / "emulator.json").exists()


def running(marker: Path) -> bool:
    """Return whether the process that wrote its id into `marker` runs."""
    try:
        os.kill(int(marker.read_text()), 0)
    except (ProcessLookupError, ValueError, FileNotFoundError):
        return False
    return True


STUBBORN = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)"


def train(emulator: EmulatorProcess, *programs: tuple[Path, str]) -> None:
    """Start training processes that tell their ids and run for long; return when all do.

    Each is given by the file for its id, and by what it does first.
    """
    client(emulator, "s3").create_bucket(Bucket="models")
    make_queue(emulator, len(programs))
    for marker, first in programs:
        program = f"""{first}
import os, time
with open({str(marker)!r}, "w") as file:
    file.write(str(os.getpid()))
time.sleep(600)
"""
        script = marker.with_suffix(".py")
        script.write_text(program)
        algorithm = {
            "TrainingImage": "image",
            "TrainingInputMode": "File",
            "ContainerEntrypoint": [sys.executable, str(script)],
        }
        submit(emulator, serviceRequestPayload=payload(AlgorithmSpecification=algorithm))
    eventually(lambda: all(running(marker) for marker, _ in programs))


@pytest.mark.skipif(sys.platform != "linux", reason="which thread takes it is told to Linux")
def test_a_signal_that_another_thread_takes_ends_the_emulator(tmp_path: Path) -> None:
    """The system may give it to any thread; Python handles it once the main one runs."""
    with EmulatorProcess(tmp_path / "data") as emulator:
        threads = Path(f"/proc/{emulator.pid}/task")
        other = max(int(each.name) for each in threads.iterdir())
        assert ctypes.CDLL(None).tgkill(emulator.pid, other, int(signal.SIGTERM)) == 0

        assert emulator.end(0) == 0  # which sends nothing


class Stubborn(SimulatedExecutor):
    """An executor whose jobs end only if they are killed."""

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock, lambda _: Script())
        self.killed = threading.Event()

    def close(self) -> None:
        """Block until the jobs have ended."""
        assert self.killed.wait(60)

    def end_leftovers(self) -> list[str]:
        """Kill them."""
        self.killed.set()
        return []


def test_an_end_does_not_wait_for_an_executors_own_grace() -> None:
    """What runs is killed after a moment."""
    clock = Clock(0)
    executor = Stubborn(clock)
    emulator = Emulator(clock=clock, executor=lambda *_: executor).start()

    emulator.stop()

    assert executor.killed.is_set()


class ClosedMeanwhile(threading.Event):
    """An event during whose first clear somebody closes the lifecycle."""

    def __init__(self, close: Callable[[], None]) -> None:
        super().__init__()
        self._closing: threading.Thread | None = threading.Thread(target=close)

    def clear(self) -> None:
        """Have it closed, and forget what that has set."""
        if self._closing is not None:
            closing, self._closing = self._closing, None
            closing.start()
            assert self.wait(60)
        super().clear()


def test_an_end_in_the_middle_of_a_tick_is_not_slept_over() -> None:
    """Nor does it take the minute of the longest sleep."""
    emulator = Emulator(clock=Clock(0))
    lifecycle = emulator._lifecycle  # noqa: SLF001 - the moment can't be met from outside
    lifecycle._wakeup = ClosedMeanwhile(lifecycle.close)  # noqa: SLF001 - the same
    emulator.start()

    lifecycle._thread.join(40)  # noqa: SLF001 - the same

    assert not lifecycle._thread.is_alive()  # noqa: SLF001 - the same
    emulator.stop()


def test_no_training_process_outlives_the_emulator(tmp_path: Path) -> None:
    """SIGTERM ends both, although a training process ignores its own."""
    willing, stubborn = tmp_path / "willing", tmp_path / "stubborn"
    with EmulatorProcess(tmp_path / "data", "--executor", "process") as emulator:
        train(emulator, (willing, ""), (stubborn, STUBBORN))
        assert emulator.end() == 0

    assert (running(willing), running(stubborn)) == (False, False)


def test_a_training_process_that_outlives_a_crash_ends_at_the_next_start(tmp_path: Path) -> None:
    """Nobody has to look for it after kill -9."""
    marker, data = tmp_path / "pid", tmp_path / "data"
    with EmulatorProcess(data, "--executor", "process") as emulator:
        train(emulator, (marker, ""))
        emulator.kill()
    with EmulatorProcess(data, "--executor", "process"):
        eventually(lambda: not running(marker))

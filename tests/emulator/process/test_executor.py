"""Real processes under the process executor, with moto's server as their AWS."""

from __future__ import annotations

import json
import subprocess
import sys
import textwrap
from typing import TYPE_CHECKING

import psutil
import pytest
from process_platform import eventually

from sjresource.emulator.executors.interface import Metric
from sjresource.emulator.executors.process import ProcessExecutor
from sjresource.emulator.executors.process.process_group import MARKER

if TYPE_CHECKING:
    from pathlib import Path

    from process_platform import Platform

    from sjresource.emulator import Emulator

FOREVER = "import time; print('up', flush=True)\nwhile True: time.sleep(1)"
EMULATOR = """
import json, pathlib, sys, time
from sjresource.emulator.store.credentials import Credentials
from sjresource.emulator.executors.process import ProcessExecutor
from sjresource.emulator.executors.interface import TrainingJob
folder, url, credentials, job = json.loads(sys.argv[1])
executor = ProcessExecutor(pathlib.Path(folder), url, Credentials(**credentials))
executor.start(TrainingJob(**job))
time.sleep(600)
"""
STUBBORN = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)\n" + FOREVER


def test_successful_job_leaves_its_model(platform: Platform) -> None:
    """Exit code 0 completes a job; the model folder is in S3 under the job's name."""
    script = "import os; open(os.environ['SM_MODEL_DIR'] + '/w.txt', 'w').write('7')"
    ended = platform.run(script)

    outcome = ended.outcome
    assert outcome is not None
    assert (ended.secondary_status, outcome.status) == ("Completed", "Completed")
    assert (outcome.exit_code, outcome.failure_reason) == (0, None)
    assert outcome.model_artifacts == (
        f"s3://{platform.bucket}/out/{platform.bucket}-job/output/model.tar.gz"
    )
    assert platform.archive(outcome.model_artifacts) == {"w.txt": "7"}


def test_failed_job_tells_its_failure_file(platform: Platform) -> None:
    """The failure file and the exit code are the reason; there is no model."""
    script = "import sys; open('/opt/ml/output/failure', 'w').write('no data'); sys.exit(3)"
    ended = platform.run(script)

    assert ended.outcome is not None
    assert ended.outcome.status == "Failed"
    assert ended.outcome.failure_reason == "AlgorithmError: no data, exit code: 3"
    assert ended.outcome.exit_code == 3
    assert platform.objects() == []


def test_death_by_signal_is_a_containers_exit_code(platform: Platform) -> None:
    """As with containers, 128 is added to the signal's number."""
    ended = platform.run("import os; os.kill(os.getpid(), 9)")

    assert ended.outcome is not None
    assert ended.outcome.failure_reason == "AlgorithmError: , exit code: 137"


def test_process_finds_the_container(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    """Configuration files, channels, names and variables are where SageMaker puts them."""
    monkeypatch.setenv("SOME_SECRET", "of the emulator's user")
    platform.put("data/a.csv", "1,2")
    platform.put("data/deep/b.csv", "3,4")
    script = """
        import json, os, pathlib
        config = pathlib.Path("/opt/ml/input/config")
        data = pathlib.Path("/opt/ml/input/data/training")
        print(json.dumps({
            "hyperparameters": json.loads((config / "hyperparameters.json").read_text()),
            "hosts": json.loads((config / "resourceconfig.json").read_text())["hosts"],
            "channels": json.loads((config / "inputdataconfig.json").read_text()),
            "files": {str(f.relative_to(data)): f.read_text() for f in data.rglob("*.csv")},
            "variables": dict(os.environ),
        }))
    """
    ended = platform.run(
        textwrap.dedent(script),
        HyperParameters={"epochs": "5"},
        InputDataConfig=[platform.channel("training", "data/")],
        Environment={"GREETING": "hello", "CACHE": "/opt/ml/cache", "TRAINING_JOB_NAME": "mine"},
    )

    assert ended.outcome is not None
    assert ended.outcome.status == "Completed", platform.logged()
    seen = json.loads("".join(platform.logged()))
    variables = seen["variables"]
    assert seen["hyperparameters"] == {"epochs": "5"}
    assert seen["hosts"] == ["algo-1"]
    assert seen["channels"]["training"]["TrainingInputMode"] == "File"
    assert seen["files"] == {"a.csv": "1,2", "deep/b.csv": "3,4"}
    assert variables["TRAINING_JOB_NAME"] == f"{platform.bucket}-job"
    assert variables["TRAINING_JOB_ARN"].startswith("arn:aws:sagemaker:us-east-1:")
    assert variables["GREETING"] == "hello"
    assert variables["CACHE"] == f"{variables['HOME']}/opt/ml/cache"
    assert variables["AWS_REGION"] == "us-east-1"
    assert "SOME_SECRET" not in variables


def test_training_code_reaches_aws(platform: Platform) -> None:
    """boto3 in the training code finds the emulator by its variables alone."""
    script = f"""
        import boto3
        boto3.client("s3").put_object(Bucket="{platform.bucket}", Key="from-training", Body=b"")
    """
    entrypoint = {"ContainerEntrypoint": [sys.executable, "-c"]}
    platform.run(textwrap.dedent(script), AlgorithmSpecification=entrypoint)

    assert "from-training" in platform.objects()


def test_python_is_there_without_one_on_the_path(platform: Platform) -> None:
    """An entrypoint of python3 runs under the emulator's interpreter if PATH has none."""
    platform.run("import sys; print(sys.executable)", Environment={"PATH": "/nowhere"})

    assert platform.logged() == [sys.executable]


def test_log_has_every_line_in_order(platform: Platform) -> None:
    """Both streams are logged, to the last line without an end, as more than one batch."""
    script = (
        "import sys\n"
        "for i in range(12_000): print(i)\n"
        "sys.stdout.flush(); print('careful', file=sys.stderr, flush=True)\n"
        "print('x' * 300_000); print(end='the end')"
    )
    platform.run(script)

    lines = platform.logged()
    assert lines[:12_000] == [str(i) for i in range(12_000)]
    assert lines[12_000] == "careful"
    assert "".join(lines[12_001:-1]) == "x" * 300_000
    assert lines[-1] == "the end"


def test_metrics_are_told_while_the_job_runs(platform: Platform) -> None:
    """A metric can be seen before the job ends, and still can when it was stopped."""
    definitions = [{"Name": "loss", "Regex": "loss=([0-9.]+)"}]
    name = platform.start(
        "print('loss=0.25')\n" + FOREVER,
        AlgorithmSpecification={"MetricDefinitions": definitions},
    )
    (metric,) = eventually(lambda: platform.executor.poll(name).metrics, "a metric")

    assert metric == Metric("loss", 0.25, metric.timestamp)


def test_output_folder_becomes_an_archive(platform: Platform) -> None:
    """What is left in output/data is uploaded beside the model."""
    platform.run("open('/opt/ml/output/data/report.txt', 'w').write('fine')")

    uri = f"s3://{platform.bucket}/out/{platform.bucket}-job/output/output.tar.gz"
    assert platform.archive(uri) == {"report.txt": "fine"}


def test_removed_model_folder_is_an_empty_model(platform: Platform) -> None:
    """Training code may tidy up after itself as it likes."""
    ended = platform.run("import shutil; shutil.rmtree('/opt/ml/model')")

    assert ended.outcome is not None
    assert ended.outcome.model_artifacts is not None
    assert platform.archive(ended.outcome.model_artifacts) == {}


def test_uncompressed_model_is_uploaded_file_by_file(platform: Platform) -> None:
    """CompressionType NONE leaves the model's files readable as they are."""
    ended = platform.run(
        "open('/opt/ml/model/w.txt', 'w').write('7')",
        OutputDataConfig={"S3OutputPath": f"s3://{platform.bucket}/out", "CompressionType": "NONE"},
    )

    assert ended.outcome is not None
    assert ended.outcome.model_artifacts is not None
    assert ended.outcome.model_artifacts.endswith("-job/output/model/")
    assert platform.objects() == [f"out/{platform.bucket}-job/output/model/w.txt"]


def test_next_attempt_finds_the_checkpoints(platform: Platform) -> None:
    """What one attempt leaves in its checkpoint folder, even in failing, the next one has."""
    config = {"S3Uri": f"s3://{platform.bucket}/checkpoints/"}
    write = "open('/opt/ml/checkpoints/step', 'w').write('41'); raise SystemExit(1)"
    platform.run(write, name="first", CheckpointConfig=config)
    read = "print(open('/opt/ml/checkpoints/step').read())"
    platform.run(read, name="second", CheckpointConfig=config)

    assert platform.logged("second") == ["41"]


def test_manifest_lists_a_channels_objects(platform: Platform) -> None:
    """A ManifestFile channel has the listed objects, under their names in the list."""
    platform.put("lots/a.txt", "A")
    platform.put("lots/deep/b.txt", "B")
    platform.put("lots/c.txt", "C")
    prefix = {"prefix": f"s3://{platform.bucket}/lots/"}
    platform.put("manifest", json.dumps([prefix, "a.txt", "deep/b.txt"]))
    script = "import os; [print(d, *sorted(f)) for d, _, f in os.walk('.')]"
    folder = "/opt/ml/input/data/listed"
    platform.run(
        f"import os; os.chdir('{folder}'); {script}",
        InputDataConfig=[platform.channel("listed", "manifest", "ManifestFile")],
    )

    assert platform.logged() == [". a.txt", "./deep b.txt"]


@pytest.mark.parametrize(
    ("prefix", "file"),
    [("data", "penguins.csv"), ("data/penguins.csv", "penguins.csv"), ("da", "data/penguins.csv")],
)
def test_prefix_may_end_anywhere(platform: Platform, prefix: str, file: str) -> None:
    """A folder, a whole key or the beginning of names: each gives files with whole names."""
    platform.put("data/penguins.csv", "Adelie")
    platform.run(
        f"print(open('/opt/ml/input/data/c/{file}').read())",
        InputDataConfig=[platform.channel("c", prefix)],
    )

    assert platform.logged() == ["Adelie"]


def test_channel_without_objects_fails_the_job(platform: Platform) -> None:
    """A wrong S3Uri is a failure before anything runs."""
    ended = platform.run("print('ran')", InputDataConfig=[platform.channel("c", "nowhere/")])

    assert ended.outcome is not None
    assert ended.outcome.failure_reason is not None
    assert ended.outcome.failure_reason.startswith(
        "ClientError: Data download failed: No S3 objects found under S3 URL"
    )
    assert platform.logged() == []


def test_objects_stay_within_their_channel(platform: Platform) -> None:
    """A key that climbs out of the channel's folder fails the job and writes nothing."""
    platform.put("data/../../../escaped", "x")
    ended = platform.run("", InputDataConfig=[platform.channel("c", "data/")])

    assert ended.outcome is not None
    assert "outside its channel" in (ended.outcome.failure_reason or "")


def test_first_failure_is_the_reason(platform: Platform) -> None:
    """Output that can't be uploaded doesn't hide why the training code failed."""
    ended = platform.run(
        "open('/opt/ml/output/data/x', 'w').close(); raise SystemExit(2)",
        OutputDataConfig={"S3OutputPath": "s3://no-such-bucket/x"},
    )

    assert ended.outcome is not None
    assert ended.outcome.failure_reason == "AlgorithmError: , exit code: 2"


def test_missing_output_bucket_fails_the_job(platform: Platform) -> None:
    """A model that can't be stored is not a completed job."""
    ended = platform.run("", OutputDataConfig={"S3OutputPath": "s3://no-such-bucket/x"})

    assert ended.outcome is not None
    assert "Artifact upload failed: s3://no-such-bucket/x/" in (ended.outcome.failure_reason or "")


@pytest.mark.parametrize(
    ("program", "seen"),
    [
        ("no-such-program", "the entrypoint no-such-program is not on this machine's PATH"),
        ("/opt/ml/code/absent", "opt/ml/code/absent can't be executed: No such file or directory"),
    ],
)
def test_missing_program_fails_the_job(platform: Platform, program: str, seen: str) -> None:
    """A typing error in the entrypoint is told as such."""
    ended = platform.run("", AlgorithmSpecification={"ContainerEntrypoint": [program]})

    assert ended.outcome is not None
    assert ended.outcome.failure_reason is not None
    assert ended.outcome.failure_reason.startswith("ClientError: the entrypoint ")
    assert ended.outcome.failure_reason.endswith(seen)


def test_statuses_are_sagemakers(platform: Platform) -> None:
    """A running job is Training, a stopped one Stopping, then Stopped."""
    name = platform.start(STUBBORN)
    platform.reaches(name, "Training")
    platform.says(name, "up")
    platform.executor.stop(name)

    assert platform.executor.poll(name).secondary_status == "Stopping"
    assert platform.outcome(name).secondary_status == "Stopped"


def test_stop_is_a_request_first(platform: Platform) -> None:
    """SIGTERM leaves time to save the model, which is uploaded though the job is Stopped."""
    script = """
        import signal, sys, time
        def save(*_):
            open("/opt/ml/model/half.txt", "w").write("half")
            sys.exit(0)
        signal.signal(signal.SIGTERM, save)
        print("up", flush=True)
        while True: time.sleep(1)
    """
    name = platform.start(textwrap.dedent(script))
    platform.says(name, "up")
    platform.executor.stop(name)

    outcome = platform.outcome(name).outcome
    assert outcome is not None
    assert (outcome.status, outcome.exit_code) == ("Stopped", 0)
    assert outcome.model_artifacts is not None
    assert platform.archive(outcome.model_artifacts) == {"half.txt": "half"}


@pytest.mark.parametrize("how", ["stop", "close"])
def test_nothing_survives_the_end(platform: Platform, how: str) -> None:
    """Children go too: those that ignore SIGTERM, and those in a session of their own."""
    script = f"""
        import subprocess, sys
        for own_session in (False, True):
            subprocess.Popen([sys.executable, "-c", {STUBBORN!r}], start_new_session=own_session)
        import time
        while True: time.sleep(1)
    """
    name = platform.start(textwrap.dedent(script))
    # They write at once: their words come whole, their ends of lines anywhere between them.
    eventually(lambda: "".join(platform.logged(name)) == "upup", "both children")
    processes = of_this_job(platform)
    if how == "stop":
        platform.executor.stop(name)
        platform.outcome(name)
    else:
        platform.executor.close()

    assert len(processes) == 3
    assert not [process for process in processes if lives(process)]
    assert platform.outcome(name).secondary_status == "Stopped"


def test_what_a_job_leaves_behind_ends_with_it(platform: Platform) -> None:
    """As in a container, a background process ends with the first, and holds nothing up."""
    script = f"""
        import subprocess, sys
        child = [sys.executable, "-c", {STUBBORN!r}]
        left = subprocess.Popen(child, start_new_session=True)
        print(left.pid)
    """
    ended = platform.run(textwrap.dedent(script))

    assert ended.outcome is not None
    assert ended.outcome.status == "Completed"
    assert int(platform.logged()[0]) not in [p.pid for p in psutil.process_iter() if lives(p)]


def test_time_limit_stops_a_job(platform: Platform) -> None:
    """MaxRuntimeInSeconds ends a job as SageMaker does: Stopped, with a status that says why."""
    ended = platform.run(STUBBORN, StoppingCondition={"MaxRuntimeInSeconds": 1})

    assert ended.outcome is not None
    assert (ended.secondary_status, ended.outcome.status) == ("MaxRuntimeExceeded", "Stopped")
    assert ended.outcome.exit_code == 137


def test_jobs_run_side_by_side(platform: Platform) -> None:
    """One job's stop is not another's."""
    names = [platform.start(FOREVER, name=name) for name in ("a", "b", "c")]
    for name in names:
        platform.says(name, "up")
    platform.executor.stop(names[1])
    platform.outcome(names[1])

    statuses = [platform.executor.poll(name).secondary_status for name in names]
    assert statuses == ["Training", "Stopped", "Training"]


def test_second_start_changes_nothing(platform: Platform) -> None:
    """A start that is told twice is one job."""
    job = platform.job("print('once')")
    platform.executor.start(job)
    platform.executor.start(job)
    platform.outcome(job.name)
    platform.executor.start(job)

    assert platform.executor.poll(job.name).secondary_status == "Completed"
    assert platform.logged() == ["once"]


def test_job_folder_goes_with_its_outcome(platform: Platform, tmp_path: Path) -> None:
    """A thousand jobs leave nothing on the disk."""
    platform.run("open('/opt/ml/model/w', 'w').write('x' * 1000)")

    assert list((tmp_path / "jobs").iterdir()) == []


def test_unknown_job_has_failed(platform: Platform) -> None:
    """A job that another emulator process ran is gone with it."""
    told = platform.executor.poll("never started")

    assert told.outcome is not None
    assert told.outcome.status == "Failed"
    assert "restarted meanwhile" in (told.outcome.failure_reason or "")


def test_leftovers_of_a_killed_emulator_are_ended(
    platform: Platform, aws: Emulator, tmp_path: Path
) -> None:
    """The next executor on the same folder ends what runs on, and names its training jobs."""
    folder = tmp_path / "other-jobs"
    job = platform.job(STUBBORN)
    told = json.dumps([str(folder), aws.url, vars(aws.credentials), vars(job)])
    with subprocess.Popen([sys.executable, "-c", EMULATOR, told]) as killed:
        platform.says(job.name, "up")
        killed.kill()
    (left,) = of_this_job(platform)
    successor = ProcessExecutor(folder, aws.url, aws.credentials)

    assert successor.end_leftovers() == [job.name]
    assert not lives(left)
    assert list(folder.iterdir()) == []
    assert successor.end_leftovers() == []


def lives(process: psutil.Process) -> bool:
    """Return whether a process runs; one that nobody waited for is still listed, as a zombie."""
    return process.is_running() and process.status() != psutil.STATUS_ZOMBIE


def of_this_job(platform: Platform) -> list[psutil.Process]:
    """Find the processes of the platform's jobs."""
    found = []
    for process in psutil.process_iter(["environ"]):
        folder = (process.info["environ"] or {}).get(MARKER, "")
        if platform.bucket in folder:
            found.append(process)
    return found

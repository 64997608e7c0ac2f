"""`sjresource emulator` on an emulator that is a process of its own, as a user has it."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

import boto3
import psutil
import pytest
from command_line import CommandLine
from emulator_requests import payload
from pulumi_cli import holds_within

from sjresource.cli import local_emulator
from sjresource.emulator import Emulator

if TYPE_CHECKING:
    from collections.abc import Iterator

# An emulator is meant to outlive the process that started it, which Popen takes for a mistake.
pytestmark = pytest.mark.filterwarnings("ignore:subprocess .* is still running:ResourceWarning")

ROOT = Path(__file__).parents[2]
_COMMANDS = {"starting": ["start"], "stopping": ["stop"], "emptying": ["reset", "--yes"]}


@pytest.fixture(params=["sh", "bash", "zsh"])
def posix_shell(request: pytest.FixtureRequest) -> str:
    """Return a shell that this machine has."""
    found: str | None = shutil.which(request.param)
    if found is None:
        pytest.skip(f"no {request.param} here")
    return found


@pytest.fixture
def shell(tmp_path: Path) -> Iterator[CommandLine]:
    """Return a shell in an empty folder, whose emulator is gone when the test is over."""
    yield CommandLine(tmp_path, {"PATH": os.environ["PATH"]})
    if emulator := local_emulator.find(tmp_path / ".sjresource" / "emulator"):
        local_emulator.stop(emulator)


def test_emulator_is_started_used_emptied_and_stopped(shell: CommandLine) -> None:
    """Its address and key outlive a reset, its jobs don't; each step says what is so."""
    none = shell.answer("emulator", "status", schema="emulator", code=3)
    started = shell.answer("emulator", "start", "--executor", "simulated", schema="emulator")
    again = shell("emulator", "start")
    batch = _batch(started["environment"])
    _submit(batch)
    assert holds_within(60, lambda: _counted(shell) == {"us-east-1": {"SUCCEEDED": 1}})
    refused = shell("emulator", "reset")
    emptied = shell.answer("emulator", "reset", "--yes", schema="emulator")

    assert (none["running"], none["url"], started["started"]) == (False, None, True)
    assert again.out.startswith(f"# emulator runs: {started['url']}, pid {started['pid']}, ")
    assert (refused.code, "pass --yes" in refused.err) == (2, True)
    assert (emptied["url"], emptied["pid"] != started["pid"]) == (started["url"], True)
    assert "simulated" in psutil.Process(emptied["pid"]).cmdline()
    assert batch.describe_job_queues()["jobQueues"] == []
    assert _counted(shell) == {}
    other = shell("emulator", "start", "--port", "1")
    assert (other.code, "it runs already" in other.err) == (1, True)

    stopped = shell.answer("emulator", "stop", schema="emulator_stop")
    assert stopped == {"stopped": True, "pid": emptied["pid"]}
    assert not psutil.pid_exists(emptied["pid"])
    assert shell.answer("emulator", "stop", schema="emulator_stop")["stopped"] is False


def test_shell_that_takes_what_start_prints_uses_the_emulator(shell: CommandLine) -> None:
    """Its variables lead `sjresource emulator` to it from anywhere, too."""
    printed = shell("emulator", "start", "--executor", "simulated").out
    script = f"{printed}\nenv"
    said = subprocess.run(
        ["/bin/sh", "-c", script], capture_output=True, text=True, check=True
    ).stdout
    variables = dict(line.split("=", 1) for line in said.splitlines() if line.startswith("AWS_"))
    elsewhere = CommandLine(Path("/"), {"PATH": os.environ["PATH"], **variables})

    assert _batch(variables).describe_job_queues()["jobQueues"] == []
    assert elsewhere("emulator", "status").code == 0
    assert elsewhere("emulator", "stop").code == 0
    assert (shell.folder / ".sjresource" / ".gitignore").read_text() == "*\n"
    assert (shell.folder / ".sjresource" / "emulator.log").stat().st_mode & 0o077 == 0


def test_address_key_and_page_outlive_a_restart(shell: CommandLine) -> None:
    """Shells and bookmarks go on; where the port is taken, `start` says what to type."""
    first = shell.answer("emulator", "start", "--executor", "simulated", schema="emulator")
    cookie = _enter(first["page"])
    shell("emulator", "stop")
    stale = shell("emulator", "env")
    second = shell.answer("emulator", "start", "--executor", "simulated", schema="emulator")
    page = Request(f"{first['url']}/_page/overview", headers={"Cookie": cookie})  # noqa: S310 - our own URL

    assert (stale.code, 'type eval "$(sjresource emulator start)"' in stale.err) == (3, True)
    assert second["pid"] != first["pid"]
    assert (second["url"], second["page"]) == (first["url"], first["page"])
    assert _batch(first["environment"]).describe_job_queues()["jobQueues"] == []
    assert json.load(urlopen(page))["queues"] == []  # noqa: S310 - as above

    shell("emulator", "stop")
    port = urlsplit(first["url"]).port or 0
    with socket.create_server(("127.0.0.1", port)):
        moved = shell("emulator", "start", "--executor", "simulated").out
    now = shell.answer("emulator", "status", schema="emulator")["url"]
    assert f"another program has its port {port}: shells of before have to type" in moved
    assert now != first["url"]
    assert f"export AWS_ENDPOINT_URL={now}\n" in shell("emulator", "env").out


def test_shell_gets_back_what_it_had(shell: CommandLine, posix_shell: str) -> None:
    """`env --unset` undoes `start`, however often that was typed; secrets are not printed."""
    start, undo = (
        shell.line + " emulator " + words for words in ("start --executor simulated", "env --unset")
    )
    own = {"AWS_PROFILE": "my own", "AWS_SECRET_ACCESS_KEY": "its'secret", "AWS_REGION": ""}
    script = f"""
        set -eu
        eval "$({start})"
        eval "$({start})"
        echo "$AWS_PROFILE $AWS_REGION ${{AWS_SECRET_ACCESS_KEY-none}}"
        {posix_shell} -euc 'eval "$({undo})"; env' | grep ^AWS_ || echo 'inherited: none'
        {undo}
        eval "$({undo})"
        eval "$({undo})"
        env | grep ^AWS_ | sort
        set | grep ^_sjresource_before || echo 'kept: none'
    """
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), **own}
    ran = subprocess.run(
        [posix_shell, "-c", script],
        cwd=shell.folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )

    assert (ran.returncode, ran.stderr) == (0, "")
    said = ran.stdout.splitlines()
    assert said[:2] == ["sjresource-emulator us-east-1 none", "inherited: none"]
    assert said[-3:] == ["AWS_PROFILE=my own", "AWS_SECRET_ACCESS_KEY=its'secret", "kept: none"]
    assert not any("secret" in line for line in said[:-2])


def test_one_that_was_started_elsewhere_comes_back_there(shell: CommandLine) -> None:
    """Its options may name files from the folder that it was started in."""
    elsewhere = shell.folder / "elsewhere"
    elsewhere.mkdir()
    command = [sys.executable, "-m", "sjresource.emulator", "--data", "kept"]
    data = elsewhere / "kept"
    with subprocess.Popen(command, cwd=elsewhere, stdout=subprocess.DEVNULL) as first:
        assert holds_within(60, lambda: local_emulator.find(data) is not None)
        before = local_emulator.find(data)
        emptied = shell("emulator", "reset", "--yes", "--data", str(data))
        assert first.wait(60) == 0
    again = local_emulator.find(data)
    assert again is not None
    local_emulator.stop(again)

    assert (emptied.code, emptied.err) == (0, "")
    assert before is not None
    assert (again.url, again.pid != before.pid) == (before.url, True)
    assert not (shell.folder / "kept").exists()


def test_stale_shell_is_told_what_to_type(shell: CommandLine) -> None:
    """Return whether nobody listens there, the key is another's, or the folder is gone."""
    started = shell.answer("emulator", "start", "--executor", "simulated", schema="emulator")
    ask = ("dashboard", "--all", "--no-browser")
    stale = CommandLine(shell.folder, {**shell.environment, **started["environment"]})
    shell("emulator", "stop")
    gone = stale(*ask)
    with Emulator(port=urlsplit(started["url"]).port):
        other = stale(*ask)
    shutil.rmtree(started["data"])
    lost = stale(*ask)

    typed = 'type eval "$(sjresource emulator start)"'
    for ended in (gone, other, lost):
        assert (ended.code, ended.err.count("\n")) == (5, 1)
        assert ended.err.endswith(f"{typed}\n")
    assert "no emulator runs where this shell's variables lead" in gone.err
    assert "of an emulator before this one" in other.err
    assert stale("emulator", "start", "--executor", "simulated").code == 0
    assert stale("emulator", "status").code == 0


def test_what_to_type_names_the_folder_that_was_given(shell: CommandLine) -> None:
    """The default starts another one; and a folder may have a strange name, or none."""
    default = shell("emulator", "status")
    spaces = shell("emulator", "status", "--data", "my data")
    root = shell("emulator", "env", "--data", "/")

    assert (default.code, spaces.code, root.code) == (3, 3, 3)
    assert default.out.endswith('type eval "$(sjresource emulator start)"\n')
    folder = shell.folder / "my data"
    assert spaces.out.endswith(f"type eval \"$(sjresource emulator start --data '{folder}')\"\n")
    assert root.err.endswith('type eval "$(sjresource emulator start --data /)"\n')
    assert shell.answer("emulator", "status", "--data", "/", schema="emulator", code=3)


def test_emulator_inside_of_another_program_is_left_alone(shell: CommandLine) -> None:
    """It is not for this command to end a program, nor to take its data away."""
    data = shell.folder / "data"
    with Emulator(data):
        for doing, command in _COMMANDS.items():
            ended = shell("emulator", *command, "--data", str(data))
            assert ended.code == 1
            assert ended.err.startswith(
                f"sjresource: {doing} Emulator ({data}): another program uses it"
            )
            assert f"pid {os.getpid()} at http" in ended.err
    assert (data / "batch.sqlite3").exists()


def test_a_folder_of_somebody_elses_is_left_alone(shell: CommandLine) -> None:
    """In a project with folders and files of such names nothing is touched, and nobody is ended."""
    mine = {"training/weights": "w", "objects/one": "o", "credentials": "[default]\n"}
    project = shell.folder / "project"
    for name, text in mine.items():
        (project / name).parent.mkdir(parents=True, exist_ok=True)
        (project / name).write_text(text)
    for doing, command in _COMMANDS.items():
        ended = shell("emulator", *command, "--data", str(project))
        assert ended.code == 2
        assert ended.err.startswith(f"sjresource: {doing} Emulator ({project}): ")
        assert "the folder is not empty, and no emulator made it" in ended.err
        assert len(ended.err.splitlines()) == 1

    assert {name: (project / name).read_text() for name in mine} == mine
    assert sorted(path.name for path in shell.folder.iterdir()) == ["project"]


def test_a_log_of_somebody_elses_is_left_alone(shell: CommandLine) -> None:
    """The log lies beside the folder, where another program's may be."""
    (shell.folder / "run.log").write_text("epoch 1\n")

    ended = shell("emulator", "start", "--data", str(shell.folder / "run"))

    assert (ended.code, "is not an emulator's" in ended.err) == (2, True)
    assert (shell.folder / "run.log").read_text() == "epoch 1\n"


def test_only_the_process_that_wrote_the_file_is_ended(shell: CommandLine) -> None:
    """A copied folder names a live emulator, and a pid can be another process's by now."""
    started = shell.answer("emulator", "start", "--executor", "simulated", schema="emulator")
    data, copy = Path(started["data"]), shell.folder / "copy"
    shutil.copytree(data, copy)
    told = json.loads((data / "emulator.json").read_text())
    stopped = [shell.answer("emulator", "stop", "--data", str(copy), schema="emulator_stop")]
    (copy / "emulator.json").write_text(json.dumps({**told, "pid": os.getpid()}))
    stopped += [shell.answer("emulator", "stop", "--data", str(copy), schema="emulator_stop")]
    later = local_emulator.RunningEmulator(told["pid"], told["url"], "", told["started"] + 5)
    local_emulator.stop(later)

    assert [each["stopped"] for each in stopped] == [False, False]
    assert shell("emulator", "status").code == 0


def _enter(page: str) -> str:
    """Return the cookie that a browser gets for the page's URL."""
    request = Request(page, headers={"Accept": "text/html"})  # noqa: S310 - our own URL
    with urlopen(request) as answer:  # noqa: S310 - as above
        given = str(answer.headers["Set-Cookie"])
    assert "; Max-Age=" in given
    return given.partition(";")[0]


def _batch(variables: dict[str, str]) -> Any:
    credentials = Path(variables["AWS_SHARED_CREDENTIALS_FILE"]).read_text().splitlines()
    key = dict(line.split(" = ") for line in credentials if " = " in line)
    return boto3.client(
        "batch",
        region_name=variables["AWS_REGION"],
        endpoint_url=variables["AWS_ENDPOINT_URL"],
        aws_access_key_id=key["aws_access_key_id"],
        aws_secret_access_key=key["aws_secret_access_key"],
    )


def _submit(batch: Any) -> None:
    batch.create_service_environment(
        serviceEnvironmentName="one",
        serviceEnvironmentType="SAGEMAKER_TRAINING",
        capacityLimits=[{"maxCapacity": 1, "capacityUnit": "NUM_INSTANCES"}],
    )
    assert holds_within(
        10, lambda: _valid(batch.describe_service_environments(), "serviceEnvironments")
    )
    batch.create_job_queue(
        jobQueueName="training",
        jobQueueType="SAGEMAKER_TRAINING",
        priority=1,
        serviceEnvironmentOrder=[{"order": 1, "serviceEnvironment": "one"}],
    )
    assert holds_within(60, lambda: _valid(batch.describe_job_queues(), "jobQueues"))
    batch.submit_service_job(
        jobName="train",
        jobQueue="training",
        serviceJobType="SAGEMAKER_TRAINING",
        serviceRequestPayload=payload(),
    )


def _valid(described: dict[str, Any], member: str) -> bool:
    return all(each["status"] == "VALID" for each in described[member])


def _counted(shell: CommandLine) -> Any:
    return json.loads(shell("emulator", "status", "--json").out)["jobs"]

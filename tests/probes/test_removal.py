"""A run ends and deletes all that it made, and nothing else; a killed one is cleaned up after."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from emulator_process import EmulatorProcess
from probed import (
    REGION,
    RUN,
    cleaned,
    client_of,
    clock_of,
    emulated,
    left_in,
    session_of,
    tried,
)

from sjresource.aws.batch import BatchClient
from sjresource.probes.session.payload import idle_payload
from sjresource.probes.session.removal import Removal, is_ours
from sjresource.probes.session.session import TAG

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from sjresource.emulator import Emulator
    from sjresource.probes.session.session import Session

KILLS = int(os.environ.get("SJRESOURCE_KILLS", "6"))
"""How many runs are killed; `make kills` kills more."""

FOREIGN = [
    ("prod", {}),
    ("prod-tagged", {TAG: RUN}),
    (f"sjprobe-{RUN}-untagged", {}),
    ("sjprobe-ffffffff-of-another-run", {TAG: RUN}),
    (f"sjprobe-{RUN}", {TAG: RUN}),
]
"""Names and tags of what is no probe's: it lacks the prefix, the tag, or their agreement."""


class KilledError(BaseException):
    """The process is dead: nothing catches this."""


class MortalClient:
    """A client that dies in one of its calls, before or after the call has its effect."""

    def __init__(self, client: Any, dies_in: int, *, after: bool) -> None:
        self._client = client
        self._left = dies_in
        self._after = after
        self.meta = client.meta

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._client, name)

        def call(**request: Any) -> Any:
            self._left -= 1
            if self._left > 0:
                return method(**request)
            if self._after and self._left == 0:
                method(**request)
            raise KilledError

        call.__self__ = self  # type: ignore[attr-defined] # as boto3's own methods have
        return call


def plant(batch: Any, sleep: Callable[[float], object]) -> None:
    """Make an environment, a queue, a policy and a job of everyone who is no probe."""
    for name, tags in FOREIGN:
        tagged: dict[str, Any] = {"tags": tags} if tags else {}
        batch.create_service_environment(
            serviceEnvironmentName=name,
            serviceEnvironmentType="SAGEMAKER_TRAINING",
            capacityLimits=[{"maxCapacity": 1, "capacityUnit": "NUM_INSTANCES"}],
            **tagged,
        )
        batch.create_scheduling_policy(name=name, **tagged)
        until_valid(batch.describe_service_environments, "serviceEnvironments", sleep)
        batch.create_job_queue(
            jobQueueName=name,
            jobQueueType="SAGEMAKER_TRAINING",
            priority=1,
            serviceEnvironmentOrder=[{"order": 1, "serviceEnvironment": name}],
            **tagged,
        )
        until_valid(batch.describe_job_queues, "jobQueues", sleep)
        submit(batch, name, f"{name}-job", tags)
    sleep(1)


def until_valid(
    describe: Callable[[], dict[str, Any]], noun: str, sleep: Callable[[float], object]
) -> None:
    """Wait until all of a kind can be used."""
    while {each["status"] for each in describe()[noun]} != {"VALID"}:
        sleep(1)


def submit(batch: Any, queue: str, name: str, tags: dict[str, str]) -> str:
    """Submit a job that waits for ever."""
    answer = batch.submit_service_job(
        jobName=name,
        jobQueue=queue,
        serviceJobType="SAGEMAKER_TRAINING",
        serviceRequestPayload=idle_payload("arn:aws:iam::123456789012:role/x"),
        **({"tags": tags} if tags else {}),
    )
    return str(answer["jobId"])


def state_of(batch: Any) -> list[Any]:
    """Return all that is there, in detail."""
    queues = batch.describe_job_queues()["jobQueues"]
    arns = [each["arn"] for each in batch.list_scheduling_policies()["schedulingPolicies"]]
    live = [
        batch.describe_service_job(jobId=each["jobId"])
        for queue in queues
        for each in BatchClient(batch).list_live_service_jobs(queue["jobQueueArn"])
    ]
    for job in live:
        job.pop("ResponseMetadata")
    return [
        queues,
        batch.describe_service_environments()["serviceEnvironments"],
        batch.describe_scheduling_policies(arns=arns)["schedulingPolicies"],
        live,
    ]


def removal(emulator: Emulator) -> Removal:
    """Return what `--clean` does."""
    return Removal(BatchClient(client_of(emulator)), clock_of(emulator), lambda _: None)


def test_a_run_leaves_nothing_and_touches_nothing_else() -> None:
    """Beside what others have, of names and tags that nearly are a probe's."""
    with emulated() as emulator:
        batch = client_of(emulator)
        plant(batch, emulator.clock.advance)
        before = state_of(batch)
        session = session_of(emulator, run="89abcdef")
        tried(session)

        assert cleaned(session) == []
        assert state_of(batch) == before


def test_what_killed_runs_leave_is_cleaned_up() -> None:
    """Killed in any of their calls, before or after its effect; the clean-up's calls too."""
    drawn = random.Random(20261130)  # noqa: S311 - not for secrets
    left: list[int] = []
    with emulated() as emulator:
        batch = client_of(emulator)
        plant(batch, emulator.clock.advance)
        before = state_of(batch)
        for run in range(KILLS):
            mortal = MortalClient(batch, drawn.randint(1, 330), after=drawn.random() < 0.5)
            session = session_of(emulator, mortal, run=f"{run:08}")
            with pytest.raises(KilledError):
                _run_and_clean(session)
            left.append(len(left_in(emulator)))
            emulator.clock.advance(drawn.choice((0, 1)))

            assert removal(emulator).everything() == []
            assert state_of(batch) == before

    assert len(set(left)) >= 4, "the moments were all alike"


def _run_and_clean(session: Session) -> None:
    tried(session, paid=False)
    cleaned(session)
    raise KilledError  # the drawn call was after its last one


def test_a_queue_with_somebody_else_s_job_stays() -> None:
    """With its environment, and it is said; what else there is goes."""
    with emulated() as emulator:
        batch = client_of(emulator)
        session = session_of(emulator)
        queue = session.idle_queue
        session.job(session.fair_queue, "own", shareIdentifier="a")
        foreign = submit(batch, queue, "guest", {})
        emulator.clock.advance(1)

        (left,) = cleaned(session)

        assert "1 of its live jobs are not a probe's" in left
        assert left_in(emulator) == {queue, session.name("closed"), "guest"}
        assert batch.describe_service_job(jobId=foreign)["status"] == "RUNNABLE"


def test_only_prefix_and_tag_together_are_ours() -> None:
    """Of one run, or of any."""
    assert is_ours(f"sjprobe-{RUN}-idle", {TAG: RUN})
    assert is_ours(f"-sjprobe-{RUN}-hyphen", {TAG: RUN}, RUN)
    assert not is_ours(f"sjprobe-{RUN}-idle", {TAG: RUN}, "89abcdef")
    assert [name for name, tags in FOREIGN if is_ours(name, tags)] == []


def test_killed_processes_leave_what_one_clean_finds(tmp_path: Path) -> None:
    """The real command over real HTTP, killed at random moments; one is asked to stop."""
    drawn = random.Random(20261130)  # noqa: S311 - not for secrets
    with EmulatorProcess(tmp_path / "data", "--clock-rate", "30") as emulator:
        key = emulator.credentials
        batch = boto3.client("batch", region_name=REGION, endpoint_url=emulator.url, **vars(key))
        plant(batch, lambda seconds: time.sleep(seconds / 10))
        before = state_of(batch)
        environment = {
            **os.environ,
            "AWS_ENDPOINT_URL": emulator.url,
            "AWS_REGION": REGION,
            "AWS_ACCESS_KEY_ID": key.aws_access_key_id,
            "AWS_SECRET_ACCESS_KEY": key.aws_secret_access_key,
        }

        def probes(*options: str) -> subprocess.Popen[str]:
            return subprocess.Popen(
                [sys.executable, "-m", "sjresource.probes", *options],
                cwd=tmp_path,
                env=environment,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            )

        runs = [probes("--only", "replayed-token", "--only", "share-missing") for _ in range(4)]
        for run in runs:
            assert run.stdout is not None
            assert run.stdout.readline().startswith("run ")  # it has begun
        for run in runs[:3]:
            time.sleep(drawn.uniform(0, 0.3))
            run.kill()
            run.communicate()
        runs[3].send_signal(signal.SIGTERM)
        said, _ = runs[3].communicate(timeout=60)
        left = len(state_of(batch)[1]) - len(before[1])
        cleaner = probes("--clean")
        report, _ = cleaner.communicate(timeout=120)

        assert left > 0, "no run was killed late enough to leave anything"
        assert runs[3].returncode == 130, said
        assert cleaner.returncode == 0, report
        assert f"nothing of a probe is left in {REGION}" in report
        assert state_of(batch) == before

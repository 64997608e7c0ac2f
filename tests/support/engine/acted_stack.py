"""A stack whose jobs are followed, terminated and lost by the tests of one module.

Its emulator lives two hours ago, so what ends there has ended long ago for the command.
"""

from __future__ import annotations

import json
import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from command_line import CommandLine
from emulated_stack import EmulatedCloud
from job_programs import PRELUDE, make_queue
from pulumi_cli import holds_within
from pulumi_stack import PulumiStack
from training_log import TrainingLog

from sjresource.emulator import Clock, Emulator

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

TWO_HOURS = 7200.0

PROGRAM = (
    PRELUDE
    + """
    def job(name, hyperparameters=None, **more):
        return sj.ServiceJob(
            name,
            job_queue=config.require("queue"),
            service_request_payload=payload(HyperParameters=hyperparameters or {"epochs": "1"}),
            **more,
        )

    retried = job("retried", retry_strategy={"attempts": 2})
    sj.ServiceJobCompletion("retried-done", job=retried)
    job("secretive", {"epochs": "1", "token": config.require_secret("token")})
    sj.ServiceJobCompletion("busy-done", job=job("busy"))
    job("again", rerun_on_failure=True)
    job("declined")
    job("lost")
"""
)


@dataclass
class ActedStack:
    """The stack, the emulator behind it, its training jobs' log, a shell in its folder."""

    cloud: EmulatedCloud
    stack: PulumiStack
    log: TrainingLog
    arns: dict[str, str]

    @property
    def sjresource(self) -> CommandLine:
        """The command, in a shell in which `pulumi` works on the stack."""
        return CommandLine(self.stack.work, self.stack.environment)

    @property
    def outside(self) -> CommandLine:
        """The command where there is no project: ARNs do without Pulumi, and cost less."""
        return CommandLine(self.stack.folder, self.stack.environment)

    def job(self, name: str) -> dict[str, Any]:
        """Describe the job of the resource with this name."""
        detail: dict[str, Any] = self.cloud.batch.describe_service_job(jobId=self.arns[name])
        return detail

    def status(self, name: str) -> str:
        """Return where it stands."""
        status: str = self.job(name)["status"]
        return status

    def training_job(self, name: str) -> str:
        """Return its latest training job."""
        resource = self.job(name)["latestAttempt"]["serviceResourceId"]["value"]
        return str(resource.rpartition("/")[2])

    def writes(self, name: str, *lines: str, instance: int = 1, after: float = 0.0) -> None:
        """Let its latest training job print lines, `after` some seconds."""
        at = self.cloud.emulator.clock.now() + after
        self.log.write(self.training_job(name), *lines, at=at, instance=instance)

    def edit_checkpoint(self, edit: Callable[[dict[str, Any]], None]) -> None:
        """Edit the state where it lies: `pulumi stack import` drops pending operations."""
        stacks = self.stack.folder / "state" / ".pulumi" / "stacks"
        file = stacks / self.stack.project / f"{self.stack.name}.json"
        state = json.loads(file.read_text())
        edit(state["checkpoint"]["latest"])
        file.write_text(json.dumps(state))


@contextmanager
def acted_stack(folder: Path, engine: Path) -> Iterator[ActedStack]:
    """Bring the stack up, and wait until its jobs run."""
    with Emulator(clock=Clock(start=time.time() - TWO_HOURS)) as emulator:
        cloud = EmulatedCloud(emulator)
        cloud.script(running=36_000.0)
        fails = {"running": 600, "outcome": "Failed", "failure_reason": "AlgorithmError: no"}
        rule = [fails, {"running": 600}]
        cloud.control.call("POST", "rules", job_name="retried", script=rule)
        stack = PulumiStack(
            folder,
            engine,
            PROGRAM,
            config={"project:queue": make_queue(cloud)},
            environment={**cloud.environment, "SJRESOURCE_WAIT": "0"},
        )
        try:
            stack.set_config("project:token", "tok-12345", secret=True)
            stack.up()
            arns = {
                name: resource["id"]
                for name, resource in stack.resources().items()
                if resource["type"].endswith(":ServiceJob")
            }
            acted = ActedStack(cloud, stack, TrainingLog(emulator), arns)
            assert holds_within(
                30, lambda: all(acted.status(name) == "RUNNING" for name in acted.arns)
            )
            yield acted
        finally:
            stack.close()

"""A stack whose jobs stand in every way that the `sjresource` command has to show."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from command_line import CommandLine
from emulated import PAYLOAD
from emulated_stack import EmulatedCloud
from job_programs import PRELUDE, make_queue
from pulumi_cli import holds_within
from pulumi_stack import PulumiStack

from sjresource.aws.payload import payload_json
from sjresource.emulator import Emulator

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

HOSTILE = "AlgorithmError: \x1b[31m[bold]tok-12345[/bold]\x1b]0;title\x07 \u202eexit code 1\nmore"
"""A reason that colours, has rich's markup, sets a terminal's title, turns the text around, goes on
in a second line, and quotes a secret."""

PROGRAM = (
    PRELUDE
    + """
    def job(name, queue, opts=None, **more):
        return sj.ServiceJob(
            name,
            job_queue=config.require(queue),
            service_request_payload=payload(**more),
            opts=opts,
        )

    capacity = sj.ServiceEnvironment(
        "one", capacity_limits=[{"max_capacity": 1, "capacity_unit": "NUM_INSTANCES"}])
    small = sj.JobQueue(
        "small",
        priority=1,
        service_environment_order=[
            {"order": 1, "service_environment": capacity.service_environment_arn}],
    )

    def in_small(name, after=()):
        return sj.ServiceJob(
            name,
            job_queue=small.job_queue_arn,
            service_request_payload=payload(),
            retry_strategy={"attempts": 3},
            opts=pulumi.ResourceOptions(depends_on=list(after)),
        )

    sj.ServiceJobCompletion("done-recorded", job=job("done", "queue"))
    job("unwatched", "queue")
    job("broken", "queue", HyperParameters={"token": config.require_secret("token")})
    running = in_small("running")
    in_small("waiting", [running])
    for name in ("nightly", "weekly"):
        component = pulumi.ComponentResource(f"test:index:{name}", name)
        job("train", "queue", pulumi.ResourceOptions(parent=component))
"""
)


WANTED = {
    "done": "SUCCEEDED",
    "unwatched": "SUCCEEDED",
    "train": "SUCCEEDED",
    "broken": "FAILED",
    "running": "RUNNING",
    "waiting": "RUNNABLE",
}
"""How the jobs of each name stand."""


@dataclass
class ShownStack:
    """The stack, the emulator behind it, and a shell in the project's folder."""

    cloud: EmulatedCloud
    stack: PulumiStack
    queue: str

    @property
    def sjresource(self) -> CommandLine:
        """The command, in a shell in which `pulumi` works on the stack."""
        return CommandLine(self.stack.work, self.stack.environment)

    def submit(self, name: str) -> str:
        """Submit a job that no stack knows, to the stack's large queue; give its ARN."""
        arn: str = self.cloud.batch.submit_service_job(
            jobName=name,
            jobQueue=self.queue,
            serviceJobType="SAGEMAKER_TRAINING",
            serviceRequestPayload=payload_json(PAYLOAD),
        )["jobArn"]
        return arn

    def status(self, arn: str) -> str:
        """Ask Batch where a job stands."""
        status: str = self.cloud.batch.describe_service_job(jobId=arn)["status"]
        return status

    def stands(self) -> bool:
        """Return whether every job stands as it is to be shown."""
        return all(
            self.status(resource["id"]) == WANTED.get(resource["urn"].rpartition("::")[2])
            for resource in self.stack.state()["resources"]
            if resource["type"].endswith(":ServiceJob")
        )

    def arn(self, name: str) -> str:
        """Return the ARN of the job resource with this name."""
        arn: str = self.stack.resources()[name]["id"]
        return arn

    @contextmanager
    def guarded_by_a_passphrase(self) -> Iterator[None]:
        """Let Pulumi's own passphrase encrypt the stack's secrets, as it does for most users."""
        settings = self.stack.work / f"Pulumi.{self.stack.name}.yaml"
        before = {file: file.read_text() for file in (settings, self.stack.checkpoint_file)}
        self.stack.run("stack", "change-secrets-provider", "passphrase")
        try:
            yield
        finally:
            for file, text in before.items():
                file.write_text(text)


@contextmanager
def shown_stack(folder: Path, engine: Path) -> Iterator[ShownStack]:
    """Bring the stack up, and wait until its jobs stand as they are to be shown."""
    with Emulator() as emulator:
        cloud = EmulatedCloud(emulator)
        cloud.script("broken", outcome="Failed", failure_reason=HOSTILE)
        cloud.script("running", running=36_000.0)
        cloud.script("train", running=0.2)
        queue = make_queue(cloud)
        stack = PulumiStack(
            folder,
            engine,
            PROGRAM,
            config={"project:queue": queue},
            environment=cloud.environment,
        )
        try:
            stack.set_config("project:token", "tok-12345", secret=True)
            stack.up()
            shown = ShownStack(cloud, stack, queue)
            assert holds_within(60, shown.stands)
            yield shown
        finally:
            stack.close()

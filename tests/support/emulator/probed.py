"""Probes against an emulator in this process, in the emulator's time."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

import boto3

from sjresource.aws.batch import BatchClient
from sjresource.aws.waiters import WaiterClock
from sjresource.emulator import Emulator, Rule, Script
from sjresource.emulator.clock import Clock
from sjresource.probes.beliefs import PROBES
from sjresource.probes.session.payload import Training
from sjresource.probes.session.removal import Removal
from sjresource.probes.session.session import Session
from sjresource.probes.trial import Trial, try_each

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

REGION = "eu-west-1"
ACCOUNT = "123456789012"
RUN = "0123abcd"
NOON = 1_800_000_000.0
TRAINING = Training("image", f"arn:aws:iam::{ACCOUNT}:role/training", "s3://bucket/models")

SCRIPTS = {
    "*-trained": Script(scheduled=5, starting=5, running=20, uploading=5),
    "*-failing": Script(outcome="Failed"),
    "*-slow": Script(running=240),
    "*-stopped": Script(running=240),
    "*-borrowed-*": Script(running=280),
}
"""How the jobs of paid probes train that are not a moment's matter."""


@contextlib.contextmanager
def emulated(**behaviour: Any) -> Iterator[Emulator]:
    """Serve an emulator whose time only passes while a probe waits."""
    with Emulator(clock=Clock(0, start=NOON)) as emulator:
        for name, value in behaviour.items():
            setattr(emulator.behaviour, name, value)
        for name, script in SCRIPTS.items():
            emulator.rules.add(Rule(name, [script]))
        yield emulator


def client_of(emulator: Emulator, region: str = REGION) -> Any:
    """Return a client of the emulator's Batch."""
    key = vars(emulator.credentials)
    return boto3.client("batch", region_name=region, endpoint_url=emulator.url, **key)


def clock_of(emulator: Emulator) -> WaiterClock:
    """Return the emulator's time, as probes wait in it."""
    return WaiterClock(emulator.clock.now, emulator.clock.advance)


def session_of(emulator: Emulator, client: Any = None, **changes: Any) -> Session:
    """Return a session on the emulator."""
    given = {"run": RUN, "training": TRAINING, "epoch": emulator.clock.now, **changes}
    client = client or client_of(emulator)
    return Session(client, clock_of(emulator), account=ACCOUNT, **given)


def tried(session: Session, names: Collection[str] = (), *, paid: bool = True) -> dict[str, Trial]:
    """Try probes, all of them without names; return what came of each."""
    chosen = [each for each in PROBES if not names or each.name in names]
    trials: list[Trial] = []
    try_each(chosen, session, paid=paid, tell=lambda _: None, trials=trials)
    return {each.probe.name: each for each in trials}


def cleaned(session: Session) -> list[str]:
    """Remove what a session has made; return what is left."""
    return Removal(session.batch, session.clock, lambda _: None, session.run).of_session(session)


def left_in(emulator: Emulator, region: str = REGION) -> set[str]:
    """Return the names of all that is there."""
    batch = client_of(emulator, region)
    found = {each["jobQueueName"] for each in batch.describe_job_queues()["jobQueues"]}
    described = batch.describe_service_environments()["serviceEnvironments"]
    found |= {each["serviceEnvironmentName"] for each in described}
    policies = batch.list_scheduling_policies()["schedulingPolicies"]
    found |= {each["arn"].rsplit("/", 1)[-1] for each in policies}
    for queue in batch.describe_job_queues()["jobQueues"]:
        live = BatchClient(batch).list_live_service_jobs(queue["jobQueueArn"])
        found |= {each["jobName"] for each in live}
        shares = batch.list_quota_shares(jobQueue=queue["jobQueueArn"])["quotaShares"]
        found |= {each["quotaShareName"] for each in shares}
    return found

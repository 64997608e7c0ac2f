"""A region with something of everything to see, in an emulator whose clock only tests move."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from emulator_requests import client, make_environment, make_queue, scripted, submit

if TYPE_CHECKING:
    from sjresource.emulator import Emulator

P5 = "ml.p5.48xlarge"
LONG = 10_000_000
LOG_GROUP = "/aws/sagemaker/TrainingJobs"
MARKUP = "<img src=x onerror=alert(1)><script>alert(2)</script>"


def request(script: Any, instances: int = 1, kind: str = "ml.m5.large") -> str:
    """Write a payload that tells how the training goes."""
    resources = {"InstanceCount": instances, "InstanceType": kind, "VolumeSizeInGB": 1}
    environment = {"SECRET": "env-secret"}
    return scripted(script, ResourceConfig=resources, HyperParameters=environment)


def fill(emulator: Emulator) -> None:
    """Make two queues: a plain one, and one whose two teams lend each other instances."""
    make_queue(emulator, make_environment(emulator, "shared", 8), name="training")
    _make_teams(emulator)
    for number in range(2):
        name = f"resnet-{number}"
        submit(emulator, "training", jobName=name, serviceRequestPayload=request({"running": 1500}))
    submit(
        emulator,
        "training",
        jobName="bert",
        retryStrategy={"attempts": 3},
        serviceRequestPayload=request(
            [
                {"running": 900, "outcome": "Failed", "failure_reason": "out of memory"},
                {"running": LONG},
            ],
            2,
        ),
    )
    broken = {"running": 600, "outcome": "Failed", "failure_reason": "no data under s3://data/11"}
    submit(emulator, "training", jobName="broken", serviceRequestPayload=request(broken))
    submit(emulator, "training", jobName="giant", serviceRequestPayload=request({}, 99))
    for number in range(6):
        submit_to_teams(emulator, f"sweep-{number}", "research")
    emulator.clock.advance(3000)
    for number in range(3):
        submit_to_teams(emulator, f"nightly-{number}", "production")
    submit(emulator, "training", jobName="llama", serviceRequestPayload=request({"running": 9}, 4))
    emulator.clock.advance(900)


def _make_teams(emulator: Emulator) -> None:
    batch = client(emulator, "batch")
    batch.create_service_environment(
        serviceEnvironmentName="p5",
        serviceEnvironmentType="SAGEMAKER_TRAINING",
        capacityLimits=[{"maxCapacity": 8, "capacityUnit": P5}],
    )
    emulator.clock.advance(1)
    policy = batch.create_scheduling_policy(
        name="teams", quotaSharePolicy={"idleResourceAssignmentStrategy": "FIFO"}
    )
    make_queue(emulator, "p5", name="teams", schedulingPolicyArn=policy["arn"])
    for name, borrows in (("production", 0), ("research", 100)):
        batch.create_quota_share(
            quotaShareName=name,
            jobQueue="teams",
            capacityLimits=[{"maxCapacity": 4, "capacityUnit": P5}],
            resourceSharingConfiguration={"strategy": "LEND_AND_BORROW", "borrowLimit": borrows},
            preemptionConfiguration={"inSharePreemption": "ENABLED"},
        )
    emulator.clock.advance(1)


def submit_to_teams(emulator: Emulator, name: str, share: str) -> str:
    """Submit a job of one instance, that runs on and on, to a team's share."""
    payload = request({"running": LONG}, 1, P5)
    return submit(
        emulator, "teams", jobName=name, quotaShareName=share, serviceRequestPayload=payload
    )


def write_log(emulator: Emulator, job_id: str, *lines: str) -> None:
    """Write lines as the training job of a service job would."""
    described = client(emulator, "batch").describe_service_job(jobId=job_id)
    trained = described["latestAttempt"]["serviceResourceId"]["value"].rpartition("/")[2]
    logs = client(emulator, "logs")
    if not logs.describe_log_groups(logGroupNamePrefix=LOG_GROUP)["logGroups"]:
        logs.create_log_group(logGroupName=LOG_GROUP)
    stream = f"{trained}/algo-1-1"
    if not logs.describe_log_streams(logGroupName=LOG_GROUP, logStreamNamePrefix=stream)[
        "logStreams"
    ]:
        logs.create_log_stream(logGroupName=LOG_GROUP, logStreamName=stream)
    now = round(time.time() * 1000)  # CloudWatch takes no lines of another time
    logs.put_log_events(
        logGroupName=LOG_GROUP,
        logStreamName=stream,
        logEvents=[{"timestamp": now, "message": line} for line in lines],
    )

"""The words that this package compares with: AWS Batch's statuses, units and types, Pulumi's types.

The types of our resources in Pulumi are here, and how to read one in a URN, since `status/` does.

It imports nothing, so that every layer can: `aws/` lists jobs by status, the page counts them.
"""

from __future__ import annotations

from typing import Final, Literal

STATUSES: Final = (
    "SUBMITTED",
    "PENDING",
    "RUNNABLE",
    "SCHEDULED",
    "STARTING",
    "RUNNING",
    "SUCCEEDED",
    "FAILED",
)
"""In the order in which a job goes through them.

https://docs.aws.amazon.com/batch/latest/userguide/service-job-status.html
"""

LIVE: Final = STATUSES[:6]
"""The statuses of a job that has not ended."""

HOLDS_CAPACITY: Final = ("SCHEDULED", "STARTING", "RUNNING")
"""The statuses of a job that has been given its capacity."""

TERMINAL: Final = ("SUCCEEDED", "FAILED")
"""The statuses of a job that has ended; they are final."""

Stage = Literal["waiting", "running", "succeeded", "failed"]


def stage(status: str) -> Stage:
    """Return a status in one of four words."""
    if status in HOLDS_CAPACITY:
        return "running"
    if status == "SUCCEEDED":
        return "succeeded"
    return "failed" if status == "FAILED" else "waiting"


DISABLED: Final = "DISABLED"
"""The state of a queue, a service environment or a quota share in which no job starts."""

MISCONFIGURATION: Final = "MISCONFIGURATION"
"""How Batch's reasons begin for a job that stays RUNNABLE for ever.

https://docs.aws.amazon.com/batch/latest/userguide/sm_job_stuck_in_runnable.html
"""

NUM_INSTANCES: Final = "NUM_INSTANCES"
"""The capacity unit that counts instances of every type; each other unit is an instance type."""

SAGEMAKER_TRAINING: Final = "SAGEMAKER_TRAINING"
"""The type of job queues, service environments and service jobs."""

LOG_GROUP: Final = "/aws/sagemaker/TrainingJobs"
"""Where SageMaker writes the logs of training jobs."""

TYPE_PREFIX = "pulumi-python:dynamic/sjresource:"
"""What the type tokens of our dynamic resources begin with."""

NATIVE_PREFIX = "sjresource:index:"
"""What the type tokens of the native resources begin with."""


def is_native_urn(urn: str) -> bool:
    """Return whether a URN is that of a native resource, whatever components it is in."""
    return type_of(urn).startswith(NATIVE_PREFIX)


def type_of(urn: str) -> str:
    """Return the type of a URN's resource, without those of its parents; "" if it is no URN."""
    types = urn.split("::", 3)[2:3]
    return types[0].rpartition("$")[2] if types else ""

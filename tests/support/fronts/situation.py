"""What a situation is, and what most of them begin with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from emulated import PAYLOAD

from sjresource.stack.identity import IDENTITY_TAG

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from both_fronts import Front

KIND = "ml.m5.large"

OTHERS = {IDENTITY_TAG: "acme/urn:pulumi:prod::speech::sjresource::ServiceJob::train@1234567.1"}

AN_HOUR = 3_600_000
"""In milliseconds."""

DENIED = {"code": "AccessDeniedException", "status": 403, "message": "you are not allowed to"}


class Meant(NamedTuple):
    """A difference of the native front in one step that is meant, and why."""

    why: str
    done: str | None = None
    said: tuple[str, ...] | None = None
    """How its sentences begin."""
    calls: bool = True
    """Whether the calls are the same."""
    jobs: bool = True
    """Whether the jobs in Batch are the same in the end."""
    facts: tuple[str, ...] = ()
    """Resources of which the state has something else in the end."""


class Situation(NamedTuple):
    """What happens, in order.

    `meant` are differences, by the number of the step; with `untyped` it is lived through with
    either form of the payload.
    """

    name: str
    live: Callable[[Front], None]
    config: Mapping[str, Any] = {}
    meant: Mapping[int, Meant] = {}
    untyped: bool = False


def job(front: Front, **changes: Any) -> dict[str, Any]:
    """Write a job's arguments; the queue is made if it isn't there."""
    queues = front.aws.batch.describe_job_queues()["jobQueues"]
    queue = queues[0]["jobQueueArn"] if queues else front.aws.make_queue()
    return {"job_queue": queue, "service_request_payload": PAYLOAD, **changes}


def changed(**members: Any) -> dict[str, Any]:
    """Write the payload with other members."""
    return {**PAYLOAD, **members}


def of(front: Front, name: str = "train") -> str:
    """Return a resource's id."""
    return front.state[name].id


def again(front: Front, **config: Any) -> None:
    """End an operation in order, and begin the next."""
    front.end()
    front.begin(**config)


def submitted(front: Front, **changes: Any) -> None:
    """Submit a job in one operation, and begin the next."""
    front.up("ServiceJob", "train", **job(front, **changes))
    again(front)


def queue_side(front: Front, **queue: Any) -> None:
    """Bring up one of each that a job needs."""
    limits = [{"max_capacity": 4, "capacity_unit": KIND}]
    front.up("ServiceEnvironment", "capacity", capacity_limits=limits)
    fifo = {"idle_resource_assignment_strategy": "FIFO"}
    front.up("SchedulingPolicy", "policy", quota_share_policy=fifo)
    order = [{"order": 1, "service_environment": of(front, "capacity")}]
    policy = {"scheduling_policy_arn": of(front, "policy")}
    inputs = {"priority": 1, "service_environment_order": order, **policy, **queue}
    front.up("JobQueue", "training", **inputs)
    front.up(
        "QuotaShare",
        "vision",
        job_queue=of(front, "training"),
        capacity_limits=[{"max_capacity": 2, "capacity_unit": KIND}],
        resource_sharing_configuration={"strategy": "RESERVE"},
        preemption_configuration={"in_share_preemption": "DISABLED"},
    )


PREFLIGHT = {"preflight": "true"}

FEW_TRIES = {"maxRetries": 0, "retryMode": "standard"}

KEPT = (
    "what is known of a failed wait is in the state; and the command offers no other way to run a "
    "job again, where `--replace` is refused"
)

ASKED_ANEW = Meant("a program does not know the state, and asks; the plugin does", calls=False)


def kept(completion: str, said: tuple[str, ...] | None = None) -> Meant:
    """Return the difference of a wait that fails: the plugin reads what is to be recorded, too."""
    return Meant(KEPT, said=said, calls=False, facts=(completion,))

"""Situations of queues, and of what they are made of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emulated import PAYLOAD
from situation import DENIED, PREFLIGHT, Meant, Situation, again, changed, job, of, queue_side

from sjresource.aws.payload import payload_json

if TYPE_CHECKING:
    from both_fronts import Front


def the_queue_side_s_life(front: Front) -> None:
    """Made, changed in place, changed by somebody else, changed back, replaced, deleted."""
    queue_side(front)
    again(front)
    queue_side(front)
    queue_side(front, priority=5, tags={"team": "a"})
    front.aws.batch.update_job_queue(jobQueue=of(front, "training"), priority=7)
    front.aws.batch.tag_resource(resourceArn=of(front, "training"), tags={"team": "b"})
    front.aws.advance(5)
    front.refresh("training")
    queue_side(front, priority=5, tags={"team": "a"})
    again(front)
    for name in ("vision", "training"):
        front.destroy(name)
    order = [{"order": 1, "service_environment": of(front, "capacity")}]
    for queue in ("one", "other"):
        given = {"job_queue_name": queue, "priority": 1, "service_environment_order": order}
        front.up("JobQueue", "second", **given)
    for name in ("second", "policy", "capacity"):
        front.destroy(name)


def the_queue_is_looked_at(front: Front) -> None:
    """A preview refuses what AWS would, and warns of what this `up` may repair."""
    front.up("ServiceJob", "train", **job(front, job_queue="nowhere"))
    front.up("ServiceJob", "train", **job(front, quota_share_name="vision"))
    large = changed(ResourceConfig={**PAYLOAD["ResourceConfig"], "InstanceCount": 11.0})
    front.up("ServiceJob", "train", **job(front, service_request_payload=large))
    front.aws.batch.update_job_queue(jobQueue=job(front)["job_queue"], state="DISABLED")
    front.aws.advance(5)
    again(front)
    front.up("ServiceJob", "train", **job(front))


def it_is_not_valid_in_time(front: Front) -> None:
    """The id is known, and the next `up` goes on."""
    limits = [{"max_capacity": 4, "capacity_unit": "NUM_INSTANCES"}]
    front.aws.control.fault("DescribeServiceEnvironments", "error", count=None, **DENIED)
    front.up("ServiceEnvironment", "capacity", capacity_limits=limits)
    front.up("ServiceEnvironment", "capacity", capacity_limits=limits)
    front.aws.emulator.faults.clear()
    again(front)
    front.up("ServiceEnvironment", "capacity", capacity_limits=limits, tags={"a": "b"})


def the_name_is_taken(front: Front) -> None:
    """A default name gives way; one that the program gives is refused."""
    front.aws.batch.create_scheduling_policy(name="fair")
    front.up("SchedulingPolicy", "policy", name="fair")
    front.up("SchedulingPolicy", "policy")
    held = of(front, "policy")
    again(front)
    front.destroy("policy")
    front.aws.batch.create_scheduling_policy(name=held.rpartition("/")[2])
    front.up("SchedulingPolicy", "policy")
    front.up("SchedulingPolicy", "policy")


def others_depend_on_it(front: Front) -> None:
    """Nothing is deleted that somebody else's queue or job needs."""
    front.aws.control.call("POST", "rules", job_name="*", script={"running": 60.0})
    limits = [{"max_capacity": 4, "capacity_unit": "NUM_INSTANCES"}]
    front.up("ServiceEnvironment", "capacity", capacity_limits=limits)
    order = [{"order": 1, "service_environment": of(front, "capacity")}]
    front.up("JobQueue", "ours", priority=1, service_environment_order=order)
    again(front)
    front.aws.batch.submit_service_job(
        jobName="theirs",
        jobQueue=of(front, "ours"),
        serviceJobType="SAGEMAKER_TRAINING",
        serviceRequestPayload=payload_json({**PAYLOAD, "TrainingJobName": "theirs"}),
    )
    front.destroy("ours")
    front.aws.advance(60)
    front.destroy("ours")
    front.aws.batch.create_job_queue(
        jobQueueName="theirs",
        jobQueueType="SAGEMAKER_TRAINING",
        priority=1,
        serviceEnvironmentOrder=[{"order": 1, "serviceEnvironment": of(front, "capacity")}],
    )
    front.destroy("capacity")


def what_uses_it_stays(front: Front) -> None:
    """A queue with `deletedWith` is left in AWS: what waits for it to go says so before the end."""
    given = {
        "capacity_limits": [{"max_capacity": 4, "capacity_unit": "NUM_INSTANCES"}],
        "timeouts": {"delete": 60},
    }
    front.up("ServiceEnvironment", "capacity", **given)
    order = [{"order": 1, "service_environment": of(front, "capacity")}]
    front.up("JobQueue", "ours", priority=1, service_environment_order=order)
    again(front)
    del front.state["ours"]
    front.destroy("capacity")


def it_is_to_be_deleted_first(front: Front) -> None:
    """By an option, while a queue of the stack uses it: the queue lets go only afterwards."""
    limits = [{"max_capacity": 4, "capacity_unit": "NUM_INSTANCES"}]
    front.up("ServiceEnvironment", "capacity", capacity_limits=limits)
    order = [{"order": 1, "service_environment": of(front, "capacity")}]
    front.up("JobQueue", "ours", priority=1, service_environment_order=order)
    again(front)
    front.deletes_first = True
    renamed = {"service_environment_name": "more", "capacity_limits": limits}
    front.up("ServiceEnvironment", "capacity", **renamed)
    again(front)
    front.deletes_first = False
    front.up("ServiceEnvironment", "capacity", **renamed)


QUEUE_SITUATIONS = (
    Situation("what uses it stays", what_uses_it_stays),
    Situation("the queue side's life", the_queue_side_s_life),
    Situation("the queue is looked at", the_queue_is_looked_at, PREFLIGHT, untyped=True),
    Situation(
        "it is not VALID in time",
        it_is_not_valid_in_time,
        meant={
            0: Meant(
                "the engine keeps a partial state, and a dynamic resource's is lost by an error",
                done="failed",
                said=("error: waiting for ServiceEnvironment (arn:",),
            ),
            1: Meant(
                "the engine updates what it keeps as partial",
                done="failed",
                said=("error: reading ServiceEnvironment (arn:",),
                calls=False,
            ),
        },
    ),
    Situation("the name is taken", the_name_is_taken),
    Situation("a preview sees that the name is taken", the_name_is_taken, PREFLIGHT),
    Situation("others depend on it", others_depend_on_it),
    Situation("it is to be deleted first", it_is_to_be_deleted_first),
)

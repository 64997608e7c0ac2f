"""Beliefs about queues, environments and policies, and the words in which they are refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sjresource.aws.batch import JOB_QUEUE, SCHEDULING_POLICY, SERVICE_ENVIRONMENT
from sjresource.probes.beliefs.sources import HELPER, TERRAFORM, api, guide
from sjresource.probes.session.probe import Words, probe
from sjresource.probes.session.session import queue_request
from sjresource.vocabulary import DISABLED

if TYPE_CHECKING:
    from sjresource.probes.session.session import Session


@probe(
    name="existing-name",
    belief="What is there is refused with `Object already exists`, nothing else, and HTTP 409.",
    source=f"{HELPER} compares the message with these words; the model gives every "
    "ClientException the status 400",
    believed={"answer": "refused", "words": "Object already exists", "status": 409},
    operations=("CreateJobQueue",),
)
def existing_name(session: Session) -> dict[str, Any]:
    """In which words is a queue refused whose name is taken?"""
    label = session.idle_queue.removeprefix(session.name(""))
    answer = session.create(JOB_QUEUE, label, **queue_request(session.closed_environment))
    return {**answer.facts(), "status": answer.status}


@probe(
    name="environment-in-use",
    belief="`Cannot delete, found existing ... relationship` is said as by other Batch operations.",
    source=f"no page has messages; {TERRAFORM} quotes some",
    believed={"answer": "refused", "words": Words("relationship")},
    operations=("CreateJobQueue", "CreateServiceEnvironment", "DeleteServiceEnvironment"),
)
def environment_in_use(session: Session) -> dict[str, Any]:
    """In which words is the deletion of an environment refused that a queue uses?"""
    environment = session.environment("used")
    session.queue("user", environment)
    return session.calls("DeleteServiceEnvironment", serviceEnvironment=environment).facts()


@probe(
    name="change-while-changing",
    belief="A change while another one goes on is refused with `resource is being modified`.",
    source=f"no page has messages; {TERRAFORM} quotes some",
    believed={"answer": "refused", "words": Words("being modified")},
    operations=("UpdateJobQueue",),
)
def change_while_changing(session: Session) -> dict[str, Any]:
    """What does a second change of a queue answer, right after the first one?"""
    queue = session.shared(
        "changed_queue", lambda: session.queue("changed", session.closed_environment)
    )
    session.calls.required("UpdateJobQueue", jobQueue=queue, priority=2)
    again = session.calls("UpdateJobQueue", jobQueue=queue, priority=3)
    session.settle(JOB_QUEUE, queue)
    return again.facts()


@probe(
    name="environment-of-deleted-queue",
    belief="An environment can't be deleted for a while after its queue is gone; the same call "
    "succeeds later, within a minute.",
    source=f"{TERRAFORM} shows it of compute environments",
    believed={"deleted": True},
    operations=(
        "CreateJobQueue",
        "CreateServiceEnvironment",
        "DeleteJobQueue",
        "DeleteServiceEnvironment",
        "DescribeJobQueues",
        "UpdateJobQueue",
    ),
    believer="sjresource",
)
def environment_of_deleted_queue(session: Session) -> dict[str, Any]:
    """How long after its queue is gone can an environment not be deleted?"""
    environment = session.environment("left")
    queue = session.queue("leaving", environment)
    session.disable_queue(queue)
    session.calls.required("DeleteJobQueue", jobQueue=queue)
    session.wait(
        lambda: session.calls.required("DescribeJobQueues", jobQueues=[queue])["jobQueues"],
        lambda found: not found or found[0].get("status") == "DELETED",
    )
    start = session.clock.now()
    answer = session.wait(
        lambda: session.calls("DeleteServiceEnvironment", serviceEnvironment=environment),
        lambda tried: not tried.code,
    )
    took = session.clock.now() - start
    return {"deleted": not answer.code, "seconds": round(took), "words": answer.words or None}


@probe(
    name="several-environments",
    belief="A queue has one service environment.",
    source=f"{guide('service_limits')} has 1; {api('CreateJobQueue')} takes a list, and "
    f"{api('ServiceEnvironmentOrder')} speaks of several",
    believed={"answer": "refused"},
    operations=("CreateJobQueue",),
)
def several_environments(session: Session) -> dict[str, Any]:
    """Can a queue have two service environments?"""
    second = session.shared("second_environment", lambda: session.environment("second"))
    both = queue_request(session.closed_environment, second)
    return session.create(JOB_QUEUE, "two", **both).facts()


@probe(
    name="policy-with-name-alone",
    belief="A scheduling policy with nothing but a name is a fair-share policy.",
    source=f"{api('CreateSchedulingPolicy')} requires the name alone",
    believed={"answer": "succeeds", "policy": "fairsharePolicy"},
    operations=("CreateSchedulingPolicy", "DescribeSchedulingPolicies"),
)
def policy_with_name_alone(session: Session) -> dict[str, Any]:
    """What does a scheduling policy become that has a name alone?"""
    answer = session.create(SCHEDULING_POLICY, "bare")
    if answer.code:
        return answer.facts()
    found = session.calls.required("DescribeSchedulingPolicies", arns=[answer.body["arn"]])
    (detail,) = found["schedulingPolicies"]
    kinds = [each for each in ("fairsharePolicy", "quotaSharePolicy") if each in detail]
    return {**answer.facts(), "policy": kinds[0] if kinds else None}


@probe(
    name="queue-status-reason",
    belief="A queue's statusReason is `JobQueue Healthy` whatever its status.",
    source=f"{guide('getting-started-sagemaker')} shows a VALID one",
    believed={"valid": "JobQueue Healthy", "updating": "JobQueue Healthy"},
    operations=("DescribeJobQueues", "UpdateJobQueue"),
)
def queue_status_reason(session: Session) -> dict[str, Any]:
    """Which statusReason has a queue that is VALID, and one that is UPDATING?"""
    queue = session.shared(
        "changed_queue", lambda: session.queue("changed", session.closed_environment)
    )

    def reason() -> Any:
        (detail,) = session.calls.required("DescribeJobQueues", jobQueues=[queue])["jobQueues"]
        return detail.get("statusReason")

    valid = reason()
    session.calls.required("UpdateJobQueue", jobQueue=queue, priority=4)
    updating = reason()
    session.settle(JOB_QUEUE, queue)
    return {"valid": valid, "updating": updating}


@probe(
    name="environment-of-one-kind",
    belief="An environment's limits are NUM_INSTANCES alone, or by instance type.",
    source=f"{api('CapacityLimit')} names both",
    believed={"answer": "refused"},
    operations=("CreateServiceEnvironment",),
)
def environment_of_one_kind(session: Session) -> dict[str, Any]:
    """Can an environment have a limit of NUM_INSTANCES beside one of an instance type?"""
    limits = [{"maxCapacity": 1, "capacityUnit": unit} for unit in ("NUM_INSTANCES", "ml.m5.large")]
    return session.create(
        SERVICE_ENVIRONMENT,
        "both",
        serviceEnvironmentType="SAGEMAKER_TRAINING",
        capacityLimits=limits,
        state=DISABLED,
    ).facts()


PROBES: Final = (
    existing_name,
    environment_in_use,
    change_while_changing,
    environment_of_deleted_queue,
    several_environments,
    policy_with_name_alone,
    queue_status_reason,
    environment_of_one_kind,
)

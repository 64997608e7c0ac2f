"""Situations of a stack, each lived through by both fronts: what they say and do is the same."""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from emulated import ACCOUNT, PAYLOAD

from sjresource.aws.payload import payload_json
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


def a_job_s_life(front: Front) -> None:
    """Every change that there is, from its submission to its end."""
    submitted(front)
    front.up("ServiceJob", "train", **job(front))
    named = changed(TrainingJobName="train")  # as it is without one
    front.up("ServiceJob", "train", **job(front, service_request_payload=named))
    front.up("ServiceJob", "train", **job(front, tags={"team": "a"}, scheduling_priority=5))
    front.up("ServiceJob", "train", **job(front, tags={"cost": "b"}))
    again(front)
    front.up("ServiceJob", "train", **job(front, triggers=[1]))
    again(front)
    epochs = changed(HyperParameters={"epochs": "5"})
    front.up("ServiceJob", "train", **job(front, service_request_payload=epochs))
    front.aws.advance(60)
    front.refresh("train")
    again(front)
    front.up("ServiceJob", "train", **job(front, service_request_payload=epochs, tags={"a": "b"}))
    front.destroy("train")


def somebody_changes_a_job(front: Front) -> None:
    """A refresh shows what an update can set again, and of an ended job nothing."""
    given = {"tags": {"team": "a", "owner": "x"}, "scheduling_priority": 5}
    submitted(front, **given)

    def change(priority: int) -> None:
        batch = front.aws.batch
        batch.update_service_job(jobId=of(front), schedulingPriority=priority)
        batch.tag_resource(resourceArn=of(front), tags={"team": "b", "owner": "y", "more": "z"})

    change(9)
    front.refresh("train")
    again(front)
    front.up("ServiceJob", "train", **job(front, **given))
    again(front)
    front.refresh("train")
    front.up("ServiceJob", "train", **job(front, **given))
    change(7)
    front.aws.advance(60)
    front.refresh("train")
    again(front)
    front.up("ServiceJob", "train", **job(front, **given))


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


def aws_does_not_answer(fault: str, **more: Any) -> Callable[[Front], None]:
    """Live with a fault in each operation: nothing is lost, and the next one goes on."""

    def live(front: Front) -> None:
        inputs = job(front)
        faults = front.aws.control
        for call in ("ListServiceJobs", "SubmitServiceJob"):
            faults.fault(call, fault, count=None, **more)
            front.up("ServiceJob", "train", **inputs)
            front.aws.emulator.faults.clear()
            again(front)
        front.up("ServiceJob", "train", **inputs)
        again(front)
        for call in ("DescribeServiceJob", "TagResource", "TerminateServiceJob"):
            faults.fault(call, fault, count=None, **more)
            front.refresh("train")
            front.up("ServiceJob", "train", **inputs, tags={"team": "a"})
            front.destroy("train")
            front.aws.emulator.faults.clear()
            if "train" not in front.state:
                front.up("ServiceJob", "train", **inputs)
            again(front)
        front.destroy("train")

    return live


def a_submission_fails(fault: str) -> Callable[[Front], None]:
    """Fail it until all tries are used up; the next operation goes on."""

    def live(front: Front) -> None:
        inputs = job(front)
        front.aws.control.fault("SubmitServiceJob", fault, count=None)
        front.up("ServiceJob", "train", **inputs)
        front.aws.emulator.faults.clear()
        again(front)
        front.up("ServiceJob", "train", **inputs)

    return live


def the_queue_side_s_answers_are_a_proxy_s(front: Front) -> None:
    """What was made is found by the next `up`; nothing that can't be read is taken for gone."""
    inputs: dict[str, dict[str, Any]] = {
        "ServiceEnvironment": {"capacity_limits": [{"max_capacity": 4, "capacity_unit": KIND}]},
        "SchedulingPolicy": {"quota_share_policy": {"idle_resource_assignment_strategy": "FIFO"}},
    }
    for kind, given in inputs.items():
        front.aws.control.fault(f"Create{kind}", "malformed")
        front.up(kind, kind, **given)
        again(front)
        front.up(kind, kind, **given)
        again(front)
    order = [{"order": 1, "service_environment": of(front, "ServiceEnvironment")}]
    policy = {"scheduling_policy_arn": of(front, "SchedulingPolicy")}
    front.up("JobQueue", "JobQueue", priority=1, service_environment_order=order, **policy)
    front.up(
        "QuotaShare",
        "QuotaShare",
        job_queue=of(front, "JobQueue"),
        capacity_limits=[{"max_capacity": 2, "capacity_unit": KIND}],
        resource_sharing_configuration={"strategy": "RESERVE"},
        preemption_configuration={"in_share_preemption": "DISABLED"},
    )
    again(front)
    for call, kind in {
        "DescribeQuotaShare": "QuotaShare",
        "DescribeJobQueues": "JobQueue",
        "ListServiceJobs": "JobQueue",
        "DescribeSchedulingPolicies": "SchedulingPolicy",
        "DescribeServiceEnvironments": "ServiceEnvironment",
    }.items():
        front.aws.control.fault(call, "malformed", count=None)
        front.refresh(kind)
        if kind in inputs:
            front.up(kind, kind, **inputs[kind], tags={"team": "a"})
        front.destroy(kind)
        front.aws.emulator.faults.clear()
        again(front)
    for kind in ("QuotaShare", "JobQueue", "SchedulingPolicy", "ServiceEnvironment"):
        front.destroy(kind)


def nobody_is_there(front: Front) -> None:
    """No connection: each operation says so."""
    submitted(front)
    nowhere = [dict.fromkeys(("batch", "sts"), "http://127.0.0.1:1")]
    front.begin(endpoints=nowhere)
    front.refresh("train")
    front.up("ServiceJob", "train", **job(front, tags={"a": "b"}))
    front.destroy("train")
    front.up("ServiceJob", "other", **job(front))


def the_account_is_not_allowed(front: Front) -> None:
    """Nothing is asked of an account that the config does not name."""
    submitted(front)
    front.begin(allowedAccountIds=["999999999999"])
    front.up("ServiceJob", "train", **job(front, tags={"a": "b"}))
    front.up("SchedulingPolicy", "policy")
    front.refresh("train")
    front.destroy("train")


def the_account_is_another(front: Front) -> None:
    """What another account does not have is not gone: nothing leaves the state."""
    submitted(front)
    front.up("SchedulingPolicy", "policy")
    again(front)
    front.aws.control.forget(of(front).rpartition("/")[2], "vanish")
    for name in ("train", "policy"):
        front.rewrite(name, ACCOUNT, "999999999999")
        front.refresh(name)
        front.destroy(name)


def an_answer_is_lost(front: Front) -> None:
    """The submission has its effect, and the answer does not arrive."""
    inputs = job(front)
    front.aws.control.fault("SubmitServiceJob", "drop_after", count=1)
    front.up("ServiceJob", "train", **inputs)


def the_state_is_not_written(front: Front) -> None:
    """The next `up` finds what is lost: the same, an edited one as an orphan, the queue side."""
    inputs = job(front)
    front.up("ServiceJob", "train", **inputs)
    front.up("SchedulingPolicy", "policy")
    front.crash("train", "policy")
    front.begin()
    front.up("ServiceJob", "train", **inputs)
    front.up("SchedulingPolicy", "policy", tags={"team": "a"})
    front.crash("train")
    front.begin()
    front.up("ServiceJob", "train", **inputs, triggers=["edited"])


def by_errors(live: Callable[[Front], None]) -> Callable[[Front], None]:
    """Live with a Batch that answers a used token with an error, and not with its job."""

    def live_with_errors(front: Front) -> None:
        front.aws.emulator.behaviour.token_replay = "reject"
        live(front)

    return live_with_errors


def a_lost_one_has_finished(front: Front) -> None:
    """It was paid for, and is taken; once it is given up, there is a new run."""
    inputs = job(front)
    front.up("ServiceJob", "train", **inputs)
    front.crash("train")
    front.begin()
    front.aws.advance(60)
    front.up("ServiceJob", "train", **inputs)
    front.destroy("train")
    again(front)
    front.up("ServiceJob", "train", **inputs)


def several_are_lost(front: Front) -> None:
    """The run that is wanted is taken, and the others are named."""
    inputs = job(front)
    for triggers in (["one"], ["two"], ["three"]):
        front.up("ServiceJob", "train", **inputs, triggers=triggers)
        front.crash("train")
        front.begin()
    front.up("ServiceJob", "train", **inputs, triggers=["two"])
    again(front)
    front.refresh("train")
    front.up("ServiceJob", "train", **inputs, triggers=["two"])


def a_used_token_has_no_job(front: Front) -> None:
    """Batch has forgotten the lost job: an error, and never another submission."""
    inputs = job(front)
    front.up("ServiceJob", "train", **inputs)
    lost = of(front).rpartition("/")[2]
    front.crash("train")
    front.aws.control.forget(lost, "vanish")
    front.begin()
    front.up("ServiceJob", "train", **inputs)
    front.up("ServiceJob", "train", **inputs, triggers=["new"])


def a_recorded_one_is_in_no_state(front: Front) -> None:
    """It may be another stack's: the user is asked."""
    inputs = job(front)
    front.up("ServiceJob", "train", **inputs)
    front.up("SchedulingPolicy", "policy")
    front.record()
    front.crash("train", "policy")
    front.begin()
    front.up("ServiceJob", "train", **inputs)
    front.up("SchedulingPolicy", "policy")
    front.up("ServiceJob", "train", **inputs, triggers=["new"])


def batch_forgets(front: Front) -> None:
    """A live job that vanished is gone from the state; an ended one stays in it."""
    submitted(front)
    front.aws.control.forget(of(front).rpartition("/")[2], "vanish")
    front.refresh("train")
    front.up("ServiceJob", "train", **job(front))
    again(front)
    front.aws.advance(60)
    front.refresh("train")
    front.aws.control.forget(of(front).rpartition("/")[2], "expire")
    front.refresh("train")
    front.up("ServiceJob", "train", **job(front))
    front.up("ServiceJob", "train", **job(front, tags={"a": "b"}))
    front.destroy("train")


def it_is_another_stack_s_by_now(front: Front) -> None:
    """Nothing of another stack is changed or ended; of an ended job there is nothing to do."""
    submitted(front)
    front.up("SchedulingPolicy", "policy")
    for name in ("train", "policy"):
        front.aws.batch.tag_resource(resourceArn=of(front, name), tags=OTHERS)
    front.refresh("train")
    front.up("ServiceJob", "train", **job(front, tags={"a": "b"}))
    front.destroy("train")
    front.up("SchedulingPolicy", "policy", tags={"a": "b"})
    front.destroy("policy")
    front.aws.batch.terminate_service_job(jobId=of(front), reason="enough")
    front.aws.advance(60)
    front.destroy("train")


def it_is_wanted_again(front: Front) -> None:
    """What was released is a new run; what somebody stopped is still the one run."""
    for _ in range(2):
        submitted(front)
        front.destroy("train")
        again(front)
    submitted(front)
    front.aws.batch.terminate_service_job(jobId=of(front), reason="by hand")
    front.aws.advance(60)
    front.up("ServiceJob", "train", **job(front))


def each_status_is_ended(front: Front) -> None:
    """RUNNING, FAILED, SUCCEEDED, unknown; and where Batch doesn't do it."""
    submitted(front)
    front.aws.advance(1)
    front.destroy("train")
    again(front)
    front.aws.control.call("POST", "rules", job_name="*", script={"outcome": "Failed"})
    submitted(front, triggers=["fails"])
    front.aws.advance(60)
    front.destroy("train")
    again(front)
    submitted(front, triggers=["unknown"])
    front.aws.control.forget(of(front).rpartition("/")[2], "vanish")
    front.destroy("train")


def a_failed_job_is_rerun(front: Front) -> None:
    """Where that is asked for, at the next `up`."""
    front.aws.control.call("POST", "rules", job_name="*", script={"outcome": "Failed"})
    submitted(front, rerun_on_failure=True)
    front.up("ServiceJob", "train", **job(front, rerun_on_failure=True))
    front.aws.advance(60)
    front.up("ServiceJob", "train", **job(front))
    front.up("ServiceJob", "train", **job(front, rerun_on_failure=True))


def a_job_is_adopted(front: Front) -> None:
    """Somebody's job becomes this stack's; another stack's and none are refused."""
    inputs = job(front)
    made = {
        "jobName": "train",
        "jobQueue": inputs["job_queue"],
        "serviceJobType": "SAGEMAKER_TRAINING",
        "serviceRequestPayload": '{"TrainingJobName": "a"}',
    }
    foreign = front.aws.batch.submit_service_job(**made)["jobId"]
    owned = front.aws.batch.submit_service_job(**made, tags=OTHERS)["jobId"]
    front.up("ServiceJob", "train", **inputs, adopt_job_id=owned)
    front.up("ServiceJob", "train", **inputs, adopt_job_id="00000000-0000-0000-0000-000000000000")
    front.up("ServiceJob", "train", **inputs, adopt_job_id=foreign)
    again(front)
    front.up("ServiceJob", "train", **inputs)
    front.replace("train", **inputs, adopt_job_id=foreign)
    front.aws.advance(1)


def it_is_warned_of(front: Front) -> None:
    """What AWS takes and is hardly meant."""
    endless = {name: each for name, each in PAYLOAD.items() if name != "StoppingCondition"}
    channel = {
        "ChannelName": "train",
        "CompressionType": "Gzip",
        "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://bucket/data"}},
    }
    odd = changed(
        AlgorithmSpecification={"TrainingImage": "image", "TrainingInputMode": "FastFile"},
        InputDataConfig=[channel],
        StoppingCondition={"MaxRuntimeInSeconds": 600.0, "MaxPendingTimeInSeconds": 7200.0},
    )
    conditions = [{"on_status_reason": "too slow*", "action": "RETRY"}]
    for name, given in (
        ("endless", {"service_request_payload": endless}),
        ("odd", {"service_request_payload": odd, "scheduling_priority": 1}),
        ("conditions", {"retry_strategy": {"attempts": 1, "evaluate_on_exit": conditions}}),
        ("short", {"timeout_config": {"attempt_duration_seconds": 300}}),
    ):
        front.up("ServiceJob", name, **job(front, **given))
    shares = [{"share_identifier": "user.a", "weight_factor": 1.0}]
    front.up("SchedulingPolicy", "policy", fairshare_policy={"share_distribution": shares})


def rules_are_let_pass(front: Front) -> None:
    """`validation: warn` makes warnings of what botocore can send."""
    short = changed(RoleArn="training-role")
    front.up("ServiceJob", "train", **job(front, service_request_payload=short))
    front.up("ServiceJob", "other", **job(front, retry_strategy={"attempts": 0}))
    front.up("SchedulingPolicy", "policy", name="_fair")


def an_up_is_bounded(front: Front) -> None:
    """By instance-hours: the first job is within them, the second is over them."""
    front.up("ServiceJob", "train", **job(front))
    front.up("ServiceJob", "second", **job(front))


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


def a_job_goes_with_its_queue(front: Front) -> None:
    """The queue's delete ends the one job that says so, and no other."""
    front.aws.control.call("POST", "rules", job_name="*", script={"running": 3600.0})
    limits = [{"max_capacity": 4, "capacity_unit": "NUM_INSTANCES"}]
    front.up("ServiceEnvironment", "capacity", capacity_limits=limits)
    order = [{"order": 1, "service_environment": of(front, "capacity")}]
    front.up("JobQueue", "ours", priority=1, service_environment_order=order)
    inputs = {"job_queue": of(front, "ours"), "service_request_payload": PAYLOAD}
    front.up("ServiceJob", "bound", **inputs, deleted_with=True)
    front.up("ServiceJob", "left", **inputs, deleted_with=False)
    again(front)
    del front.state["bound"]
    left = front.state.pop("left")
    front.destroy("ours")
    front.state["left"] = left
    front.destroy("left")
    front.destroy("ours")


def the_token_is_the_user_s(front: Front) -> None:
    """It has to change with the request."""
    submitted(front, client_token="mine")
    front.up("ServiceJob", "train", **job(front, client_token="mine", triggers=[1]))
    front.up("ServiceJob", "train", **job(front, client_token="yours", triggers=[1]))
    front.up("ServiceJob", "other", **job(front, client_token="yours"))


def it_moves_to_another_region(front: Front) -> None:
    """A queue by name is sought there; what exists is replaced."""
    front.up("SchedulingPolicy", "policy")
    again(front)
    front.up("SchedulingPolicy", "policy", region="us-east-1")
    again(front, region="us-west-2")
    front.up("SchedulingPolicy", "policy", region="us-east-1")
    front.up("SchedulingPolicy", "policy")


def it_is_replaced_unasked(front: Front) -> None:
    """`--replace` and taint of a job that is unchanged."""
    submitted(front)
    front.replace("train", **job(front))


def tags_are_of_the_config(front: Front) -> None:
    """Default tags stand below the resource's own; ignored ones are nobody's drift."""
    front.up("SchedulingPolicy", "policy", tags={"cost": "2"})
    arn = of(front, "policy")
    front.aws.batch.tag_resource(resourceArn=arn, tags={"cost": "9", "team": "9"})
    front.refresh("policy")
    front.up("SchedulingPolicy", "policy", tags={"cost": "2"})


def three_jobs(front: Front) -> None:
    """Submit two that succeed and one that fails, in one operation; begin the next."""
    front.aws.control.call("POST", "rules", job_name="bad", script={"outcome": "Failed"})
    for name in ("good", "bad", "fair"):
        front.up("ServiceJob", name, **job(front))
    again(front)


def a_job_is_waited_for(front: Front) -> None:
    """Its end is recorded once."""
    submitted(front)
    ends = partial(front.aws.advance, 60)
    front.complete("trained", job="train", timeout_seconds=30, meanwhile=ends)
    again(front)
    front.complete("trained", job="train")


def jobs_are_waited_for(front: Front) -> None:
    """In a list, by name, as many as have to succeed; failures that are recorded are no errors."""
    three_jobs(front)
    front.aws.advance(60)
    answers_late(front, "bad")  # which is seen all the same before a wait is over
    front.complete("list", jobs=["good", "fair"])
    front.complete("enough", jobs=["good", "bad"], min_succeeded=1)
    front.complete("named", jobs={"a": "bad", "b": "good"}, on_failure="record")
    front.complete("one", job="bad", on_failure="record")
    again(front)
    front.complete("list", jobs=["good", "bad"], min_succeeded=1)
    front.complete("named", jobs={"a": "bad", "b": "good"}, on_failure="record")


def answers_late(front: Front, name: str) -> None:
    """Have a job described a moment after the others that are asked about with it."""
    front.aws.emulator.faults.sleep = time.sleep
    match = {"jobId": of(front, name)}
    front.aws.control.fault("DescribeServiceJob", "delay", match=match, seconds=0.2, count=None)


def waits_fail(front: Front) -> None:
    """One says which job has failed, on which attempt, why, and how to run it again."""
    three_jobs(front)
    front.aws.advance(60)
    front.complete("one", job="bad")
    front.complete("some", jobs=["good", "bad", "fair"], log_lines=0)
    theirs = of(front, "bad")
    del front.state["bad"]
    again(front)
    front.complete("elsewhere", job=theirs, log_lines=0)
    again(front)
    front.complete("one", jobs={"theirs": theirs, "ours": "good"}, log_lines=0)


def a_wait_takes_too_long(front: Front) -> None:
    """It ends, and not the job; the next `up` waits on."""
    submitted(front)
    front.complete("trained", job="train", timeout_seconds=1)
    again(front)
    front.aws.advance(60)
    front.complete("trained", job="train")


def batch_forgets_before_a_wait(front: Front) -> None:
    """How it ended was never recorded: an error, unless enough others have succeeded."""
    three_jobs(front)
    front.aws.advance(60)
    forgotten = of(front, "fair")
    created = front.aws.batch.describe_service_job(jobId=forgotten)["createdAt"]
    front.rewrite("fair", str(created), str(created - AN_HOUR))  # of a new one it is a lag
    front.aws.control.forget(forgotten.rpartition("/")[2], "expire")
    front.complete("enough", jobs=["good", "fair"], min_succeeded=1)
    front.complete("one", job="fair")


def a_wait_is_refused(front: Front) -> None:
    """By AWS: at once, in its own words."""
    submitted(front)
    for call in ("DescribeServiceJob", "ListServiceJobs"):
        front.aws.control.fault(call, "error", count=None, **DENIED)
    front.complete("trained", job="train")
    front.aws.emulator.faults.clear()


def a_wait_can_t_be(front: Front) -> None:
    """Wrong arguments: each says what it must be."""
    submitted(front)
    front.complete("trained", job="train", min_succeeded=2)
    front.complete("trained", job="train", min_succeeded="one")
    front.complete("trained", job="train", timeout_seconds=0)
    front.complete("trained", job="train", on_failure="ignore")
    front.complete("trained", job="train", log_lines=-1)
    front.complete("trained", job="by-its-name")
    front.complete("trained", job=of(front).replace(":batch:", ":sagemaker:"))


def functions_are_called(front: Front) -> None:
    """They answer with what there is, and refuse what can be none."""
    three_jobs(front)
    queue = job(front)["job_queue"]
    front.ask("get_service_job", job=of(front, "good"))
    front.ask("get_job_queue_snapshot", job_queue="training")
    front.aws.advance(60)
    front.ask("list_service_jobs", job_queue=queue, job_status="SUCCEEDED")
    front.ask("list_service_jobs", job_queue=queue, job_name="bad")
    front.ask("list_service_jobs", job_queue=queue)
    front.ask("list_service_jobs", job_queue=queue, job_name="bad", job_status="FAILED")
    front.ask("list_service_jobs", job_queue=queue, job_status="FINISHED")
    front.ask("list_service_jobs", job_queue="")
    front.ask("get_service_job", job="train")
    front.ask("get_service_job", job="00000000-0000-0000-0000-000000000000")
    front.ask("get_service_job", job=of(front, "good"), region="nowhere")
    front.ask("get_job_queue_snapshot", job_queue="nowhere")


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


SITUATIONS = (
    Situation("a job's life", a_job_s_life, untyped=True),
    Situation(
        "somebody changes a job", somebody_changes_a_job, {"ignoreTags": {"keys": ["owner"]}}
    ),
    Situation("the queue side's life", the_queue_side_s_life),
    Situation("the queue is looked at", the_queue_is_looked_at, PREFLIGHT, untyped=True),
    Situation("throttled", a_submission_fails("throttle"), FEW_TRIES),
    Situation("denied", aws_does_not_answer("error", **DENIED), FEW_TRIES),
    Situation("cut off before", aws_does_not_answer("drop_before"), FEW_TRIES),
    Situation("cut off after", aws_does_not_answer("drop_after"), FEW_TRIES),
    Situation("nobody is there", nobody_is_there, FEW_TRIES),
    Situation("the account is not allowed", the_account_is_not_allowed),
    Situation("the account is another", the_account_is_another),
    Situation("an answer is lost", an_answer_is_lost),
    Situation("the state is not written", the_state_is_not_written),
    Situation("the state is not written, an error", by_errors(the_state_is_not_written)),
    Situation("a lost one has finished", a_lost_one_has_finished),
    Situation("a lost one has finished, an error", by_errors(a_lost_one_has_finished)),
    Situation("several are lost", several_are_lost),
    Situation("a used token has no job", by_errors(a_used_token_has_no_job)),
    Situation(
        "a recorded one is in no state",
        a_recorded_one_is_in_no_state,
        PREFLIGHT,
        meant={
            2: Meant(
                "the option of the class has to be set by the program here",
                said=(
                    "error: submitting ServiceJob (train): arn:",
                    "warning: the update will be refused: submitting ServiceJob (train): arn:",
                ),
            )
        },
    ),
    Situation("Batch forgets", batch_forgets),
    Situation("it is another stack's by now", it_is_another_stack_s_by_now),
    Situation("it is wanted again", it_is_wanted_again),
    Situation("each status is ended", each_status_is_ended),
    Situation("a failed job is rerun", a_failed_job_is_rerun),
    Situation(
        "a job is adopted",
        a_job_is_adopted,
        PREFLIGHT,
        meant={
            4: Meant(
                "the class asks to delete first, a provider can't: the old job is never taken and "
                "then ended",
                said=("warning: deleting ServiceJob (arn:",),
                calls=False,
                jobs=False,
            )
        },
    ),
    Situation("it is warned of", it_is_warned_of, untyped=True),
    Situation("rules are let pass", rules_are_let_pass, {"validation": "warn"}),
    Situation("an up is bounded", an_up_is_bounded, {"maxInstanceHours": 0.2}),
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
    Situation(
        "a job goes with its queue",
        a_job_goes_with_its_queue,
        meant={
            4: Meant(
                "the option's name is that of the argument here",
                said=("error: deleting JobQueue (ours-",),
            )
        },
    ),
    Situation("the token is the user's", the_token_is_the_user_s),
    Situation("it moves to another region", it_moves_to_another_region),
    Situation(
        "it is replaced unasked",
        it_is_replaced_unasked,
        meant={
            1: Meant(
                "the class asks to delete first, a provider can't: the user is asked instead",
                done="failed",
                said=("error: submitting ServiceJob (train): arn:",),
                calls=False,
                jobs=False,
            )
        },
    ),
    Situation("answers are a proxy's", a_submission_fails("malformed"), FEW_TRIES),
    Situation(
        "the queue side's answers are a proxy's", the_queue_side_s_answers_are_a_proxy_s, FEW_TRIES
    ),
    Situation(
        "tags are of the config",
        tags_are_of_the_config,
        {"defaultTags": {"tags": {"team": "speech", "cost": "1"}}, "ignoreTags": {"keys": ["x"]}},
    ),
    Situation("a job is waited for", a_job_is_waited_for, meant={2: ASKED_ANEW}),
    Situation("jobs are waited for", jobs_are_waited_for, meant={8: ASKED_ANEW}),
    Situation(
        "waits fail",
        waits_fail,
        meant={
            3: kept("one", ("waiting for ServiceJob (bad): FAILED on attempt 1 of 1: Algor",)),
            4: kept("some", ("1 of 3 jobs FAILED, 3 had to", "waiting for ServiceJob (bad): FAI")),
            5: kept("elsewhere"),
            6: kept("one"),
        },
    ),
    Situation(
        "a wait takes too long",
        a_wait_takes_too_long,
        meant={2: Meant(KEPT, done="updated")},
    ),
    Situation(
        "Batch forgets before a wait",
        batch_forgets_before_a_wait,
        meant={
            4: Meant(KEPT, said=("Batch no longer knows ServiceJob (",), facts=("one",)),
        },
    ),
    Situation(
        "a wait is refused",
        a_wait_is_refused,
        FEW_TRIES,
        meant={1: Meant(KEPT, facts=("trained",))},
    ),
    Situation(
        "a wait can't be",
        a_wait_can_t_be,
        meant={
            3: Meant("what is left out is no None", said=("timeoutSeconds must be a number of ",)),
            6: Meant("the class takes a ServiceJob", said=("job must be a service job's id or ",)),
            7: Meant("the class takes a ServiceJob", said=("job must be a service job's id or ",)),
        },
    ),
    Situation("functions are called", functions_are_called),
)

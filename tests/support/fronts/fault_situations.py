"""Situations in which AWS does not answer, refuses, or has what no state knows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from emulated import ACCOUNT
from situation import (
    DENIED,
    FEW_TRIES,
    KIND,
    PREFLIGHT,
    Meant,
    Situation,
    again,
    job,
    of,
    submitted,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from both_fronts import Front


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
    queue: dict[str, Any] = {"priority": 1, "service_environment_order": order, **policy}
    front.up("JobQueue", "JobQueue", **queue)
    again(front)
    for call in ("UpdateJobQueue", "TagResource", "GetJobQueueSnapshot"):
        front.aws.control.fault(call, "malformed", count=None)
        queue = {**queue, "priority": queue["priority"] + 1, "tags": {"team": call}}
        front.up("JobQueue", "JobQueue", **queue)
        front.ask("get_job_queue_snapshot", job_queue=of(front, "JobQueue"))
        front.aws.emulator.faults.clear()
        again(front)
        front.up("JobQueue", "JobQueue", **queue)
        again(front)
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


FAULT_SITUATIONS = (
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
                    "warning: unless it replaces what is tainted, the update will be refused: ",
                ),
            )
        },
    ),
    Situation("answers are a proxy's", a_submission_fails("malformed"), FEW_TRIES),
    Situation(
        "the queue side's answers are a proxy's", the_queue_side_s_answers_are_a_proxy_s, FEW_TRIES
    ),
)

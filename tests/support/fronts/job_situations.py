"""Situations of jobs: changed, ended, run again, adopted, and warned of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emulated import PAYLOAD
from situation import OTHERS, PREFLIGHT, Meant, Situation, again, changed, job, of, submitted
from wait_situations import three_jobs

if TYPE_CHECKING:
    from both_fronts import Front


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


JOB_SITUATIONS = (
    Situation("a job's life", a_job_s_life, untyped=True),
    Situation(
        "somebody changes a job", somebody_changes_a_job, {"ignoreTags": {"keys": ["owner"]}}
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
    Situation(
        "tags are of the config",
        tags_are_of_the_config,
        {"defaultTags": {"tags": {"team": "speech", "cost": "1"}}, "ignoreTags": {"keys": ["x"]}},
    ),
    Situation("functions are called", functions_are_called),
)

"""The native provider's resources, RPC by RPC, against the emulator; no engine is asked."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import grpc
import pytest
from emulated import PAYLOAD
from google.protobuf import empty_pb2
from native_plugin import (
    TYPED,
    UNKNOWN,
    NativePlugin,
    PartialStateError,
    Resource,
    in_the_clear,
)
from pulumi.runtime import proto
from pulumi_cli import holds_within

from sjresource.native.values import read, write
from sjresource.stack.identity import IDENTITY_TAG, identity_tag
from sjresource.stack.pulumi_cli.command_line import CommandLine

if TYPE_CHECKING:
    from emulated import EmulatedBatch

    from sjresource.stack.spelling.names import Path

LIMITS = [{"maxCapacity": 4, "capacityUnit": "NUM_INSTANCES"}]
SECRET = "sk-very-secret"
ARN = "arn:aws:batch:eu-west-1:123456789012"
JOBS = f"{ARN}:service-job"
JOB_ID = "0a3b5c7d-0000-0000-0000-000000000000"


def job(queue: str, **changes: Any) -> dict[str, Any]:
    """Return a job's inputs."""
    return {"jobQueue": queue, "trainingJob": TYPED, **changes}


def changed(diff: Any) -> dict[str, str]:
    """Return the kind of change of each leaf."""
    names = proto.PropertyDiff.Kind.Name
    return {path: names(each.kind) for path, each in diff.detailedDiff.items()}


def queue_side(plugin: NativePlugin, **more: Any) -> dict[str, Resource]:
    """Make one of each resource that a job needs."""
    limits = [{"maxCapacity": 4, "capacityUnit": "ml.m5.large"}]
    capacity = {"capacityLimits": limits, **more}
    environment = plugin.create("ServiceEnvironment", "capacity", capacity)
    kind = {"quotaSharePolicy": {"idleResourceAssignmentStrategy": "FIFO"}, **more}
    policy = plugin.create("SchedulingPolicy", "policy", kind)
    queue = plugin.create(
        "JobQueue",
        "training",
        {
            "priority": 1,
            "schedulingPolicyArn": policy.id,
            "serviceEnvironmentOrder": [{"order": 1, "serviceEnvironment": environment.id}],
            **more,
        },
    )
    share = plugin.create(
        "QuotaShare",
        "vision",
        {
            "jobQueue": queue.id,
            "capacityLimits": [{"maxCapacity": 2, "capacityUnit": "ml.m5.large"}],
            "resourceSharingConfiguration": {"strategy": "RESERVE"},
            "preemptionConfiguration": {"inSharePreemption": "DISABLED"},
            **more,
        },
    )
    return {"environment": environment, "policy": policy, "queue": queue, "share": share}


def test_one_of_each_is_made_read_and_deleted(aws: EmulatedBatch, plugin: NativePlugin) -> None:
    """What the engine keeps is enough for every later operation; unchanged inputs are no diff."""
    made = queue_side(plugin)
    queue, share = made["queue"], made["share"]
    train = plugin.create(
        "ServiceJob", "train", job(queue.id, quotaShareName=share.outputs["quotaShareName"])
    )

    for each in (*made.values(), train):
        again = plugin.refresh(each)
        assert again is not None
        assert again.id == each.id
        assert read(again.inputs) == read(each.inputs)
        assert changed(plugin.diff(again, read(each.inputs).values)) == {}
    assert queue.outputs["jobQueueArn"] == queue.id
    assert train.outputs["jobId"] == train.id.rpartition("/")[2]

    for each in (train, share, queue, made["policy"], made["environment"]):
        plugin.delete(each)
    assert aws.batch.describe_job_queues()["jobQueues"] == []


@pytest.mark.parametrize(
    ("kind", "inputs", "reason"),
    [
        ("ServiceJob", {}, "jobQueue is required"),
        ("ServiceJob", {"jobQueu": "q"}, "jobQueu is no argument of ServiceJob; did you mean"),
        ("ServiceJob", {"rerunOnFailure": "yes"}, "rerunOnFailure must be true or false"),
        ("ServiceJob", {"deletedWith": "queue"}, "deletedWith must be true or false, got a string"),
        (
            "ServiceJob",
            {"trainingJob": TYPED, "serviceRequestPayload": {}},
            "trainingJob can't be given with serviceRequestPayload",
        ),
        ("ServiceJob", {"trainingJob": "{}"}, "trainingJob must be an object, got a string; JSON"),
        (
            "ServiceJob",
            {"retryStrategy": [{"attempts": 1}]},
            "retryStrategy must be an object, got",
        ),
        (
            "ServiceJob",
            {"trainingJob": {**TYPED, "stoppingCondition": {"maxRuntimeInSeconds": 1e300}}},
            "trainingJob.stoppingCondition.maxRuntimeInSeconds must be from -2147483647 to",
        ),
        ("ServiceJob", {"schedulingPriority": float("nan")}, "schedulingPriority must be an int"),
        (
            "ServiceJob",
            {"trainingJob": {**TYPED, "stoppingCondition": {"maxRuntimeInSeconds": 0}}},
            "trainingJob.stoppingCondition.maxRuntimeInSeconds must be at least 1, got 0",
        ),
        (
            "ServiceJob",
            {"serviceRequestPayload": {"RoleArn": []}},
            "serviceRequestPayload.RoleArn must be a string",
        ),
        (
            "ServiceEnvironment",
            {"capacityLimits": [{"maxCapacty": 1}]},
            "capacityLimits[0].maxCapacty is not known to botocore",
        ),
        ("JobQueue", {"timeouts": {"create": -1}}, "timeouts.create must be seconds, more than 0"),
        ("ServiceJobCompletion", {}, "jobs is needed, or job, or namedJobs: one of the three"),
        ("ServiceJobCompletion", {"job": "a b"}, "job must be a service job's id or ARN"),
        (
            "ServiceJobCompletion",
            {"jobs": ["a"], "minSucceeded": 2},
            "minSucceeded must be 1 to 1, the number of jobs, got 2",
        ),
        (
            "ServiceJobCompletion",
            {"jobs": [JOB_ID], "minSucceeded": "2"},
            "minSucceeded must be 1 to 1, the number of jobs, got 2",
        ),
        (
            "ServiceJobCompletion",
            {"namedJobs": {"a": JOB_ID, "b": f"{JOBS}/{JOB_ID}"}, "minSucceeded": 2},
            "namedJobs.b is the job of namedJobs.a; for a number of jobs that have to succeed",
        ),
        (
            "ServiceJobCompletion",
            {"job": JOB_ID, "minSucceeded": True},
            "minSucceeded must be a whole number of jobs, got true",
        ),
        (
            "ServiceJobCompletion",
            {"job": "a", "timeoutSeconds": 0},
            "timeoutSeconds must be a number of seconds, more than 0; leaving it out waits",
        ),
    ],
)
def test_wrong_arguments_are_refused_as_the_program_spells_them(
    plugin: NativePlugin, kind: str, inputs: dict[str, Any], reason: str
) -> None:
    """The path, what is allowed, and what was probably meant; and no property that would show."""
    failures = plugin.check(kind, "it", inputs).failures

    assert any(each.reason.startswith(reason) for each in failures), failures
    assert {each.property for each in failures} == {""}


def test_a_default_name_that_is_none_is_told_as_such(plugin: NativePlugin) -> None:
    """Dots are usual in a resource's name, and AWS takes none."""
    (said,) = plugin.reasons("ServiceJob", "train-v1.2", job("q"))
    (named,) = plugin.reasons("ServiceJob", "train", job("q", jobName="train-v1.2"))
    (policy,) = plugin.reasons("SchedulingPolicy", "fair.1", {})

    assert said.endswith("; it is made of the resource's name, so give jobName")
    assert "made of" not in named
    assert policy.endswith("; it is made of the resource's name, so give name")


def test_a_wrong_secret_is_not_shown(plugin: NativePlugin) -> None:
    """A number is shown only where it is no secret."""
    wrong = {**TYPED, "stoppingCondition": {"maxRuntimeInSeconds": -7}}
    path = ("trainingJob", "stoppingCondition", "maxRuntimeInSeconds")

    (shown,) = plugin.reasons("ServiceJob", "train", job("q", trainingJob=wrong))
    (hidden,) = plugin.reasons("ServiceJob", "train", job("q", trainingJob=wrong), secrets=[path])

    assert shown.endswith("got -7")
    assert "-7" not in hidden


@pytest.mark.parametrize(
    "option", ["minSucceeded", "timeoutSeconds", "onFailure", "logLines", "job"]
)
def test_a_wrong_secret_option_of_a_wait_is_not_shown(plugin: NativePlugin, option: str) -> None:
    """A completion's options are short, and quoted where they are no secret."""
    inputs: dict[str, Any] = {"job": JOB_ID, option: "sk hidden"}

    reasons = plugin.reasons("ServiceJobCompletion", "done", inputs, secrets=[(option,)])

    assert [each.partition(" ")[0] for each in reasons] == [option]
    assert "hidden" not in str(reasons)


def test_a_preview_knows_what_it_can(plugin: NativePlugin) -> None:
    """Arguments and cost are known, what AWS will say is not; unknown arguments are no mistake."""
    inputs = job(UNKNOWN, trainingJob={**TYPED, "hyperParameters": {"epochs": UNKNOWN}})

    known = plugin.preview("ServiceJob", "train", inputs)

    assert (known["jobArn"], known["status"], known["jobQueue"]) == (UNKNOWN,) * 3
    assert known["jobName"] == "train"
    assert known["maxInstanceHours"] == pytest.approx(0.17)


def test_a_diff_names_the_leaf(aws: EmulatedBatch, plugin: NativePlugin) -> None:
    """A hyperparameter replaces, a tag is changed in place; a number is no change of its text."""
    train = plugin.create("ServiceJob", "train", job(aws.make_queue(), tags={"team": "a"}))
    payload = {**TYPED, "hyperParameters": {"epochs": 5}}
    queue = train.outputs["jobQueue"]

    more = plugin.diff(train, job(queue, trainingJob=payload, tags={"team": "a"}))
    tags = plugin.diff(train, job(queue, tags={"team": "b", "cost": "1"}))
    same = {**TYPED, "hyperParameters": {"epochs": 3}}

    assert changed(more) == {"trainingJob.hyperParameters.epochs": "UPDATE_REPLACE"}
    assert (list(more.replaces), more.deleteBeforeReplace) == (["trainingJob"], True)
    assert changed(tags) == {"tags.team": "UPDATE", "tags.cost": "ADD"}
    assert list(tags.replaces) == []
    assert changed(plugin.diff(train, job(queue, trainingJob=same, tags={"team": "a"}))) == {}
    assert changed(plugin.diff(train, job(queue, tags={"team": "a"}, region="us-east-1"))) == {}
    named = {**TYPED, "trainingJobName": "train"}
    assert changed(plugin.diff(train, job(queue, trainingJob=named, tags={"team": "a"}))) == {}
    other = {**TYPED, "trainingJobName": "other"}
    assert list(plugin.diff(train, job(queue, trainingJob=other)).replaces) == ["trainingJob"]


def test_either_form_of_the_payload_is_the_same_job(
    aws: EmulatedBatch, plugin: NativePlugin
) -> None:
    """A program may go from the typed payload to AWS's own names, and nothing runs again."""
    queue = aws.make_queue()
    train = plugin.create("ServiceJob", "train", job(queue))
    request = json.loads(aws.batch.describe_service_job(jobId=train.id)["serviceRequestPayload"])
    del request["TrainingJobName"]
    as_text = {"jobQueue": queue, "serviceRequestPayload": json.dumps(request)}

    assert changed(plugin.diff(train, {**as_text, "serviceRequestPayload": request})) == {}
    assert changed(plugin.diff(train, as_text)) == {}
    request["RoleArn"] += "-2"
    assert changed(plugin.diff(train, {**as_text, "serviceRequestPayload": request})) == {
        "serviceRequestPayload.RoleArn": "UPDATE_REPLACE"
    }


def test_what_somebody_changed_comes_back_as_an_input(
    aws: EmulatedBatch, plugin: NativePlugin
) -> None:
    """The refresh shows it, the next preview would change it back, the update does."""
    queue = queue_side(plugin)["queue"]
    wanted = read(queue.inputs).values
    aws.batch.update_job_queue(jobQueue=queue.id, priority=7)
    aws.advance(5)

    found = plugin.refresh(queue)

    assert found is not None
    assert read(found.inputs).values["priority"] == 7
    assert changed(plugin.diff(found, wanted)) == {"priority": "UPDATE"}
    plugin.update(found, wanted)
    assert aws.batch.describe_job_queues()["jobQueues"][0]["priority"] == 1


def test_what_somebody_changed_of_a_live_job_is_shown(
    aws: EmulatedBatch, plugin: NativePlugin
) -> None:
    """Of what an update sets again, with the tags that the program names, and never a new run."""
    inputs = job(aws.make_queue(), tags={"team": "a"}, schedulingPriority=5)
    train = plugin.create("ServiceJob", "train", inputs)
    aws.batch.update_service_job(jobId=train.id, schedulingPriority=9)
    aws.batch.tag_resource(resourceArn=train.id, tags={"team": "b", "more": "c"})

    found = plugin.refresh(train)

    assert found is not None
    diff = plugin.diff(found, inputs)
    assert changed(diff) == {"tags.team": "UPDATE", "schedulingPriority": "UPDATE"}
    assert list(diff.replaces) == []
    plugin.update(found, inputs)
    described = aws.batch.describe_service_job(jobId=train.id)
    assert (described["schedulingPriority"], described["tags"]["team"]) == (5, "a")
    aws.batch.tag_resource(resourceArn=train.id, tags={"team": "b"})
    aws.advance(60)
    ended = plugin.refresh(train)
    assert ended is not None
    assert changed(plugin.diff(ended, inputs)) == {}


def test_an_update_keeps_outputs_known_in_a_preview(
    aws: EmulatedBatch, plugin: NativePlugin
) -> None:
    """Nothing downstream of a changed tag is in doubt."""
    train = plugin.create("ServiceJob", "train", job(aws.make_queue()))
    wanted = job(train.outputs["jobQueue"], tags={"team": "b"})

    known = plugin.update(train, wanted, preview=True).outputs

    assert UNKNOWN not in known.values()
    assert (known["jobArn"], known["tags"]) == (train.id, {"team": "b"})


def test_a_secret_stays_one_at_its_depth(aws: EmulatedBatch, plugin: NativePlugin) -> None:
    """In inputs and state; and AWS's words that quote it are masked."""
    payload = {**TYPED, "environment": {"API_KEY": SECRET}}
    path = ("trainingJob", "environment", "API_KEY")
    inputs = job(aws.make_queue(), trainingJob=payload)

    train = plugin.create("ServiceJob", "train", inputs, [path])
    aws.batch.terminate_service_job(jobId=train.id, reason=f"it said {SECRET}")
    aws.advance(60)
    found = plugin.refresh(train)

    assert found is not None
    for message in (train.inputs, train.state, found.inputs, found.state):
        assert path in read(message).secrets
    assert "[secret]" in found.outputs["statusReason"]
    assert SECRET not in found.outputs["statusReason"]


@pytest.mark.parametrize("what", ["environment", "policy", "queue", "share", "train"])
def test_what_becomes_a_secret_is_hidden_by_an_update_that_asks_nothing(
    aws: EmulatedBatch, plugin: NativePlugin, what: str
) -> None:
    """Nothing is shown of it, and the preview has hidden it, too; then all is quiet."""
    made = queue_side(plugin, tags={"note": SECRET})
    share = made["share"].outputs["quotaShareName"]
    payload = {**TYPED, "hyperParameters": {"key": SECRET}}
    given = job(made["queue"].id, trainingJob=payload, quotaShareName=share, tags={"note": SECRET})
    train = plugin.create("ServiceJob", "train", given)
    aws.batch.terminate_service_job(jobId=train.id, reason=f"it said {SECRET}")
    aws.advance(60)
    again = plugin.refresh(train)
    assert again is not None
    old = {**made, "train": again}[what]
    paths = [("tags", "note"), ("trainingJob", "hyperParameters")]
    secrets = paths if what == "train" else paths[:1]
    assert SECRET in in_the_clear(old)
    inputs = read(old.inputs).values
    aws.emulator.calls.clear()

    seen = plugin.diff(old, inputs, secrets)
    previewed = plugin.update(old, inputs, secrets, preview=True)
    hidden = plugin.update(old, inputs, secrets)

    assert (seen.changes, changed(seen), list(seen.replaces), list(seen.diffs)) == (
        proto.DiffResponse.DIFF_SOME, {}, [], []
    )  # fmt: skip
    assert SECRET not in in_the_clear(previewed) + in_the_clear(hidden)
    told = {**old.outputs, "statusReason": "it said [secret]"} if what == "train" else old.outputs
    assert hidden.outputs == told
    assert plugin.diff(hidden, inputs, secrets).changes == proto.DiffResponse.DIFF_NONE
    assert aws.emulator.calls.counts().keys() <= {"GetCallerIdentity"}  # any diff asks for that
    assert not any(SECRET in line.text for line in plugin.engine.lines)


def test_a_job_of_somebody_else_is_imported_whole(aws: EmulatedBatch, plugin: NativePlugin) -> None:
    """With its typed payload; the program that says the same is no change, and may end it."""
    queue = aws.make_queue()
    payload = (
        '{"TrainingJobName": "foreign", "RoleArn": "arn:aws:iam::123456789012:role/training", '
        '"AlgorithmSpecification": {"TrainingImage": "i", "TrainingInputMode": "File"}, '
        '"OutputDataConfig": {"S3OutputPath": "s3://bucket/models"}, '
        '"ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 1, '
        '"VolumeSizeInGB": 1}, "StoppingCondition": {"MaxRuntimeInSeconds": 600}, '
        '"Environment": {"API_KEY": "sk-very-secret"}}'
    )
    arn = aws.batch.submit_service_job(
        jobName="foreign",
        jobQueue=queue,
        serviceJobType="SAGEMAKER_TRAINING",
        serviceRequestPayload=payload,
        tags={"team": "speech"},
    )["jobArn"]

    found = plugin.adopt("ServiceJob", "foreign", arn)

    assert found is not None
    inputs = read(found.inputs)
    assert inputs.values["trainingJob"]["resourceConfig"]["instanceCount"] == 1
    assert inputs.values["tags"] == {"team": "speech"}
    assert inputs.secrets == {("trainingJob", "environment")}
    assert changed(plugin.diff(found, inputs.values)) == {}
    plugin.delete(found)
    assert aws.batch.describe_service_job(jobId=arn)["isTerminated"] is True


def test_an_import_of_another_stack_s_resource_says_whose_it_is_and_a_get_does_not(
    aws: EmulatedBatch, plugin: NativePlugin
) -> None:
    """It is never refused; what the warning says of update and deletion is what happens."""
    made = plugin.create("ServiceJob", "train", job(aws.make_queue()))
    owner = "acme/speech/prod/train"
    tags = {IDENTITY_TAG: identity_tag("acme/urn:pulumi:prod::speech::sjresource:Job::train")}
    aws.batch.tag_resource(resourceArn=made.id, tags=tags)
    plugin.engine.lines.clear()

    found = plugin.adopt("ServiceJob", "train", made.id)
    assert found is not None
    assert plugin.engine.lines == []
    inputs = read(found.inputs).values
    plugin.check("ServiceJob", "train", inputs, old=found)
    plugin.diff(found, inputs)
    (line,) = plugin.engine.lines
    assert f"importing ServiceJob ({made.id}): by its tag {IDENTITY_TAG} it is" in line.text
    assert f"the resource {owner} of a Pulumi stack" in line.text
    assert line.urn == found.urn

    with pytest.raises(grpc.RpcError, match=rf"deleting ServiceJob .*: it is the resource {owner}"):
        plugin.delete(found)
    aws.batch.untag_resource(resourceArn=made.id, tagKeys=[IDENTITY_TAG])  # as it says
    plugin.delete(found)
    assert aws.batch.describe_service_job(jobId=made.id)["isTerminated"] is True


@pytest.mark.parametrize(("where", "member"), [(None, "BrandNew"), ("ResourceConfig", "Placement")])
def test_a_payload_that_botocore_does_not_know_is_imported_as_it_is(
    aws: EmulatedBatch, plugin: NativePlugin, where: str | None, member: str
) -> None:
    """Typed it would be refused, and code that lacks the member would run the job again."""
    payload: dict[str, Any] = {**PAYLOAD, "Environment": {"API_KEY": SECRET}}
    strange = {member: {"Thing": [1, "two"]}}
    payload |= strange if where is None else {where: {**payload[where], **strange}}
    payload["TrainingJobName"] = "as-the-cli-had-it"
    arn = aws.batch.submit_service_job(
        jobName="foreign",
        jobQueue=aws.make_queue(),
        serviceJobType="SAGEMAKER_TRAINING",
        serviceRequestPayload=json.dumps(payload),
    )["jobArn"]

    found = plugin.adopt("ServiceJob", "foreign", arn)

    assert found is not None
    inputs = read(found.inputs)
    assert "trainingJob" not in inputs.values
    assert inputs.values["serviceRequestPayload"] == payload
    assert inputs.secrets == {("serviceRequestPayload", "Environment")}
    assert changed(plugin.diff(found, inputs.values)) == {}


@pytest.mark.parametrize(
    ("kind", "id_", "reason"),
    [
        ("ServiceJob", "train", "there is none with this id or ARN; a name is not enough"),
        ("SchedulingPolicy", "fair", "there is none with this ARN; a name is not enough"),
        ("ServiceJob", f"{ARN}:job-queue/q", "it is the ARN of a job-queue, and not of a service-"),
        ("JobQueue", f"{ARN}:service-job/a", "it is the ARN of a service-job, and not of a job-"),
        ("JobQueue", f"{ARN}:job-queue/q/quota-share/s", "it is the ARN of a quota-share, and not"),
        ("QuotaShare", f"{ARN}:job-queue/q", "it is the ARN of a job-queue, and not of a quota-"),
        (
            "ServiceJob",
            "arn:aws:sagemaker:eu-west-1:123456789012:training-job/t",
            "it is the ARN of a sagemaker training-job, and not of a service-job",
        ),
        (
            "ServiceJob",
            f"arn:aws:batch:eu-west-1:210987654321:service-job/{JOB_ID}",
            "not found in account 123456789012, but it is in account 210987654321",
        ),
    ],
)
def test_what_can_t_be_imported_says_why(
    plugin: NativePlugin, kind: str, id_: str, reason: str
) -> None:
    """The engine alone would say that it does not exist."""
    with pytest.raises(grpc.RpcError) as raised:
        plugin.adopt(kind, "it", id_)

    assert f"reading {kind} ({id_}): {reason}" in (raised.value.details() or "")


def test_the_queue_side_is_imported_quietly(plugin: NativePlugin) -> None:
    """What an import reads is what a program would write; what is not there is none."""
    for each in queue_side(plugin).values():
        kind = each.urn.split("::")[2].rpartition(":")[2]
        found = plugin.adopt(kind, "imported", each.id)
        assert found is not None
        inputs = read(found.inputs).values
        assert "tags" not in inputs
        plugin.engine.lines.clear()
        assert changed(plugin.diff(found, inputs)) == {}
        assert len(plugin.engine.lines) == 1
        assert f"importing {kind} ({each.id}): by its tag" in plugin.engine.lines[0].text
    assert plugin.adopt("JobQueue", "none", "no-such-queue") is None


def test_what_is_not_valid_in_time_keeps_its_id(plugin: NativePlugin) -> None:
    """The engine gets id, state and the reason; the update goes on, and ends with VALID."""
    inputs = {"capacityLimits": LIMITS, "timeouts": {"create": 0.000001, "update": 60}}

    with pytest.raises(PartialStateError) as raised:
        plugin.create("ServiceEnvironment", "capacity", inputs)

    assert raised.value.id.endswith("service-environment/capacity-6f4f6d4")
    (reason,) = raised.value.reasons
    assert "it is CREATING after its timeout" in reason
    checked = plugin.check("ServiceEnvironment", "capacity", inputs)
    request = proto.UpdateRequest(
        id=raised.value.id,
        urn=plugin.urn("ServiceEnvironment", "capacity"),
        olds=raised.value.message,
        old_inputs=checked.inputs,
        news=checked.inputs,
    )
    assert read(plugin.stub.Update(request).properties).values["status"] == "VALID"


def test_the_resource_option_of_timeouts_counts_below_the_argument(plugin: NativePlugin) -> None:
    """`customTimeouts` are an option: no state has them, and no diff shows them."""
    checked = plugin.check("ServiceEnvironment", "slow", {"capacityLimits": LIMITS}).inputs
    urn = plugin.urn("ServiceEnvironment", "slow")
    request = proto.CreateRequest(urn=urn, properties=checked, timeout=0.000001)

    with pytest.raises(PartialStateError, match="it is CREATING after its timeout") as raised:
        plugin.raising(plugin.stub.Create, request)
    kept = Resource(urn, raised.value.id, checked, raised.value.message)
    request.properties["timeouts"] = {"create": 60}
    request.urn = plugin.urn("ServiceEnvironment", "patient")
    request.properties["serviceEnvironmentName"] = "patient"
    made = plugin.raising(plugin.stub.Create, request)

    assert "timeouts" not in raised.value.state.values
    assert changed(plugin.diff(kept, {"capacityLimits": LIMITS})) == {}
    assert read(made.properties).values["status"] == "VALID"


def test_a_create_that_was_lost_is_found_again(aws: EmulatedBatch, plugin: NativePlugin) -> None:
    """Of either front: both give a resource one identity."""
    queue = aws.make_queue()
    first = plugin.create("ServiceJob", "train", job(queue))

    assert plugin.create("ServiceJob", "train", job(queue)).id == first.id
    assert aws.submitted() == 1


def test_a_recorded_job_is_not_taken_for_a_lost_one(
    aws: EmulatedBatch, plugin: NativePlugin
) -> None:
    """`--replace` creates first and asks no diff: it is refused with the way to a new run."""
    queue = aws.make_queue()
    first = plugin.create("ServiceJob", "train", job(queue))
    plugin.servicer.close()  # the engine ends the plugin: the state is written

    with pytest.raises(grpc.RpcError) as raised:
        plugin.create("ServiceJob", "train", job(queue))

    assert "change `triggers` for a new run" in (raised.value.details() or "")
    assert 'adoptJobId: "' in (raised.value.details() or "")
    again = plugin.create("ServiceJob", "train", job(queue, triggers=[1]))
    assert again.id != first.id


def test_what_the_engine_may_not_have_written_is_not_recorded(
    aws: EmulatedBatch, plugin: NativePlugin
) -> None:
    """Another change shows that it goes on; 20 seconds of silence before the end do not."""
    recorder, queue, now = plugin.servicer.context.recorder, aws.make_queue(), 0.0
    vars(recorder)["_now"] = lambda: now

    def is_recorded(made: Resource) -> bool:
        tags = aws.batch.describe_service_job(jobId=made.id)["tags"]
        return "sjresource:recorded" in tags

    first = plugin.create("ServiceJob", "first", job(queue))
    second = plugin.create("ServiceJob", "second", job(queue))
    assert not is_recorded(first)
    now = 4.0
    third = plugin.create("ServiceJob", "third", job(queue))
    assert holds_within(60, lambda: is_recorded(first) and is_recorded(second))

    now = 34.0
    plugin.servicer.close()
    assert not is_recorded(third)
    fourth = plugin.create("ServiceJob", "fourth", job(queue))
    assert holds_within(60, lambda: is_recorded(third))
    plugin.servicer.close()
    assert is_recorded(fourth)


@pytest.mark.parametrize("ended", [False, True])
def test_a_job_that_was_just_taken_over_is_not_released(
    aws: EmulatedBatch, plugin: NativePlugin, *, ended: bool
) -> None:
    """Nor is one that has ended: the state has it, and a later create has to know."""
    queue = aws.make_queue()
    first = plugin.create("ServiceJob", "train", job(queue))
    if ended:
        aws.batch.terminate_service_job(jobId=first.id, reason="by hand")
        aws.advance(60)

    second = plugin.create("ServiceJob", "train", job(queue))
    plugin.delete(first)

    assert second.id == first.id
    tags = aws.batch.describe_service_job(jobId=first.id)["tags"]
    assert "sjresource:released" not in tags
    assert any("change `triggers` for a new run" in text for text in plugin.warnings())


@pytest.mark.parametrize(
    ("secret", "hides"),
    [
        (("retryStrategy", "attempts"), True),
        (("timeoutConfig", "attemptDurationSeconds"), True),
        (("trainingJob", "stoppingCondition", "maxRuntimeInSeconds"), True),
        (("trainingJob", "hyperParameters", "epochs"), False),
        (("tags", "team"), False),
    ],
)
def test_hours_that_follow_from_a_secret_are_one(
    aws: EmulatedBatch, plugin: NativePlugin, secret: Path, *, hides: bool
) -> None:
    """Attempts and bounds could be computed from them."""
    more = {
        "retryStrategy": {"attempts": 3},
        "timeoutConfig": {"attemptDurationSeconds": 600},
        "tags": {"team": "vision"},
    }
    given = job(aws.make_queue(), **more)
    made = plugin.create("ServiceJob", "train", given, secrets=frozenset({secret}))

    assert (("maxInstanceHours",) in read(made.state).secrets) is hides


def test_a_create_that_fails_before_its_answer_is_not_recorded(
    aws: EmulatedBatch, plugin: NativePlugin
) -> None:
    """No state has it, and the next `up` finds it."""
    queue = aws.make_queue()
    first = plugin.create("ServiceJob", "train", job(queue))
    plugin.servicer.close()
    again = NativePlugin(aws)
    vars(again.servicer.context)["warn"] = {}.__getitem__  # it is to warn of the first, and can't
    with pytest.raises(grpc.RpcError):
        again.create("ServiceJob", "train", job(queue, triggers=[1]))
    again.servicer.close()
    again.close()

    (lost,) = {
        each["jobArn"]
        for status in ("RUNNING", "RUNNABLE", "SUBMITTED", "SCHEDULED", "STARTING")
        for each in aws.batch.list_service_jobs(jobQueue=queue, jobStatus=status)["jobSummaryList"]
    } - {first.id}
    assert "sjresource:recorded" not in aws.batch.describe_service_job(jobId=lost)["tags"]
    assert plugin.create("ServiceJob", "train", job(queue, triggers=[1])).id == lost


def test_a_job_that_was_just_taken_over_is_not_ended(
    aws: EmulatedBatch, plugin: NativePlugin
) -> None:
    """A replacement that came too early for the mark: the one run goes on, with a warning."""
    queue = aws.make_queue()
    first = plugin.create("ServiceJob", "train", job(queue))

    second = plugin.create("ServiceJob", "train", job(queue))
    plugin.delete(first)

    assert second.id == first.id
    assert aws.batch.describe_service_job(jobId=first.id)["isTerminated"] is False
    assert any("change `triggers` for a new run" in text for text in plugin.warnings())


def test_a_renamed_job_that_was_never_recorded_is_not_the_new_one_s_of_its_name(
    aws: EmulatedBatch, plugin: NativePlugin
) -> None:
    """No provider is told of aliases: the update of the renamed one says what to do."""
    queue = aws.make_queue()
    old = plugin.create("ServiceJob", "train", job(queue))
    later = NativePlugin(aws)
    taken = later.create("ServiceJob", "train", job(queue))
    assert taken.id == old.id
    renamed = Resource(later.urn("ServiceJob", "resnet"), old.id, old.inputs, old.state)

    with pytest.raises(grpc.RpcError) as raised:
        later.update(renamed, job(queue))
    told = raised.value.details() or ""
    later.close()

    assert "the new resource train took it over, as the job of a lost create" in told
    assert "forget train with `pulumi state delete`" in told
    again = NativePlugin(aws)
    with pytest.raises(grpc.RpcError, match="is the resource organization/vision/prod/resnet"):
        again.delete(taken)
    again.update(renamed, job(queue))
    own = again.create("ServiceJob", "train", job(queue))
    again.close()
    assert own.id != old.id
    assert aws.batch.describe_service_job(jobId=old.id)["isTerminated"] is False


def test_a_lost_create_stays_under_the_name_that_it_had(
    aws: EmulatedBatch, plugin: NativePlugin
) -> None:
    """No provider is told of aliases: under another name it runs again, as the guarantees say."""
    queue = aws.make_queue()
    lost = plugin.create("ServiceJob", "train", job(queue))
    later = NativePlugin(aws)

    renamed = later.create("ServiceJob", "resnet", job(queue))
    declared_again = later.create("ServiceJob", "train", job(queue))
    later.close()

    assert renamed.id != lost.id
    assert declared_again.id == lost.id
    assert aws.submitted() == 2


def test_replacing_a_job_is_a_new_run(aws: EmulatedBatch, plugin: NativePlugin) -> None:
    """The diff asks for the delete first; the same request then is the next generation."""
    queue = aws.make_queue()
    first = plugin.create("ServiceJob", "train", job(queue))
    changes = plugin.diff(first, job(queue, triggers=[2]))
    other = NativePlugin(aws)
    other.diff(first, job(queue))
    other.delete(first)

    again = other.create("ServiceJob", "train", job(queue))
    other.close()

    assert changes.deleteBeforeReplace
    assert again.id != first.id
    assert aws.batch.describe_service_job(jobId=first.id)["isTerminated"] is True


def test_warnings_stand_on_the_row(aws: EmulatedBatch, plugin: NativePlugin) -> None:
    """Once, however often the engine checks; with the names of the schema."""
    endless = {name: each for name, each in TYPED.items() if name != "stoppingCondition"}
    inputs = job(aws.make_queue(), trainingJob=endless)
    for _ in range(2):
        plugin.check("ServiceJob", "train", inputs)

    lines = [line for line in plugin.engine.lines if line.is_warning]

    assert [line.urn for line in lines] == [plugin.urn("ServiceJob", "train")]
    assert lines[0].text.startswith("no stop condition")


def test_default_tags_are_below_the_resource_s_own(aws: EmulatedBatch) -> None:
    """As the dynamic resources have them, and pulumi-aws."""
    plugin = NativePlugin(aws, {"defaultTags": {"tags": {"team": "speech", "cost": "1"}}})

    checked = plugin.check(
        "ServiceEnvironment", "it", {"capacityLimits": LIMITS, "tags": {"cost": "2"}}
    )
    plugin.close()

    assert read(checked.inputs).values["tags"] == {"team": "speech", "cost": "2"}


def test_a_delete_that_waits_ends_with_a_cancel(aws: EmulatedBatch, plugin: NativePlugin) -> None:
    """The reason is one line, and a later delete goes on."""
    made = plugin.create("ServiceEnvironment", "capacity", {"capacityLimits": LIMITS})
    plugin.stub.Cancel(empty_pb2.Empty())

    with pytest.raises(grpc.RpcError) as raised:
        plugin.delete(made)

    assert "cancelled" in (raised.value.details() or "")
    later = NativePlugin(aws)
    later.delete(made)
    later.close()


def test_nothing_is_submitted_any_more_after_a_cancel(
    aws: EmulatedBatch, plugin: NativePlugin
) -> None:
    """A create that the engine had sent before Ctrl-C may come after it."""
    inputs = job(aws.make_queue())
    plugin.stub.Cancel(empty_pb2.Empty())

    with pytest.raises(grpc.RpcError) as raised:
        plugin.create("ServiceJob", "train", inputs)

    assert "cancelled; the next `pulumi up` goes on" in (raised.value.details() or "")
    assert aws.submitted() == 0


def test_a_cancelled_create_keeps_what_is_made(plugin: NativePlugin) -> None:
    """Its id is known, so it is in the state."""
    plugin.stub.Cancel(empty_pb2.Empty())

    with pytest.raises(PartialStateError) as raised:
        plugin.create("ServiceEnvironment", "capacity", {"capacityLimits": LIMITS})

    assert raised.value.id.endswith("capacity-6f4f6d4")


def test_what_get_has_read_has_no_arguments(aws: EmulatedBatch, plugin: NativePlugin) -> None:
    """A refresh shows what is so by now, and makes nothing of it that the program would miss."""
    queue = queue_side(plugin)["queue"]
    found = plugin.adopt("JobQueue", "found", queue.id)
    assert found is not None
    found.inputs.Clear()  # a `get` gives none
    aws.batch.update_job_queue(jobQueue=queue.id, priority=7)
    aws.advance(5)

    again = plugin.refresh(found)

    assert again is not None
    assert read(again.inputs).values == {}
    assert again.outputs["priority"] == 7
    assert set(again.outputs) == set(found.outputs)


def test_what_a_program_gives_get_is_no_truth(aws: EmulatedBatch, plugin: NativePlugin) -> None:
    """AWS says what a job is; a completion, of which AWS has nothing, is refused here, too."""
    train = plugin.create("ServiceJob", "train", job(aws.make_queue()))
    given = write({"jobName": "other", "tags": {"a": "b"}})

    found = plugin.refresh(Resource(plugin.urn("ServiceJob", "found"), train.id, None, given))
    done = plugin.urn("ServiceJobCompletion", "done")

    assert found is not None
    assert (found.outputs["jobName"], found.outputs.get("tags")) == ("train", None)
    with pytest.raises(grpc.RpcError):
        plugin.refresh(Resource(done, "completion/x", None, write({"job": train.id})))


@pytest.mark.parametrize("prints_lines", [False, True])
def test_a_renamed_resource_is_an_update_without_a_path(
    aws: EmulatedBatch, plugin: NativePlugin, *, prints_lines: bool
) -> None:
    """`replaceOnChanges: ["*"]` would make a paid run of a path; its row says why in words."""
    queue = aws.make_queue()
    train = plugin.create("ServiceJob", "train", job(queue, jobName="train"))
    renamed = Resource(plugin.urn("ServiceJob", "resnet"), train.id, train.inputs, train.state)
    plugin.servicer.context.command_line = lambda: CommandLine(prints_lines=prints_lines)

    seen = plugin.diff(renamed, job(queue, jobName="train"))
    updated = plugin.update(renamed, job(queue, jobName="train"))

    assert seen.changes == proto.DiffResponse.DIFF_SOME
    assert (changed(seen), list(seen.diffs), list(seen.replaces)) == ({}, [], [])
    about = "ServiceJob (resnet): " if prints_lines else ""
    said = f"{about}renamed or moved: its tags in AWS follow, and nothing else changes"
    assert [(line.urn, line.text) for line in plugin.engine.lines] == [(renamed.urn, said)]
    hides = plugin.diff(renamed, job(queue, jobName="train"), [("trainingJob", "roleArn")])
    assert (seen.hasDetailedDiff, hides.hasDetailedDiff) == (True, False)  # which shows inputs
    assert plugin.diff(updated, job(queue, jobName="train")).changes == proto.DiffResponse.DIFF_NONE
    assert aws.submitted() == 1


def test_a_renamed_job_whose_state_is_lost_is_asked_about_by_its_old_name(
    aws: EmulatedBatch, plugin: NativePlugin
) -> None:
    """Under the new one it can't be found: no plugin is told of aliases."""
    queue = aws.make_queue()
    train = plugin.create("ServiceJob", "train", job(queue))
    renamed = Resource(plugin.urn("ServiceJob", "resnet"), train.id, train.inputs, train.state)
    plugin.update(renamed, job(queue))
    later = NativePlugin(aws)

    with pytest.raises(grpc.RpcError) as raised:
        later.create("ServiceJob", "resnet", job(queue, jobName="train"))
    later.close()

    assert f"{train.id} is a run of this very request" in (raised.value.details() or "")
    assert aws.submitted() == 1

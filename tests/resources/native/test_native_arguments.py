"""What the native provider says of arguments, and how it spells them and hides their secrets."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from native_plugin import (
    ARN,
    JOB_ID,
    LIMITS,
    SECRET,
    TYPED,
    NativePlugin,
    changed,
    in_the_clear,
    job,
    queue_side,
)
from pulumi.runtime import proto

from sjresource.checks.preview import PREVIEW, PreviewCache
from sjresource.native.values import read

if TYPE_CHECKING:
    from emulated import EmulatedBatch

    from sjresource.stack.spelling.names import Path

JOBS = f"{ARN}:service-job"


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
            "capacityLimits[0].maxCapacty is not known; did you mean maxCapacity?",
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


def test_warnings_stand_on_the_row(aws: EmulatedBatch, plugin: NativePlugin) -> None:
    """Once, however often the engine checks; with the names of the schema."""
    endless = {name: each for name, each in TYPED.items() if name != "stoppingCondition"}
    inputs = job(aws.make_queue(), trainingJob=endless)
    for _ in range(2):
        plugin.check("ServiceJob", "train", inputs)

    lines = [line for line in plugin.engine.lines if line.is_warning]

    assert [line.urn for line in lines] == [plugin.urn("ServiceJob", "train")]
    assert lines[0].text.startswith("no stop condition")


def test_what_a_preview_sees_in_aws_is_told_by_the_names_of_the_schema(aws: EmulatedBatch) -> None:
    """A name that is taken, and the run that the `up` will ask about."""
    plugin = NativePlugin(aws, {"preflight": "true"})
    room = {"serviceEnvironmentName": "room", "capacityLimits": LIMITS}
    plugin.create("ServiceEnvironment", "first", room)
    train = job(aws.make_queue())
    plugin.create("ServiceJob", "train", train)
    plugin.servicer.close()  # what was created is in the state
    vars(PREVIEW).update(vars(PreviewCache()))  # as the plugin of the next preview
    plugin.engine.lines.clear()
    assert plugin.reasons("ServiceEnvironment", "second", room) == []
    assert plugin.reasons("ServiceJob", "train", train) == []
    taken, asked = (line.text for line in plugin.engine.lines if line.is_warning)
    plugin.close()

    assert "serviceEnvironmentName is taken: " in taken
    assert 'own it with adoptJobId: "' in asked


def test_default_tags_are_below_the_resource_s_own(aws: EmulatedBatch) -> None:
    """As the dynamic resources have them, and pulumi-aws."""
    plugin = NativePlugin(aws, {"defaultTags": {"tags": {"team": "speech", "cost": "1"}}})

    checked = plugin.check(
        "ServiceEnvironment", "it", {"capacityLimits": LIMITS, "tags": {"cost": "2"}}
    )
    plugin.close()

    assert read(checked.inputs).values["tags"] == {"team": "speech", "cost": "2"}

"""The native provider's completions: who waits, what is kept, and how a wait ends."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import grpc
import pytest
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

from sjresource.native.values import read
from sjresource.stack.pulumi_cli.command_line import CommandLine

if TYPE_CHECKING:
    from emulated import EmulatedBatch

SECRET = "sk-very-secret"


def job(plugin: NativePlugin, queue: str, name: str, **payload: Any) -> Resource:
    """Submit a job."""
    inputs = {"jobQueue": queue, "trainingJob": {**TYPED, **payload}}
    return plugin.create("ServiceJob", name, inputs)


def kept(plugin: NativePlugin, raised: PartialStateError, name: str, inputs: Any) -> Resource:
    """Return what the engine keeps of a failed create."""
    checked = plugin.check("ServiceJobCompletion", name, inputs).inputs
    urn = plugin.urn("ServiceJobCompletion", name)
    return Resource(urn, raised.id, checked, raised.message)


def test_an_ended_job_is_recorded_once(aws: EmulatedBatch, plugin: NativePlugin) -> None:
    """Outputs of the one job stand beside its result; then nothing is asked any more."""
    train = job(plugin, aws.make_queue(), "train")
    aws.advance(60)

    trained = plugin.create("ServiceJobCompletion", "trained", {"job": train.id})

    outputs = trained.outputs
    assert (outputs["status"], outputs["summary"]["succeeded"]) == ("SUCCEEDED", 1)
    assert outputs["modelArtifacts"].startswith("s3://bucket/models/")
    assert outputs["results"][0]["trainingJobArn"] == outputs["trainingJobArn"]
    assert list(plugin.diff(trained, {"jobs": [train.id]}).detailedDiff) == []
    described = aws.emulator.calls.counts().get("DescribeServiceJob", 0)
    assert plugin.update(trained, {"job": train.id, "minSucceeded": 1}).outputs["results"]
    assert aws.emulator.calls.counts()["DescribeServiceJob"] <= described + 1


def test_many_jobs_are_named_and_counted(aws: EmulatedBatch, plugin: NativePlugin) -> None:
    """A failure of some is a failure, unless so many need not succeed, or it is recorded."""
    queue = aws.make_queue()
    good = job(plugin, queue, "good")
    bad = job(plugin, queue, "bad")
    aws.batch.terminate_service_job(jobId=bad.id, reason="not wanted")
    aws.advance(60)
    both = {"namedJobs": {"b": bad.id, "a": good.id}}
    aws.emulator.faults.sleep = time.sleep
    late = {"match": {"jobId": bad.id}, "seconds": 0.3}
    aws.control.fault("DescribeServiceJob", "delay", count=1, **late)

    enough = plugin.create("ServiceJobCompletion", "one", {**both, "minSucceeded": 1})
    told = plugin.create("ServiceJobCompletion", "told", {**both, "onFailure": "record"})
    with pytest.raises(PartialStateError) as raised:
        plugin.create("ServiceJobCompletion", "all", both)

    assert enough.outputs["status"] == "SUCCEEDED"
    assert enough.outputs["summary"]["failed"] == 1  # although the other was described first
    assert told.outputs["status"] == "FAILED"
    assert {name: each["status"] for name, each in told.outputs["namedResults"].items()} == {
        "a": "SUCCEEDED",
        "b": "FAILED",
    }
    (reason,) = raised.value.reasons
    assert reason.startswith("1 of 2 jobs FAILED, 2 had to succeed: waiting for ServiceJob (bad)")
    assert raised.value.state.values["summary"]["failed"] == 1
    assert any(text.startswith("waiting for ServiceJob (bad)") for text in plugin.warnings())


def test_a_cancel_ends_a_wait_at_once(aws: EmulatedBatch, plugin: NativePlugin) -> None:
    """The id is kept, the job goes on, and the next `pulumi up` waits on."""
    train = job(plugin, aws.make_queue(), "train")
    inputs = {"job": train.id}
    with ThreadPoolExecutor(1) as threads:
        waiting = threads.submit(plugin.create, "ServiceJobCompletion", "trained", inputs)
        while not any(line.is_ephemeral for line in plugin.engine.lines):
            time.sleep(0.02)
        began = time.monotonic()
        plugin.stub.Cancel(empty_pb2.Empty())
        with pytest.raises(PartialStateError, match="the wait was cancelled") as raised:
            waiting.result()
        took = time.monotonic() - began
    left = kept(plugin, raised.value, "trained", inputs)
    aws.advance(60)
    later = NativePlugin(aws)

    assert took < 5  # the bound is a second; the machine may be busy
    assert aws.batch.describe_service_job(jobId=train.id)["isTerminated"] is False
    assert later.update(left, inputs).outputs["status"] == "SUCCEEDED"
    later.close()


def test_a_wait_ends_with_its_time(aws: EmulatedBatch, plugin: NativePlugin) -> None:
    """One line says what the job does, that it goes on, and how to stop it."""
    train = job(plugin, aws.make_queue(), "train")

    inputs = {"job": train.id, "timeoutSeconds": 0.01}

    with pytest.raises(PartialStateError) as raised:
        plugin.create("ServiceJobCompletion", "trained", inputs)

    (reason,) = raised.value.reasons
    assert "\n" not in reason
    assert "the wait has ended, not the job" in reason
    assert raised.value.id.startswith("completion/")


@pytest.mark.parametrize("ending", ["failed", "too late"])
def test_a_refresh_does_not_make_a_wait_succeed(
    aws: EmulatedBatch, plugin: NativePlugin, ending: str
) -> None:
    """The engine forgets then why the last `up` failed; the next one waits, or fails, again."""
    bad = job(plugin, aws.make_queue(), "bad")
    inputs: dict[str, Any] = {"job": bad.id}
    if ending == "too late":
        inputs["timeoutSeconds"] = 0.01
    else:
        aws.batch.terminate_service_job(jobId=bad.id, reason="not wanted")
        aws.advance(60)
    with pytest.raises(PartialStateError) as raised:
        plugin.create("ServiceJobCompletion", "done", inputs)
    left = plugin.refresh(kept(plugin, raised.value, "done", inputs))
    assert left is not None

    assert list(plugin.diff(left, inputs).detailedDiff) == ["status"]
    assert plugin.update(left, inputs, preview=True).outputs["status"] == UNKNOWN
    said = "FAILED" if ending == "failed" else "the wait has ended, not the job"
    with pytest.raises(PartialStateError, match=said):
        plugin.update(left, inputs)


def test_a_failure_that_was_recorded_is_one_again_once_it_is_to_be_raised(
    aws: EmulatedBatch, plugin: NativePlugin
) -> None:
    """And none any more once fewer jobs have to succeed."""
    queue = aws.make_queue()
    good, bad = job(plugin, queue, "good"), job(plugin, queue, "bad")
    aws.batch.terminate_service_job(jobId=bad.id, reason="not wanted")
    aws.advance(60)
    both = {"jobs": [good.id, bad.id]}
    told = plugin.create("ServiceJobCompletion", "told", {**both, "onFailure": "record"})

    assert sorted(plugin.diff(told, both).detailedDiff) == ["onFailure", "status"]
    assert list(plugin.diff(told, {**both, "minSucceeded": 1}).detailedDiff) == ["minSucceeded"]
    with pytest.raises(PartialStateError, match="1 of 2 jobs FAILED, 2 had to succeed"):
        plugin.update(told, both)
    assert plugin.update(told, {**both, "minSucceeded": 1}).outputs["status"] == "SUCCEEDED"


def test_a_job_that_went_on_when_a_wait_had_failed_is_recorded_as_it_ended(
    aws: EmulatedBatch, plugin: NativePlugin
) -> None:
    """A failure that is to be recorded waits for all jobs, and then there is nothing to do."""
    # A wait that fails lets seconds or a minute pass, as its threads come to sleep.
    aws.control.call("POST", "rules", job_name="good", script={"running": 3600.0})
    queue = aws.make_queue()
    good, bad = job(plugin, queue, "good"), job(plugin, queue, "bad")
    aws.batch.terminate_service_job(jobId=bad.id, reason="not wanted")
    aws.advance(0.5)
    both: dict[str, Any] = {"jobs": [good.id, bad.id]}
    with pytest.raises(PartialStateError) as raised:
        plugin.create("ServiceJobCompletion", "told", both)
    left = plugin.refresh(kept(plugin, raised.value, "told", both))
    assert left is not None
    assert left.outputs["summary"]["unfinished"] == 1
    aws.advance(7200)

    with pytest.raises(PartialStateError) as again:
        plugin.update(left, both)
    told = plugin.update(left, {**both, "onFailure": "record"})

    ended = ["SUCCEEDED", "FAILED"]
    assert [each["status"] for each in again.value.state.values["results"]] == ended
    assert [each["status"] for each in told.outputs["results"]] == ended
    assert told.outputs["results"][0]["modelArtifacts"]
    assert not plugin.diff(told, {**both, "onFailure": "record"}).detailedDiff


def test_a_completion_is_not_imported(plugin: NativePlugin) -> None:
    """An import would bring one into the state that waits for nothing; so would `get`."""
    with pytest.raises(grpc.RpcError) as raised:
        plugin.adopt("ServiceJobCompletion", "done", "completion/x")

    assert "it can't be imported or read" in (raised.value.details() or "")


def test_a_wait_says_how_long_the_engine_let_it(aws: EmulatedBatch, plugin: NativePlugin) -> None:
    """`customTimeouts` bound it where `timeoutSeconds` does not."""
    train = job(plugin, aws.make_queue(), "train")
    checked = plugin.check("ServiceJobCompletion", "done", {"job": train.id}).inputs
    urn = plugin.urn("ServiceJobCompletion", "done")
    request = proto.CreateRequest(urn=urn, properties=checked, timeout=0.6)

    with pytest.raises(PartialStateError, match="after 1 s"):
        plugin.raising(plugin.stub.Create, request)


def test_waits_share_a_thread_and_show_progress_on_the_jobs_rows(
    aws: EmulatedBatch, plugin: NativePlugin
) -> None:
    """Progress is on the row of the job, and the engine replaces it."""
    queue, before = aws.make_queue(instances=60), {*threading.enumerate()}
    jobs = [job(plugin, queue, f"train-{i}") for i in range(3)]
    with ThreadPoolExecutor(3) as threads:
        waiting = [
            threads.submit(plugin.create, "ServiceJobCompletion", f"c{i}", {"job": each.id})
            for i, each in enumerate(jobs)
        ]
        while len({line.urn for line in plugin.engine.lines if line.is_ephemeral}) < len(jobs):
            time.sleep(0.02)
        pollers = [each for each in {*threading.enumerate()} - before if each.name == "poller"]
        aws.advance(60)
        assert [each.result().outputs["status"] for each in waiting] == ["SUCCEEDED"] * 3

    assert len(pollers) == 1
    assert {line.urn for line in plugin.engine.lines if line.is_ephemeral} >= {
        each.urn for each in jobs
    }


def test_secrets_of_the_job_are_masked_and_marked(aws: EmulatedBatch, plugin: NativePlugin) -> None:
    """In reasons and logs they are masked; what is made of them is a secret output."""
    output = {"s3OutputPath": f"s3://{SECRET}/models"}
    inputs = {"jobQueue": aws.make_queue(), "trainingJob": {**TYPED, "outputDataConfig": output}}
    path = ("trainingJob", "outputDataConfig", "s3OutputPath")
    train = plugin.create("ServiceJob", "train", inputs, [path])
    aws.advance(60)

    trained = plugin.create("ServiceJobCompletion", "trained", {"job": train.id})

    state = read(trained.state)
    assert ("modelArtifacts",) in state.secrets
    assert ("results", 0, "modelArtifacts") in state.secrets
    assert not any(SECRET in line.text for line in plugin.engine.lines)


SECRET_SINCE = {
    "hyperParameters": ("key", SECRET),  # a reason quotes it
    "outputDataConfig": (
        "s3OutputPath",
        f"s3://{SECRET}/models",
    ),  # the model's place is made of it
}


@pytest.mark.parametrize("member", SECRET_SINCE)
def test_what_is_a_secret_since_is_not_shown_and_one_update_hides_it_in_the_state(
    aws: EmulatedBatch, plugin: NativePlugin, member: str
) -> None:
    """Also its preview's outputs do; what an operation knows no secrets of stays hidden."""
    leaf, value = SECRET_SINCE[member]
    fails = member == "hyperParameters"
    script = {"outcome": "Failed", "failure_reason": f"bad {SECRET}"} if fails else {}
    aws.control.call("POST", "rules", job_name="train", script=script)
    arguments = {"jobQueue": aws.make_queue(), "trainingJob": {**TYPED, member: {leaf: value}}}
    train = plugin.create("ServiceJob", "train", arguments)
    aws.advance(60)
    inputs = {"job": train.id, "onFailure": "record"}
    trained = plugin.create("ServiceJobCompletion", "trained", inputs)
    later, targeted = NativePlugin(aws), NativePlugin(aws)

    later.diff(train, arguments, [("trainingJob", member, leaf)])
    seen = later.diff(trained, inputs)
    masked = [later.update(trained, inputs, preview=preview) for preview in (True, False)]
    masked.append(targeted.update(masked[-1], {**inputs, "minSucceeded": 1}))

    assert SECRET in in_the_clear(trained)
    assert (seen.changes, len(seen.detailedDiff)) == (proto.DiffResponse.DIFF_SOME, 0)
    assert not any(SECRET in in_the_clear(each) for each in masked)
    assert later.diff(masked[1], inputs).changes == proto.DiffResponse.DIFF_NONE
    said = [line.text for each in (later, targeted) for line in each.engine.lines]
    assert [text for text in said if SECRET in text] == []
    assert any(text.endswith("FAILED: bad [secret]") for text in said) is fails
    later.close()
    targeted.close()


@pytest.mark.parametrize("by_another_provider", [False, True])
def test_what_a_run_of_targets_is_not_told_of_is_shown_and_stored_as_a_secret(
    aws: EmulatedBatch, plugin: NativePlugin, *, by_another_provider: bool
) -> None:
    """What may be a secret of a job that it leaves out, or another provider has.

    A whole one shows what is none again.
    """
    failing = {"outcome": "Failed", "failure_reason": f"bad {SECRET} of very-secret-team"}
    aws.control.call("POST", "rules", job_name="train", script=failing)
    queue = aws.make_queue()
    path, tag = ("trainingJob", "hyperParameters", "key"), ("tags", "team")
    arguments = {
        "jobQueue": queue,
        "trainingJob": {**TYPED, "hyperParameters": {"key": SECRET}},
        "tags": {"team": "very-secret-team"},
    }
    train = plugin.create("ServiceJob", "train", arguments, [path, tag])
    other = job(plugin, queue, "other")
    aws.advance(60)
    both = {"jobs": [train.id, other.id]}
    targeted, later = NativePlugin(aws), NativePlugin(aws)
    targeted.servicer.context.command_line = lambda: CommandLine(
        targets=() if by_another_provider else ("urn",)
    )
    targeted.servicer.context.noted_to_hide = lambda: {train.id, other.id}

    with pytest.raises(PartialStateError) as raised:
        targeted.create("ServiceJobCompletion", "trained", both)
    (reason,) = raised.value.reasons
    assert reason.startswith("1 of 2 jobs FAILED, 2 had to succeed: waiting for ServiceJob")
    assert reason.endswith("FAILED on attempt 1 of 1: bad [secret] of [secret]")
    one = {**both, "minSucceeded": 1}
    trained = targeted.create("ServiceJobCompletion", "trained", one)
    assert SECRET not in in_the_clear(trained)
    assert "s3://bucket" not in in_the_clear(trained)
    assert trained.outputs["results"][1]["modelArtifacts"].startswith("s3://bucket")
    assert targeted.diff(trained, one).changes == proto.DiffResponse.DIFF_NONE
    for each, secrets in ((train, [path, tag]), (other, [])):
        later.diff(each, read(each.inputs).values, secrets)
    assert later.diff(trained, one).changes == proto.DiffResponse.DIFF_SOME
    whole = later.update(trained, one)

    assert f"bad {SECRET}" not in in_the_clear(whole)
    assert "bad [secret]" in in_the_clear(whole)
    assert "s3://bucket/models/AWSBatchother" in in_the_clear(whole)
    assert later.diff(whole, one).changes == proto.DiffResponse.DIFF_NONE
    lines = [line.text for each in (targeted, later) for line in each.engine.lines]
    assert not [text for text in lines if SECRET in text or "very-secret-team" in text]
    assert any("why is not shown, since this provider is not told" in text for text in lines)
    targeted.close()
    later.close()


def test_a_preview_does_not_know_the_outcome_of_other_jobs(
    aws: EmulatedBatch, plugin: NativePlugin
) -> None:
    """Of the same jobs it does: what depends on the model is not shown as changed."""
    train = job(plugin, aws.make_queue(), "train")
    aws.advance(60)
    trained = plugin.create("ServiceJobCompletion", "trained", {"job": train.id})

    def previewed(inputs: dict[str, Any]) -> dict[str, Any]:
        return plugin.update(trained, inputs, preview=True).outputs

    assert plugin.preview("ServiceJobCompletion", "new", {"job": UNKNOWN})["status"] == UNKNOWN
    assert previewed({"job": UNKNOWN})["modelArtifacts"] == UNKNOWN
    assert previewed({"job": train.id, "minSucceeded": 1})["status"] == "SUCCEEDED"


def test_a_job_that_is_forgotten_keeps_its_record(aws: EmulatedBatch, plugin: NativePlugin) -> None:
    """What was recorded is for good."""
    train = job(plugin, aws.make_queue(), "train")
    aws.advance(60)
    trained = plugin.create("ServiceJobCompletion", "trained", {"job": train.id})
    aws.advance(8 * 24 * 3600)

    again = plugin.update(trained, {"job": train.id, "minSucceeded": 1})

    assert again.outputs["modelArtifacts"] == trained.outputs["modelArtifacts"]


def test_what_aws_says_of_many_jobs_that_are_left_out_is_hidden_whole(
    aws: EmulatedBatch, plugin: NativePlugin
) -> None:
    """Their arguments, which may be quoted, are not read one by one."""
    failing = {"outcome": "Failed", "failure_reason": f"bad {SECRET}"}
    aws.control.call("POST", "rules", job_name="*", script=failing)
    queue, arguments = aws.make_queue(), {"hyperParameters": {"key": SECRET}}
    jobs = [job(plugin, queue, f"train-{number}", **arguments).id for number in range(4)]
    aws.advance(60)
    targeted = NativePlugin(aws)
    targeted.servicer.context.command_line = lambda: CommandLine(targets=("urn",))

    with pytest.raises(PartialStateError) as raised:
        targeted.create("ServiceJobCompletion", "trained", {"jobs": jobs})

    (reason,) = raised.value.reasons
    assert reason.endswith("FAILED on attempt 1 of 1: [secret]")
    lines = [line.text for line in targeted.engine.lines]
    assert sum("[secret]" in text for text in lines) >= 4
    assert not [text for text in lines if SECRET in text]
    targeted.close()

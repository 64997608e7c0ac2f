"""The native provider's resources, RPC by RPC, against the emulator; no engine is asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import grpc
import pytest
from google.protobuf import empty_pb2
from native_plugin import (
    LIMITS,
    TYPED,
    UNKNOWN,
    NativePlugin,
    PartialStateError,
    Resource,
    changed,
    job,
    queue_side,
)
from pulumi.runtime import proto

from sjresource.native.values import read
from sjresource.stack.pulumi_cli.command_line import CommandLine

if TYPE_CHECKING:
    from emulated import EmulatedBatch


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

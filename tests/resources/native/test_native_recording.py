"""What the native provider marks as recorded, and whose a job is that a create has lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

import grpc
import pytest
from native_plugin import (
    NativePlugin,
    Resource,
    job,
)
from pulumi_cli import holds_within

from sjresource.native.values import read

if TYPE_CHECKING:
    from emulated import EmulatedBatch


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


def test_a_renamed_job_whose_state_is_lost_is_asked_about_by_its_old_name(
    aws: EmulatedBatch, plugin: NativePlugin
) -> None:
    """Under the new one it can't be found, as no plugin is told of aliases: a warning says so."""
    queue = aws.make_queue()
    train = plugin.create("ServiceJob", "train", job(queue))
    renamed = Resource(plugin.urn("ServiceJob", "resnet"), train.id, train.inputs, train.state)
    plugin.engine.lines.clear()
    anew = plugin.check("ServiceJob", "resnet", job(queue, triggers=["anew"]), old=renamed)
    assert plugin.diff(renamed, read(anew.inputs).values).replaces == ["triggers"]
    assert not any(line.is_warning for line in plugin.engine.lines)  # the new run has the new name
    for given in (job(queue, jobName="train"), job(queue)):  # who gives the name knows it
        checked = plugin.check("ServiceJob", "resnet", given, old=renamed)
        assert plugin.diff(renamed, read(checked.inputs).values).replaces == []
    (warned,) = (line for line in plugin.engine.lines if line.is_warning)
    assert warned.text.startswith('its job is still "train" in Batch: give it jobName: "train", so')
    updated = plugin.update(renamed, read(checked.inputs).values)
    checked = plugin.check("ServiceJob", "resnet", job(queue), old=updated)
    plugin.diff(updated, read(checked.inputs).values)
    assert sum(line.is_warning for line in plugin.engine.lines) == 1
    later = NativePlugin(aws)

    with pytest.raises(grpc.RpcError) as raised:
        later.create("ServiceJob", "resnet", job(queue, jobName="train"))
    later.close()

    assert f"{train.id} is a run of this very request" in (raised.value.details() or "")
    assert aws.submitted() == 1

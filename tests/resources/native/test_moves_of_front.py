"""A job that moves to the other front and is replaced in the same operation, new first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from both_fronts import JOB, Thing
from dynamic_front import DynamicFront
from native_front import NativeFront
from native_plugin import Resource
from situation import changed, job

from sjresource.native.values import write

if TYPE_CHECKING:
    from both_fronts import Front
    from emulated import EmulatedBatch


def seen_by_plugin(front: NativeFront, thing: Thing) -> Thing:
    """Return a dynamic resource as the engine shows it to the plugin."""
    inputs, outs = (write({**each, "__provider": "pickled"}) for each in thing.resource)
    return Thing(JOB, thing.id, Resource(front.plugin.urn(JOB, "train"), thing.id, inputs, outs))


def seen_by_class(_front: DynamicFront, thing: Thing) -> Thing:
    """Return a native resource as the engine shows it to the dynamic provider."""
    own = thing.resource
    inputs = Resource(own.urn, own.id, own.inputs, own.inputs).outputs
    return Thing(JOB, thing.id, (inputs, own.outputs))


MOVES = [(DynamicFront, NativeFront, seen_by_plugin), (NativeFront, DynamicFront, seen_by_class)]


def moved(aws: EmulatedBatch, move: Any) -> tuple[Front, Thing]:
    """Submit a job, end before it is marked as recorded; return the other front, and the job."""
    old, new, seen = move
    first = old(aws)
    first.up(JOB, "train", **job(first))
    thing = first.state["train"]
    first.stop()
    second = new(aws)
    return second, seen(second, thing)


@pytest.mark.parametrize("move", MOVES, ids=["to the plugin", "and back"])
def test_another_run_is_submitted_and_a_lost_one_of_it_is_taken(
    aws: EmulatedBatch, move: Any
) -> None:
    """The job that is replaced is not taken for it, and is the one that is ended."""
    front, old = moved(aws, move)
    wanted = job(front, service_request_payload=changed(HyperParameters={"epochs": "5"}))

    made = []
    for _ in range(2):  # the state of the first one is lost
        inputs, _ = front.check(JOB, "train", wanted, old)
        assert front.diff(old, inputs)[1]
        made.append(front.create(JOB, "train", front.check(JOB, "train", wanted, None)[0]).id)

    front.delete(old)
    front.stop()
    ended = [aws.batch.describe_service_job(jobId=id_)["isTerminated"] for id_ in (old.id, made[0])]
    assert made[0] == made[1] != old.id
    assert ended == [True, False]
    assert aws.submitted() == 2

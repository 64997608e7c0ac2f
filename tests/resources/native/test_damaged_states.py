"""A table of damages of a state, each met by both fronts in every operation."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import grpc
import pulumi
import pytest
from both_fronts import COMPLETION, JOB, Thing
from dynamic_front import DynamicFront
from emulated import PAYLOAD, EmulatedBatch
from google.protobuf import json_format
from google.protobuf.struct_pb2 import Struct
from native_front import NativeFront
from native_plugin import Resource
from pulumi.runtime import proto, rpc

from sjresource.errors import RequestFailed
from sjresource.native.values import write
from sjresource.resources.completion import ServiceJobCompletionProvider
from sjresource.resources.service_job import ServiceJobProvider
from sjresource.stack.damage import PROPERTIES, damages, resource_damages
from sjresource.stack.spelling.resources import SPELLINGS
from sjresource.vocabulary import NATIVE_PREFIX

if TYPE_CHECKING:
    from collections.abc import Iterator

    from both_fronts import Front

WRONG: dict[str, tuple[Any, ...]] = {
    "text": (7, {"a": "b"}),
    "number": ("1e3", True),
    "flag": ("true", 1),
    "object": ("text", [7]),
    "list": ("text", {"a": "b"}),
    "identity": ("train", 7),
    "payload": ({}, "", 7, [PAYLOAD]),
}
"""Values of another kind, by the kind that is right."""
WITHIN: dict[str, Any] = {
    "orphans": [7],
    "recorded_runs": [{}],
    "aliased_identities": [7],
    "capacity_limits": [7],
    "service_environment_order": ["text"],
    "attempts": ["text"],
}
"""Lists with something else in them."""
MISSING = (("ServiceJob", "service_request_payload"), ("ServiceJob", "job_queue"))
LIMITS = [{"max_capacity": 4, "capacity_unit": "ml.m5.large"}]
MARKED = ("secret_paths", "deleted_with")
GIVEN = {name: kinds for name, kinds in PROPERTIES.items() if name != COMPLETION}
ACTS = {"SubmitServiceJob", "TerminateServiceJob"}


def stack_of(front: Front) -> dict[str, tuple[str, dict[str, Any]]]:
    """Bring up one of each; return name and arguments by kind."""
    made: dict[str, tuple[str, dict[str, Any]]] = {}

    def up(kind: str, name: str, **inputs: Any) -> str:
        front.up(kind, name, **inputs)
        made[kind] = (name, inputs)
        return front.state[name].id

    environment = up("ServiceEnvironment", "capacity", capacity_limits=LIMITS)
    fifo = {"idle_resource_assignment_strategy": "FIFO"}
    policy = up("SchedulingPolicy", "policy", quota_share_policy=fifo)
    order = [{"order": 1, "service_environment": environment}]
    queue = up(
        "JobQueue",
        "training",
        priority=1,
        service_environment_order=order,
        scheduling_policy_arn=policy,
    )
    up(
        "QuotaShare",
        "vision",
        job_queue=queue,
        capacity_limits=LIMITS,
        resource_sharing_configuration={"strategy": "RESERVE"},
        preemption_configuration={"in_share_preemption": "DISABLED"},
    )
    up(
        JOB,
        "train",
        job_queue=queue,
        quota_share_name=front.state["vision"].id.rpartition("/")[2],
        preemption_configuration={"preemption_retries_before_termination": 3},
        service_request_payload=PAYLOAD,
    )
    front.end()
    front.begin()
    return made


@pytest.fixture(scope="module", params=[DynamicFront, NativeFront], ids=lambda each: each.label)
def front(request: pytest.FixtureRequest) -> Iterator[Any]:
    """Return a stack of one of each, of one front, and the arguments of each."""
    aws = EmulatedBatch()
    with aws.emulator:
        stack = request.param(aws)
        yield stack, stack_of(stack)
        stack.stop()


def damaged(thing: Thing, name: str, value: Any) -> Thing:
    """Return what a state has with another value of a property, None for none."""
    if isinstance(thing.resource, tuple):
        inputs, outs = copy.deepcopy(thing.resource)
        outs[name] = value
        return Thing(thing.kind, thing.id, (inputs, outs))
    own = thing.resource
    spelling = SPELLINGS[NATIVE_PREFIX + thing.kind]
    key = str(spelling.native_path((name,), typed=True)[0])
    state = {**json_format.MessageToDict(own.state), key: value}
    inputs = json_format.MessageToDict(own.inputs)
    if value is None:
        del state[key]
        inputs.pop(key, None)
    both = (json_format.ParseDict(each, Struct()) for each in (inputs, state))
    return Thing(thing.kind, thing.id, Resource(own.urn, own.id, *both))


def rows(noun: str) -> Iterator[tuple[str, Any]]:
    """Yield the damages of one kind of resource."""
    for name, kind in GIVEN[noun].items():
        for value in WRONG[kind]:
            yield name, value
        if name in WITHIN:
            yield name, WITHIN[name]
    for of, name in MISSING:
        if of == noun:
            yield name, None


def said(front: Front, operation: str, kind: str, name: str, given: dict[str, Any]) -> str:
    """Let one operation meet the state; return what it fails with."""
    if operation == "up":
        front.up(kind, name, **given)
    elif operation == "refresh":
        front.refresh(name)
    else:
        front.destroy(name)
    step = front.steps[-1]
    return "; ".join(each for each in step.said if each.startswith("error: "))


@pytest.mark.parametrize("noun", GIVEN)
def test_each_damage_is_told_by_its_key_before_anything_is_done(front: Any, noun: str) -> None:
    """An `up` never runs a job anew for it, and nothing is a mistake in sjresource."""
    stack, made = front
    name, given = made[noun]
    good = stack.state[name]
    for key, value in rows(noun):
        if isinstance(stack, NativeFront) and (key in MARKED or value == 7):
            continue  # it marks secrets in place, and takes a number for the text of it
        stack.stop()
        stack.begin()
        for operation in ("refresh", "up"):
            stack.state[name] = damaged(good, key, value)
            told = said(stack, operation, noun, name, given)
            where = (operation, key, value, told)
            assert "mistake" not in told, where
            assert not {each.split()[0] for each in stack.steps[-1].calls} & {
                each.lower() for each in ACTS
            }, where
            if operation == "up" or value is not None:
                spelled = key if stack.label == "dynamic" else _spelled(noun, key)
                assert f"State ({noun}" in told or "in the state" in told, where
                assert f"its {spelled}" in told or f"error: {spelled}" in told, where
                assert "restore an export of it with `pulumi stack import`, or forget" in told
    stack.state[name] = good


def _spelled(noun: str, key: str) -> str:
    return str(SPELLINGS[NATIVE_PREFIX + noun].native_path((key,), typed=True)[0])


def test_a_job_is_ended_whatever_is_damaged_beside_what_that_needs() -> None:
    """A destroy ends it all the same; without the identity it says so, and ends nothing."""
    kinds: tuple[type[Front], ...] = (DynamicFront, NativeFront)
    for kind in kinds:
        aws = EmulatedBatch()
        with aws.emulator:
            stack: Front = kind(aws)
            made = stack_of(stack)
            good = stack.state["train"]
            stack.state["train"] = damaged(good, "identity", 7)
            told = said(stack, "destroy", JOB, *made[JOB])
            assert "reading State (ServiceJob " in told
            assert "identity must be an identity" in told
            stack.state["train"] = damaged(good, "latest_attempt", "text")
            assert said(stack, "destroy", JOB, *made[JOB]) == ""
            assert "train" not in stack.state
            assert aws.batch.describe_service_job(jobId=good.id)["isTerminated"] is True
            stack.stop()


@pytest.mark.parametrize(
    ("values", "path"),
    [
        ({"outcome": "text"}, "outcome"),
        ({"outcome": {"results": 7}}, "outcome.results"),
        ({"outcome": {"results": [7]}}, "outcome.results[0]"),
        ({"outcome": {"results": [{"status": "SUCCEEDED"}]}}, "outcome.results[0].job"),
        ({"jobs": "arn"}, "jobs"),
        ({"secret_results": []}, "secret_results"),
    ],
)
def test_a_damaged_record_of_a_completion_is_told(
    front: Any, values: dict[str, Any], path: str
) -> None:
    """With both fronts, before it is read."""
    stack, _ = front
    state = {"identity": "/dev::vision::~ServiceJobCompletion::t", **values}
    (found,) = damages(COMPLETION, state)
    assert found.path == path

    def compare() -> None:
        if isinstance(stack, NativeFront):
            urn = stack.plugin.urn(COMPLETION, "t")
            olds, news = write({"__provider": "", **state}), write({"job": "arn"})
            request = proto.DiffRequest(id="completion/t", urn=urn, olds=olds, news=news)
            stack.plugin.stub.Diff(request)
        else:
            ServiceJobCompletionProvider().diff("completion/t", state, {"jobs": ["arn"]})

    with pytest.raises((RequestFailed, grpc.RpcError)) as raised:
        compare()
    assert f"its {path} must be" in str(raised.value)
    assert "mistake" not in str(raised.value)


URN = "urn:pulumi:dev::vision::pulumi-python:dynamic/sjresource:ServiceJob::train"
KINDS = {
    "dynamic": "pulumi-python:dynamic/sjresource:ServiceJob",
    "native": "sjresource:index:ServiceJob",
}


@pytest.mark.parametrize(
    ("resource", "told"),
    [
        (7, "its entry must be an object, got a number"),
        ({"type": "x:y:Z"}, "its urn must be text, got nothing"),
        ({"urn": URN}, "its type must be text, got nothing"),
        ({"urn": "train", "type": "x:y:Z"}, "its urn is no URN"),
        ({"urn": URN, "type": KINDS["dynamic"]}, "its id is missing"),
        ({"urn": URN, "type": KINDS["dynamic"], "id": 7}, "its id is missing"),
        (
            {"urn": URN, "type": KINDS["dynamic"], "id": "a", "outputs": "text"},
            "its outputs must be an object, got text",
        ),
        (
            {"urn": URN, "type": KINDS["dynamic"], "id": "a", "outputs": {"created_at": "text"}},
            "its outputs.created_at must be a number, got text",
        ),
        (
            {"urn": URN, "type": KINDS["native"], "id": "a", "inputs": {"jobQueue": 7}},
            "its inputs.jobQueue must be text, got a number",
        ),
    ],
)
def test_a_damaged_entry_of_an_export_is_told(resource: Any, told: str) -> None:
    """What every command of `sjresource` reads a state by."""
    assert str(next(resource_damages(resource))) == told


def test_a_right_entry_has_no_damage() -> None:
    """Of whatever provider, with encrypted values, and of an older version without some keys."""
    secret = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270"}
    right: tuple[dict[str, Any], ...] = (
        {"urn": URN, "type": "aws:s3:Bucket"},
        {"urn": URN, "type": KINDS["dynamic"], "id": "a", "outputs": {"tags": secret}},
        {"urn": URN, "type": KINDS["native"], "id": "a", "inputs": None, "outputs": {}},
    )
    for resource in right:
        assert list(resource_damages(resource)) == []


@pytest.mark.parametrize("unknown", [pulumi.output.UNKNOWN, rpc.UNKNOWN], ids=["SDK's", "engine's"])
def test_a_job_that_moves_from_the_plugin_under_an_unknown_parent_is_not_damaged(
    unknown: Any,
) -> None:
    """Its state has no identity, and a preview may not know that of now."""
    aws = EmulatedBatch()
    with aws.emulator:
        queue = aws.make_queue()
        provider = aws.provider(ServiceJobProvider)
        wanted = {**aws.job(queue), "identity": unknown}
        names = {"job_name": "jobName", "job_queue": "jobQueue"}
        olds = {names[name]: wanted[name] for name in names}
        olds["serviceRequestPayload"] = wanted["service_request_payload"]

        assert provider.check(olds, wanted).failures == []
        arn = f"arn:aws:batch:eu-west-1:123456789012:service-job/{'0' * 8}"
        assert provider.diff(arn, olds, wanted).replaces == []


def test_no_error_has_a_value() -> None:
    """It may be a secret."""
    for kind, wrong in WRONG.items():
        for value in wrong:
            for found in damages(JOB, {"tags": "hunter2", "status": {"hunter2": value}}):
                assert "hunter2" not in str(found), kind

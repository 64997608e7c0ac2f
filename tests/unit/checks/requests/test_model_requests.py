from __future__ import annotations

import random
from typing import Any

import pulumi
import pytest
from model_requests import patterns_in, right, wrong
from training_requests import JOB

from sjresource.aws.models import input_shape, property_name
from sjresource.aws.settings import Settings
from sjresource.checks.preflight.job import preflight_problems
from sjresource.checks.rules.requests import queue_problems
from sjresource.checks.service_job import check_job
from sjresource.checks.values.job_arguments import JobArguments
from sjresource.checks.values.patterns import can_be_run, meaning
from sjresource.checks.values.shapes import ShapeValidator
from sjresource.checks.warnings.requests import job_warnings
from sjresource.stack.config import CheckSettings
from sjresource.status.queue_reader import QueueDescription

SHAPE = input_shape("CreateTrainingJob", "sagemaker")
OPERATIONS = [
    "SubmitServiceJob",
    "CreateJobQueue",
    "CreateServiceEnvironment",
    "CreateSchedulingPolicy",
    "CreateQuotaShare",
]


def check(job: dict[str, Any]) -> list[str]:
    """Check a job offline."""
    checked = check_job(Settings(), CheckSettings(), job, would_be_submitted=False)
    return [failure.reason for failure in checked.failures]


def test_every_mistake_that_the_model_knows_is_found_at_its_path() -> None:
    """Each member of CreateTrainingJob: wrong type, wrong enum, beyond its bounds, off its form."""
    walk = ShapeValidator(name_of=str)
    missed = []
    made = list(wrong(SHAPE))
    for request, path in made:
        found = [problem.path for problem in walk.problems(SHAPE, request, "payload")]
        if f"payload{path}" not in found:
            missed.append(path)

    assert missed == []
    assert len(made) > 300


@pytest.mark.parametrize("operation", OPERATIONS)
def test_every_mistake_in_batchs_own_members_is_found(operation: str) -> None:
    """The same for the requests to Batch, under our names."""
    shape = input_shape(operation)
    walk = ShapeValidator(name_of=property_name)
    for request, path in wrong(shape):
        renamed = _renamed(shape, request)
        found = [problem.path for problem in walk.problems(shape, renamed, "")]

        assert ".".join(map(property_name, path.strip(".").split("."))) in found


@pytest.mark.parametrize("seed", range(5))
def test_what_the_model_allows_has_no_problem(seed: int) -> None:
    """A hundred random requests a seed: never a false alarm, never an exception."""
    choice = random.Random(seed)  # noqa: S311 - a test's own dice
    walk = ShapeValidator(name_of=str)
    for _ in range(100):
        request = right(SHAPE, choice)

        assert list(walk.problems(SHAPE, request, "payload")) == []


@pytest.mark.parametrize("seed", range(5))
def test_a_check_never_raises(seed: int) -> None:
    """Whatever stands in a payload or beside it, right, wrong or unknown, is only judged."""
    choice = random.Random(seed)  # noqa: S311 - as above
    batch = input_shape("SubmitServiceJob")
    for _ in range(40):
        request = _renamed(batch, right(batch, choice))
        payload = _spoiled(right(SHAPE, choice), choice)
        given = {**JOB, **request, "service_request_payload": payload}
        job = {name: _spoiled(item, choice) for name, item in given.items()}

        said = [
            *job_warnings(JobArguments.parse(job)),
            *(each.reason for each in _live_problems(job)),
        ]
        assert all(isinstance(text, str) for text in said)
        assert all(
            isinstance(reason, str) for reason in check({**job, "identity": JOB["identity"]})
        )


@pytest.mark.parametrize("operation", OPERATIONS[1:])
def test_a_check_of_the_queue_side_never_raises(operation: str) -> None:
    """The same for queues, environments, policies and shares."""
    choice = random.Random(operation)  # noqa: S311 - as above
    shape = input_shape(operation)
    for _ in range(100):
        request = _renamed(shape, right(shape, choice))
        given = {name: _spoiled(item, choice) for name, item in request.items()}

        assert all(isinstance(each.reason, str) for each in queue_problems(operation, given))


def test_all_patterns_can_be_run() -> None:
    """The ones that Python can't compile are translated; none is left out today."""
    patterns = set(patterns_in(SHAPE))
    for operation in OPERATIONS:
        patterns |= set(patterns_in(input_shape(operation)))

    assert sorted(pattern for pattern in patterns if not can_be_run(pattern)) == []
    assert len(patterns) > 20
    wordless = {pattern for pattern in patterns if meaning(pattern) is None}
    assert wordless == {r"[\S\s]*"}  # which is any text


_WRONG: tuple[Any, ...] = (
    None,
    1.0,
    -1.0,
    1e300,
    float("inf"),
    "",
    "arn:",
    "*",
    True,
    [],
    {},
    [None],
    {"": None},
)


def _live_problems(job: dict[str, Any]) -> list[Any]:
    """Hold a job against queues of every kind."""
    queue = {
        "jobQueueName": "q",
        "jobQueueArn": "arn:aws:batch:eu-west-1:123456789012:job-queue/q",
        "schedulingPolicyArn": "policy",
    }
    limits = [{"maxCapacity": 1, "capacityUnit": "ml.m5.large"}]
    environment = {"serviceEnvironmentName": "e", "capacityLimits": limits}
    share = {"quotaShareName": "text", "state": "DISABLED", "capacityLimits": limits}
    quota = QueueDescription(queue, {"quotaSharePolicy": {}}, (environment,), (share,))
    facts = (
        QueueDescription(queue),
        QueueDescription(queue, {"fairsharePolicy": {}}, (environment,)),
        quota,
    )
    return [
        problem for each in facts for problem in preflight_problems(each, JobArguments.parse(job))
    ]


def _spoiled(value: Any, choice: random.Random) -> Any:
    """Replace a few values, at any depth, by wrong or unknown ones."""
    if choice.random() < 0.03:
        return choice.choice((*_WRONG, pulumi.output.UNKNOWN))
    if isinstance(value, dict):
        return {name: _spoiled(item, choice) for name, item in value.items()}
    if isinstance(value, list):
        return [_spoiled(item, choice) for item in value]
    return value


def _renamed(shape: Any, value: Any) -> Any:
    if shape.type_name == "structure" and isinstance(value, dict):
        return {
            property_name(name): _renamed(shape.members[name], item)
            for name, item in value.items()
            if name in shape.members
        } | {name: item for name, item in value.items() if name not in shape.members}
    if shape.type_name == "list" and isinstance(value, list):
        return [_renamed(shape.member, item) for item in value]
    return value

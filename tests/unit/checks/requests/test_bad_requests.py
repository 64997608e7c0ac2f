from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pulumi
import pytest
from bad_combinations import BAD_COMBINATIONS
from bad_queue_side import BAD_QUEUE_SIDE
from bad_requests import BAD_JOBS, BAD_PAYLOADS, Bad
from botocore.validate import ParamValidator

from sjresource.aws.models import input_shape, property_name
from sjresource.checks.rules.requests import job_problems
from sjresource.checks.values.job_arguments import JobArguments
from sjresource.resources.job_queue import JobQueueProvider
from sjresource.resources.quota_share import QuotaShareProvider
from sjresource.resources.scheduling_policy import SchedulingPolicyProvider
from sjresource.resources.service_environment import ServiceEnvironmentProvider
from sjresource.resources.service_job import ServiceJobProvider
from sjresource.stack.config import CheckSettings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sjresource.stack.provider import BatchProvider

BAD = (*BAD_JOBS, *BAD_PAYLOADS, *BAD_COMBINATIONS, *BAD_QUEUE_SIDE)
PROVIDERS: dict[str, type[BatchProvider]] = {
    "SubmitServiceJob": ServiceJobProvider,
    "CreateJobQueue": JobQueueProvider,
    "CreateServiceEnvironment": ServiceEnvironmentProvider,
    "CreateSchedulingPolicy": SchedulingPolicyProvider,
    "CreateQuotaShare": QuotaShareProvider,
}


def failures(bad: Bad, **checking: bool) -> list[str]:
    """Check it as the engine does, without asking AWS."""
    provider: Any = PROVIDERS[bad.operation]()
    provider.checking = CheckSettings(preflight=False, **checking)
    given = {name: value for name, value in bad.request.items() if value is not None}
    return [failure.reason for failure in provider.check({}, given).failures]


def botocore_refuses(bad: Bad) -> bool:
    """Ask botocore's own check of requests; the payload is a text to it."""
    shape = input_shape(bad.operation)
    members = {property_name(member) for member in shape.members}
    given = {name: value for name, value in bad.request.items() if name in members}
    if given.get("service_request_payload") is not None:
        given["service_request_payload"] = ""
    sent = {name: value for name, value in given.items() if value not in (None, [], {})}
    return bool(ParamValidator().validate(renamed(shape, sent), shape).has_errors())


def renamed(shape: Any, value: Any) -> Any:
    """Return a request with members' names in the API, and whole numbers as such."""
    if shape.type_name == "structure" and isinstance(value, dict):
        names = {property_name(member): member for member in shape.members}
        return {
            names.get(name, f"no {name}"): renamed(shape.members[names[name]], item)
            if name in names
            else item
            for name, item in value.items()
        }
    if shape.type_name == "list" and isinstance(value, list):
        return [renamed(shape.member, item) for item in value]
    whole = isinstance(value, float) and value.is_integer()
    return int(value) if whole and shape.type_name == "integer" else value


def not_for_botocore(bad: Bad) -> bool:
    """Return whether sjresource itself refuses it: its own arguments, or what it can't read."""
    unreadable = ("not JSON", "got a list", "is required")
    return (
        bad.path.startswith("timeouts")
        or (bad.path == "service_request_payload" and bad.reason in unreadable)
        or bad.reason == "must be an integer, got a boolean"
    )


@pytest.mark.parametrize("bad", BAD, ids=lambda bad: f"{bad.path}-{bad.reason}"[:70])
def test_a_bad_request_fails_at_its_path_with_the_reason(bad: Bad) -> None:
    """A failed check is where it ends: the engine calls nothing else."""
    told = [reason for reason in failures(bad) if reason.startswith(f"{bad.path} ")]

    assert any(bad.reason in reason for reason in told), failures(bad)


@pytest.mark.parametrize("bad", BAD, ids=lambda bad: f"{bad.path}-{bad.reason}"[:70])
def test_one_mistake_is_told_once(bad: Bad) -> None:
    """What follows from a mistake is not told as another one at the same place."""
    paths = [reason.split(" ")[0] for reason in failures(bad)]

    assert len(paths) == len(set(paths)), failures(bad)


@pytest.mark.parametrize("bad", BAD, ids=lambda bad: f"{bad.path}-{bad.reason}"[:70])
def test_validation_warn_lets_pass_all_that_botocore_can_send(bad: Bad) -> None:
    """There is always a way out; what botocore would refuse itself stays refused."""
    assert bool(failures(bad, lenient=True)) == (botocore_refuses(bad) or not_for_botocore(bad))


@pytest.mark.parametrize("bad", BAD_COMBINATIONS, ids=lambda bad: f"{bad.path}-{bad.reason}"[:70])
def test_what_is_unknown_adds_no_mistake(bad: Bad) -> None:
    """Whichever part of a request a preview does not know yet; the rest is judged as before."""
    payload = bad.request["service_request_payload"]
    before = {
        (problem.path, problem.reason) for problem in job_problems(JobArguments.parse(bad.request))
    }
    for path, partly in partly_unknown(payload):
        request = {**bad.request, "service_request_payload": partly}
        found = [
            problem
            for problem in job_problems(JobArguments.parse(request))
            if "KiB" not in problem.reason
        ]
        assert {(problem.path, problem.reason) for problem in found} <= before, path


def partly_unknown(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Yield copies of a value with one part of it unknown, and the path of that."""
    items = value.items() if isinstance(value, dict) else enumerate(value)
    for key, item in list(items)[:9]:
        copy = dict(value) if isinstance(value, dict) else list(value)
        copy[key] = pulumi.output.UNKNOWN
        yield f"{path}.{key}", copy
        if isinstance(item, (dict, list)):
            for inner_path, inner in partly_unknown(item, f"{path}.{key}"):
                whole = dict(value) if isinstance(value, dict) else list(value)
                whole[key] = inner
                yield inner_path, whole

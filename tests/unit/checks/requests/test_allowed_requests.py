from __future__ import annotations

import copy
import json
import random
from typing import TYPE_CHECKING, Any

import pytest
from allowed_requests import allowed
from batch_bounds import ALLOWED, complete
from training_requests import JOB

from sjresource.aws.models import input_shape, property_name
from sjresource.aws.payload import canonical, payload_as_sent
from sjresource.checks.rules.requests import job_problems, queue_problems
from sjresource.checks.values.job_arguments import JobArguments
from sjresource.resources.service_job import RULES
from sjresource.stack.diff import find_changes
from sjresource.stack.spelling.resources import SPELLINGS
from sjresource.vocabulary import NATIVE_PREFIX

if TYPE_CHECKING:
    from collections.abc import Iterator

SPELLING = SPELLINGS[NATIVE_PREFIX + "ServiceJob"]
SEEDS = range(4)
EACH = 40
MOST_TAGS = 46
"""The rest of AWS's 50 are sjresource's own."""


def job(payload: Any) -> dict[str, Any]:
    """Return a job with a payload."""
    return {**JOB, "service_request_payload": payload}


def drawn(seed: int) -> Iterator[dict[str, Any]]:
    """Draw payloads that AWS takes."""
    choice = random.Random(seed)  # noqa: S311 - a test's own dice
    return (allowed(choice) for _ in range(EACH))


@pytest.mark.parametrize("seed", SEEDS)
def test_what_the_model_and_the_pages_allow_has_no_problem(seed: int) -> None:
    """Shapes, bounds and rules say nothing of a payload that none of AWS's pages forbids."""
    found = [list(job_problems(JobArguments.parse(job(payload)))) for payload in drawn(seed)]

    assert found == [[]] * EACH


@pytest.mark.parametrize(
    ("operation", "changes"), [row for row in ALLOWED if len(row[1].get("tags", ())) <= MOST_TAGS]
)
def test_a_member_at_its_bounds_has_no_problem(operation: str, changes: dict[str, Any]) -> None:
    """Each of Batch's own requests, at the ends of what its pages allow."""
    request = _renamed(input_shape(operation), complete(operation, 1, changes))
    if operation == "SubmitServiceJob":
        assert list(job_problems(JobArguments.parse({**JOB, **request}))) == []
    else:
        assert list(queue_problems(operation, request)) == []


@pytest.mark.parametrize("seed", SEEDS)
def test_the_same_payload_written_otherwise_is_no_change(seed: int) -> None:
    """Another order, `1.0` for `1`, an empty member, a text: no run is paid for any of these."""
    choice = random.Random(seed)  # noqa: S311 - a test's own dice
    for payload in drawn(seed):
        other = _otherwise(payload, choice)
        for written in (other, json.dumps(other), json.dumps(payload, indent=1)):
            assert not find_changes(RULES, job(payload), job(written)), (payload, written)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("typed", [True, False])
def test_a_payload_survives_the_native_spelling(seed: int, typed: bool) -> None:  # noqa: FBT001 - a case
    """As `trainingJob`, and as `serviceRequestPayload`: what comes back is the same request."""
    for payload in drawn(seed):
        native = json.loads(json.dumps(SPELLING.to_native(job(payload), typed=typed)))
        core = SPELLING.to_core(native)

        assert canonical(core["service_request_payload"]) == canonical(payload)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_changed_leaf_is_another_run(seed: int) -> None:
    """No member is left out of the comparison, and none of what is sent."""
    for payload in drawn(seed):
        for way, value in _leaves(payload):
            other = _with(payload, way, _other(value))

            changes = find_changes(RULES, job(payload), job(other))
            assert changes.replaces == ["service_request_payload"], way
            assert payload_as_sent(payload, "train") != payload_as_sent(other, "train"), way


def _otherwise(value: Any, choice: random.Random) -> Any:
    if isinstance(value, dict):
        members = list(value.items())
        choice.shuffle(members)
        empties: tuple[dict[str, Any], ...] = ({}, {"E": {}}, {"E": []}, {"E": None})
        return {
            **{key: _otherwise(item, choice) for key, item in members},
            **choice.choice(empties),
        }
    if isinstance(value, list):
        return [_otherwise(item, choice) for item in value]
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return float(value) if isinstance(value, int) else int(value)
    return value


def _leaves(value: Any, way: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    if not isinstance(value, (dict, list)):
        yield way, value
        return
    for key, item in value.items() if isinstance(value, dict) else enumerate(value):
        yield from _leaves(item, (*way, key))


def _other(value: Any) -> Any:
    if isinstance(value, bool):
        return not value
    return value + 1 if isinstance(value, (int, float)) else f"{value}x"


def _with(payload: Any, way: tuple[Any, ...], value: Any) -> Any:
    whole = copy.deepcopy(payload)
    inner = whole
    for step in way[:-1]:
        inner = inner[step]
    inner[way[-1]] = value
    return whole


def _renamed(shape: Any, value: Any) -> Any:
    if shape.type_name == "structure":
        return {
            property_name(name): _renamed(shape.members[name], item) for name, item in value.items()
        }
    if shape.type_name == "list":
        return [_renamed(shape.member, item) for item in value]
    return value

from __future__ import annotations

import json
from typing import Any

import pulumi
import pytest

from sjresource.resources import completion
from sjresource.resources.drift import still_holds
from sjresource.resources.job.wanted_run import REQUEST
from sjresource.resources.job_queue import JobQueueProvider
from sjresource.resources.quota_share import QuotaShareProvider
from sjresource.resources.scheduling_policy import SchedulingPolicyProvider
from sjresource.resources.service_environment import ServiceEnvironmentProvider
from sjresource.resources.service_job import RULES, ServiceJobProvider
from sjresource.stack.diff import find_changes

QUEUE = "arn:aws:batch:eu-west-1:123456789012:job-queue/training"
RETRY = {"action": "RETRY", "on_status_reason": "*"}
JOB: dict[str, Any] = {
    "identity": "acme/urn:pulumi:prod::vision::t::train",
    "job_name": "train",
    "job_queue": QUEUE,
    "service_job_type": "SAGEMAKER_TRAINING",
    "service_request_payload": {
        "HyperParameters": {"epochs": "3"},
        "ResourceConfig": {"InstanceCount": 1.0},
    },
    "scheduling_priority": 5.0,
    "tags": {"team": "vision"},
    "retry_strategy": {"attempts": 2.0, "evaluate_on_exit": [RETRY]},
}


@pytest.mark.parametrize(
    "same",
    [
        {"job_queue": "training"},
        {"scheduling_priority": 5},
        {"service_request_payload": json.dumps(JOB["service_request_payload"])},
        {"service_request_payload": {**JOB["service_request_payload"], "Environment": {}}},
        {"retry_strategy": {"attempts": 2, "evaluate_on_exit": [{**RETRY, "action": "Retry"}]}},
        {"preemption_configuration": {}},
        {"identity": "another"},
        {"rerun_on_failure": True},
        {"timeout_config": {}},
        {"triggers": []},
    ],
    ids=lambda same: next(iter(same)),
)
def test_what_means_the_same_is_no_change(same: dict[str, Any]) -> None:
    """A false difference would be a paid training run."""
    changes = find_changes(RULES, JOB, {**JOB, **same})

    assert changes == ([], [])


@pytest.mark.parametrize("name", [name for name in REQUEST if RULES[name] == "replaces"])
def test_a_run_defining_change_replaces_and_names_itself(name: str) -> None:
    """The engine passes `replaces` on, so that the preview tells why a job runs again."""
    changes = find_changes(RULES, JOB, {**JOB, name: {"changed": "value"}})

    assert changes == ([name], [])


@pytest.mark.parametrize("name", ["scheduling_priority", "tags"])
def test_priority_and_tags_change_in_place(name: str) -> None:
    """Batch can change these two on a submitted job."""
    assert find_changes(RULES, JOB, {**JOB, name: {"b": "2"}}) == ([], [name])


def test_an_unknown_value_replaces() -> None:
    """A preview that can't know must not hide a paid run."""
    unknown = {"HyperParameters": {"epochs": pulumi.output.UNKNOWN}}
    changes = find_changes(RULES, JOB, {**JOB, "service_request_payload": unknown})

    assert changes.replaces == ["service_request_payload"]


@pytest.mark.parametrize("text", [False, True])
@pytest.mark.parametrize(
    "unknown",
    [
        {"HyperParameters": {"epochs": pulumi.output.UNKNOWN}},
        {"HyperParameters": pulumi.output.UNKNOWN},
        {"InputDataConfig": [pulumi.output.UNKNOWN]},
        {"InputDataConfig": [{"ChannelName": pulumi.output.UNKNOWN}]},
        {"TrainingJobName": pulumi.output.UNKNOWN},
    ],
    ids=["value of a map", "map", "item", "member of an item", "name"],
)
def test_a_job_s_provider_takes_what_is_unknown_at_any_depth(
    unknown: dict[str, Any], *, text: bool
) -> None:
    """What a job stands on is updated by the same `up`, and its preview has to be made."""
    olds = JOB["service_request_payload"]
    news = {**JOB, "service_request_payload": {**olds, **unknown}}
    before = {**JOB, "service_request_payload": json.dumps(olds) if text else olds}

    answer = ServiceJobProvider().diff("arn:aws:batch:eu-west-1:1:service-job/a", before, news)

    assert answer.replaces == ["service_request_payload"]


def test_an_unknown_payload_replaces() -> None:
    """The same where the whole payload is unknown."""
    news = {**JOB, "service_request_payload": pulumi.output.UNKNOWN}

    assert find_changes(RULES, JOB, news).replaces == ["service_request_payload"]


def test_the_same_queue_name_in_another_region_replaces() -> None:
    """Two ARNs are compared whole."""
    elsewhere = QUEUE.replace("eu-west-1", "us-east-1")

    assert find_changes(RULES, JOB, {**JOB, "job_queue": elsewhere}).replaces == ["job_queue"]


@pytest.mark.parametrize(
    ("old", "new", "changes"),
    [
        ("policy/a", "policy/b", ([], ["scheduling_policy_arn"])),
        (None, "policy/b", (["scheduling_policy_arn"], [])),
        ("policy/a", None, (["scheduling_policy_arn"], [])),
    ],
)
def test_a_policy_is_swapped_in_place_but_never_added_or_removed(
    old: str | None, new: str | None, changes: tuple[list[str], list[str]]
) -> None:
    """A queue with a scheduling policy can get another one, and never lose it."""
    olds = {"scheduling_policy_arn": old}

    assert find_changes(JobQueueProvider.rules, olds, {"scheduling_policy_arn": new}) == changes


TABLES = {
    "job": RULES,
    "completion": completion.RULES,
    "queue": JobQueueProvider.rules,
    "environment": ServiceEnvironmentProvider.rules,
    "policy": SchedulingPolicyProvider.rules,
    "share": QuotaShareProvider.rules,
}


def odd_values() -> dict[str, Any]:
    """Return values that Python's `==` is wrong about, made anew as each run of a program does."""
    return {"loss": float("nan"), "nested": [[float("nan"), float("-inf")], {"zero": -0.0}]}


@pytest.mark.parametrize("rules", TABLES.values(), ids=TABLES)
def test_a_value_equals_itself_nan_and_nested_included(rules: dict[str, str]) -> None:
    """A metric that has become NaN would else replace, and pay, at every `up`."""
    olds, news = dict.fromkeys(rules, odd_values()), dict.fromkeys(rules, odd_values())

    assert find_changes(rules, olds, news) == ([], [])
    for name in set(rules) - {"service_request_payload"}:
        for one, other in ((float("nan"), float("nan")), ([odd_values()], [odd_values()])):
            assert find_changes(rules, {**olds, name: one}, {**news, name: other}) == ([], [])
    assert still_holds(odd_values(), odd_values())


@pytest.mark.parametrize(
    ("old", "new"),
    [(float("nan"), 0.0), (float("nan"), None), (float("nan"), "NaN"), (True, 1.0), (0.0, False)],
)
def test_what_is_another_value_is_a_change(old: object, new: object) -> None:
    """NaN is no number, and true is not 1, however deep they stand."""
    for one, other in ((old, new), ([{"a": old}], [{"a": new}])):
        changes = find_changes(RULES, {**JOB, "triggers": one}, {**JOB, "triggers": other})

        assert changes.replaces == ["triggers"]
        assert not still_holds([one], [other])

from __future__ import annotations

import json
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from botocore.exceptions import UnknownServiceError
from botocore.loaders import Loader

from sjresource.aws.models import (
    answer_properties,
    input_shape,
    made_once,
    property_name,
    to_request,
)
from sjresource.model_files import ModelLoader


def test_properties_become_members_and_numbers_integers() -> None:
    """Every member is renamed and every count is an integer, however deep it stands."""
    properties = {
        "job_name": "train",
        "retry_strategy": {
            "attempts": 2.0,
            "evaluate_on_exit": [{"action": "EXIT", "on_status_reason": "*"}],
        },
        "scheduling_priority": 0.0,
    }

    request = to_request(input_shape("SubmitServiceJob"), properties)

    assert request == {
        "jobName": "train",
        "retryStrategy": {
            "attempts": 2,
            "evaluateOnExit": [{"action": "EXIT", "onStatusReason": "*"}],
        },
        "schedulingPriority": 0,
    }
    assert isinstance(request["retryStrategy"]["attempts"], int)


def test_map_keys_are_never_renamed() -> None:
    """A tag's key is the user's own, even if it looks like one of our names."""
    request = to_request(input_shape("SubmitServiceJob"), {"tags": {"cost_center": "a_b"}})

    assert request == {"tags": {"cost_center": "a_b"}}


def test_answers_become_properties() -> None:
    """What Batch answers comes back under our names, tags with their own keys."""
    answer = {
        "jobId": "1",
        "latestAttempt": {"serviceResourceId": {"name": "TrainingJobArn", "value": "arn"}},
        "tags": {"teamName": "x"},
    }

    assert answer_properties("DescribeServiceJob", answer) == {
        "job_id": "1",
        "latest_attempt": {"service_resource_id": {"name": "TrainingJobArn", "value": "arn"}},
        "tags": {"teamName": "x"},
    }


def test_names_are_botocores_own() -> None:
    """A user can tell our name from AWS's without a table."""
    assert property_name("serviceEnvironmentOrder") == "service_environment_order"
    assert property_name("schedulingPolicyArn") == "scheduling_policy_arn"


def test_a_model_is_what_botocore_itself_reads() -> None:
    """The loader gives every member in botocore's own order, and knows the services it knows."""
    ours, theirs = ModelLoader(), Loader()

    for service, kind in (("batch", "service-2"), ("sts", "endpoint-rule-set-1")):
        read = ours.load_service_model(service, kind)
        assert json.dumps(read) == json.dumps(theirs.load_service_model(service, kind))
    assert json.dumps(ours.load_data("endpoints")) == json.dumps(theirs.load_data("endpoints"))
    for service, kind in (("batches", "service-2"), ("batch", "no-such-kind-1")):
        with pytest.raises(UnknownServiceError):
            ours.load_service_model(service, kind)


def test_a_folder_that_may_not_be_looked_into_has_no_models() -> None:
    """As for botocore: a home that belongs to somebody else, or here one that can't be."""
    ours = ModelLoader()
    ours.search_paths.insert(0, f"/{'x' * 300}/models")

    assert "batch" in ours.list_available_services("service-2")
    assert ours.load_service_model("batch", "service-2")["metadata"]


def test_threads_that_need_one_thing_make_it_once() -> None:
    """The others wait for the one that makes it, and then all have the same."""
    made: list[object] = []
    begun = threading.Event()

    @made_once
    def make(_key: str) -> object:
        begun.wait(5)
        made.append(object())
        return made[-1]

    with ThreadPoolExecutor(8) as threads:
        found = [threads.submit(make, "model") for _ in range(8)]
        begun.set()
        assert {each.result() for each in found} == set(made)

    assert len(made) == 1
    assert make("another") is not made[0]

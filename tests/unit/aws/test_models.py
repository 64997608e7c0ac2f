from __future__ import annotations

from sjresource.aws.models import answer_properties, input_shape, property_name, to_request


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

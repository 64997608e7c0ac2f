from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from pulumi.runtime import rpc

from sjresource.native.argument_names import problems_of_names, strangers
from sjresource.stack.spelling.resources import SPELLINGS
from sjresource.vocabulary import NATIVE_PREFIX

if TYPE_CHECKING:
    from sjresource.stack.spelling.names import Path

ELSEWHERE = "; what AWS has and the schema lacks can be given in serviceRequestPayload instead"

MAX_CAPACITY = "is not known; did you mean maxCapacity?; if AWS has it by now, update sjresource"

QUEUES = (
    "region, timeouts, jobQueueName, state, schedulingPolicyArn, priority, "
    "serviceEnvironmentOrder, jobQueueType, tags, jobStateTimeLimitActions"
)

STRANGERS: list[tuple[str, Any, list[tuple[Path, str]]]] = [
    (
        "JobQueue",
        {"prioritty": 1},
        [(("prioritty",), "is no argument of JobQueue; did you mean priority?")],
    ),
    (
        "JobQueue",
        {"job_queue_name": "q"},
        [(("job_queue_name",), "is no argument of JobQueue; did you mean jobQueueName?")],
    ),
    (
        "JobQueue",
        {"status": "VALID"},
        [(("status",), "is no argument of JobQueue; did you mean state?")],
    ),
    (
        "JobQueue",
        {"computeEnvironmentOrder": []},
        [
            (
                ("computeEnvironmentOrder",),
                "is no argument of JobQueue; did you mean serviceEnvironmentOrder?",
            )
        ],
    ),
    ("JobQueue", {"zzz": 1}, [(("zzz",), f"is no argument of JobQueue; there are {QUEUES}")]),
    (
        "ServiceEnvironment",
        {"capacityLimits": [{"maxCapacity": 1}, {"maxCapcity": 1}], "timeouts": {"creat": 1}},
        [
            (
                ("capacityLimits", 1, "maxCapcity"),
                MAX_CAPACITY,
            ),
            (("timeouts", "creat"), "is not known; there are create, update, delete"),
        ],
    ),
    ("ServiceEnvironment", {"capacityLimits": {"maxCapcity": 1}}, []),
    ("ServiceJob", {"trainingJob": [{}], "retryStrategy": [{"attempts": 1}]}, []),
    ("ServiceEnvironment", {"timeouts": [1]}, []),
    (
        "ServiceJob",
        {"trainingJob": {"RoleArn": "r", "resourceConfig": {"instanceCont": 1}}},
        [
            (("trainingJob", "RoleArn"), f"is not known; did you mean roleArn?{ELSEWHERE}"),
            (
                ("trainingJob", "resourceConfig", "instanceCont"),
                f"is not known; did you mean instanceCount?{ELSEWHERE}",
            ),
        ],
    ),
]


@pytest.mark.parametrize(("resource", "values", "found"), STRANGERS)
def test_an_unknown_name_is_told_with_what_was_meant(
    resource: str, values: Any, found: list[tuple[Path, str]]
) -> None:
    """At every depth, with the path that the program has."""
    assert [*strangers(SPELLINGS[NATIVE_PREFIX + resource], values)] == found


def test_users_own_keys_and_unknown_values_are_no_names() -> None:
    """Keys of maps, triggers, the untyped payload and what a preview does not know are free."""
    values = {
        "tags": {"anything": "x"},
        "triggers": [{"anything": 1}],
        "serviceRequestPayload": {"Anything": 1},
        "trainingJob": {"hyperParameters": {"anything": "x"}, "vpcConfig": rpc.UNKNOWN},
        "retryStrategy": rpc.UNKNOWN,
        "timeoutConfig": None,
    }
    assert [*strangers(SPELLINGS[NATIVE_PREFIX + "ServiceJob"], values)] == []


def test_a_name_that_is_none_is_left_out_of_what_the_core_checks() -> None:
    """Only what is unknown, in lists too; everything else stays as it is."""
    capacity = {"maxCapacity": 1, "capacityUnit": "NUM_INSTANCES"}
    values = {"capacityLimits": [{**capacity, "maxCapcity": 2}], "tags": {"a": "b"}, "zzz": 3}
    problems, known = problems_of_names(SPELLINGS[NATIVE_PREFIX + "ServiceEnvironment"], values)
    assert [each.path for each in problems] == ["capacityLimits[0].maxCapcity", "zzz"]
    assert known == {"capacityLimits": [capacity], "tags": {"a": "b"}}

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from pulumi.runtime import rpc

from sjresource.native.detailed_diff import changed_leaves
from sjresource.stack.spelling.resources import SPELLINGS
from sjresource.vocabulary import NATIVE_PREFIX

if TYPE_CHECKING:
    from sjresource.stack.spelling.names import Path

JOB = SPELLINGS[NATIVE_PREFIX + "ServiceJob"]
PAYLOAD = "service_request_payload"
EPOCHS: Path = ("trainingJob", "hyperParameters", "epochs")

CHANGES: dict[str, tuple[Any, Any, list[tuple[Path, str]]]] = {
    "one hyperparameter": (
        {"HyperParameters": {"epochs": "1", "rate": "2"}, "RoleArn": "r"},
        {"HyperParameters": {"epochs": "3", "rate": "2"}, "RoleArn": "r"},
        [(EPOCHS, "UPDATE")],
    ),
    "one more, one less": (
        {"HyperParameters": {"rate": "2"}},
        {"HyperParameters": {"epochs": "3"}},
        [(EPOCHS, "ADD"), (("trainingJob", "hyperParameters", "rate"), "DELETE")],
    ),
    "a whole object": (
        {"RoleArn": "r"},
        {"RoleArn": "r", "VpcConfig": {"Subnets": ["s"]}},
        [(("trainingJob", "vpcConfig"), "ADD")],
    ),
    "an item of a list": (
        {"InputDataConfig": [{"ChannelName": "a"}, {"ChannelName": "b"}]},
        {"InputDataConfig": [{"ChannelName": "a"}, {"ChannelName": "c"}, {"ChannelName": "d"}]},
        [
            (("trainingJob", "inputDataConfig", 1, "channelName"), "UPDATE"),
            (("trainingJob", "inputDataConfig", 2), "ADD"),
        ],
    ),
    "a key that has no path": (
        {"HyperParameters": {"rate": "2"}},
        {"HyperParameters": {"rate": "2", "a.b\\": "1"}},
        [(("trainingJob", "hyperParameters"), "UPDATE")],
    ),
    "not yet known": (
        {"HyperParameters": {"epochs": "1"}},
        {"HyperParameters": {"epochs": rpc.UNKNOWN}},
        [(EPOCHS, "UPDATE")],
    ),
    "all of it not yet known": ({"RoleArn": "r"}, rpc.UNKNOWN, [(("trainingJob",), "UPDATE")]),
    "what means the same beside what does not": (
        {"ResourceConfig": {"InstanceCount": 1.0}, "Environment": {}, "RoleArn": "r"},
        {"ResourceConfig": {"InstanceCount": 1}, "RoleArn": "s"},
        [(("trainingJob", "roleArn"), "UPDATE")],
    ),
}


@pytest.mark.parametrize("case", CHANGES)
def test_the_leaves_that_changed_are_told_and_no_others(case: str) -> None:
    """Each has the path that the program has it under, and whether it came, went or changed."""
    old, new, leaves = CHANGES[case]
    found = changed_leaves(JOB, {PAYLOAD: old}, {PAYLOAD: new}, changed=[PAYLOAD], typed=True)
    assert [*found] == leaves


def test_a_leaf_of_a_replacement_says_so() -> None:
    """What replaces is marked, what changes in place beside it is not."""
    found = changed_leaves(
        JOB,
        {"tags": {"a": "1"}, "retry_strategy": {"attempts": 1}},
        {"tags": {"a": "2"}, "retry_strategy": {"attempts": 2}},
        changed=["retry_strategy", "tags"],
        replaces=["retry_strategy"],
    )
    assert [*found] == [
        (("retryStrategy", "attempts"), "UPDATE_REPLACE"),
        (("tags", "a"), "UPDATE"),
    ]


def test_a_payload_in_awss_names_has_leaves_too() -> None:
    """The untyped payload's path is the program's, in AWS's own names."""
    old, new = {"HyperParameters": {"epochs": "1"}}, {"HyperParameters": {"epochs": "2"}}
    found = changed_leaves(JOB, {PAYLOAD: old}, {PAYLOAD: new}, changed=[PAYLOAD])
    assert [*found] == [(("serviceRequestPayload", "HyperParameters", "epochs"), "UPDATE")]


def test_json_text_is_one_leaf() -> None:
    """There is no path into a text."""
    found = changed_leaves(JOB, {PAYLOAD: "{}"}, {PAYLOAD: '{"a": 1}'}, changed=[PAYLOAD])
    assert [*found] == [(("serviceRequestPayload",), "UPDATE")]


def test_no_change_is_without_a_leaf() -> None:
    """What the core calls changed is shown, even if its values mean the same."""
    found = changed_leaves(JOB, {}, {}, changed=["region"], replaces=["region"])
    assert [*found] == [(("region",), "UPDATE_REPLACE")]

from __future__ import annotations

import math

import pulumi
import pytest

from sjresource.aws.payload import (
    InvalidPayload,
    canonical,
    is_unknown,
    parse_payload,
    payload_json,
    same_value,
)


def test_a_dict_and_its_json_text_are_sent_alike() -> None:
    """The two ways to give a payload lead to the same bytes, whatever the order of their keys."""
    as_dict = {"ResourceConfig": {"InstanceCount": 1.0, "VolumeSizeInGB": 10}, "RoleArn": "r"}
    as_text = '{"RoleArn": "r", "ResourceConfig": {"VolumeSizeInGB": 10.0, "InstanceCount": 1}}'

    assert payload_json(as_dict) == payload_json(as_text)


def test_integral_floats_are_sent_as_integers() -> None:
    """Pulumi hands every number over as a float, and SageMaker wants 1 and not 1.0."""
    payload = {"ResourceConfig": {"InstanceCount": 1.0}, "Ratio": 0.5, "Spot": True}

    expected = '{"Ratio":0.5,"ResourceConfig":{"InstanceCount":1},"Spot":true}'
    assert payload_json(payload) == expected


@pytest.mark.parametrize("empty", [None, {}, []])
def test_empty_members_are_absent_in_canonical_form(empty: object) -> None:
    """A member that holds nothing means the same as no member."""
    assert canonical({"Environment": empty, "RoleArn": "r"}) == {"RoleArn": "r"}


def test_empty_strings_and_zeros_are_kept() -> None:
    """An empty string or a zero is a value."""
    assert canonical({"a": "", "b": 0, "c": False}) == {"a": "", "b": 0, "c": False}


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ({"a": 1, "b": {"c": True, "d": "e"}}, {"b": {"d": "e", "c": True}, "a": 1}, True),
        ({"a": [1.0, "x"]}, {"a": (1, "x")}, True),
        ({"a": math.nan}, {"a": math.nan}, True),
        ({"a": pulumi.output.UNKNOWN}, {"a": pulumi.output.UNKNOWN}, True),
        ({"a": pulumi.output.UNKNOWN}, {"a": 1}, False),
        ({"a": True}, {"a": 1}, False),
        ({"a": True}, {"a": 1.0}, False),
        ({"a": "1"}, {"a": 1}, False),
        ("true", True, False),
        ([1, 2], [2, 1], False),
    ],
)
def test_values_are_the_same_if_they_mean_the_same(
    one: object, other: object, *, is_same: bool
) -> None:
    """The order of keys and how a number is written mean nothing; true is not 1."""
    assert same_value(one, other) is is_same
    assert same_value(other, one) is is_same


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ('{"RoleArn": "s3cret"', "not JSON at line 1, column 21"),
        ('["s3cret"]', "got a list"),
        (7.0, "got a number"),
    ],
)
def test_what_is_no_json_object_is_refused_without_quoting_it(value: object, said: str) -> None:
    """The reason tells place or kind, and never the value."""
    with pytest.raises(InvalidPayload) as refused:
        parse_payload(value)

    assert said in str(refused.value)
    assert "s3cret" not in str(refused.value)


def test_unknown_values_are_told_apart_from_known_ones() -> None:
    """The engine's sentinel and the SDK's object both mean unknown."""
    assert is_unknown(pulumi.output.UNKNOWN)
    assert is_unknown("04da6b54-80e4-46f7-96ec-b56ff0331ba9")
    assert not is_unknown("a string")
    assert not is_unknown(None)

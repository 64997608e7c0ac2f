from __future__ import annotations

from typing import Any

import pytest
from google.protobuf import json_format, struct_pb2

from sjresource.aws.payload import is_unknown
from sjresource.native.values import (
    UNKNOWN,
    path_text,
    read,
    write,
)

SIGNATURE = "4dabf18193072939515e22adb298388d"
SECRET = {SIGNATURE: "1b47061264138c4ac30d75fd1eb44270"}
OUTPUT = {SIGNATURE: "d0e6a833031e9bbcd3f4e8bde6ca49a4"}
RESOURCE = {SIGNATURE: "5cf8f73096256a8f31e491e813e4eb8e"}
ASSET = {SIGNATURE: "c44067f5952c0a294b673a41bacd8c17"}


def message(value: Any) -> struct_pb2.Struct:
    """Return JSON as the protocol's message."""
    struct = struct_pb2.Struct()
    json_format.ParseDict(value, struct)
    return struct


def as_json(struct: struct_pb2.Struct) -> Any:
    """Return a message as JSON, to be compared."""
    return json_format.MessageToDict(struct)


def test_plain_values_are_what_they_are() -> None:
    """Every JSON value is read as Python's, whole numbers as ints, and written as it was."""
    given = {"a": {"b": [1, 2.5, True, "x", None, {}, []]}, "c": "", "n": -3}
    properties = read(message(given))
    assert properties.values == given
    assert isinstance(properties.values["n"], int)
    assert properties.secrets == frozenset()
    assert read(write(properties.values)) == properties


def test_none_is_left_out_of_objects_and_kept_in_lists() -> None:
    """A member that is None is absent; an item of a list keeps its place."""
    written = as_json(write({"a": None, "b": {"c": None, "d": [None, 1]}}))
    assert written == {"b": {"d": [None, 1.0]}}


@pytest.mark.parametrize(
    "sentinel",
    [
        "04da6b54-80e4-46f7-96ec-b56ff0331ba9",
        "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
        "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
        "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
        "030794c1-ac77-496b-92df-f27374a8bd58",
        "e48ece36-62e2-4504-bad9-02848725956a",
        "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
    ],
)
def test_every_sentinel_is_unknown_at_every_depth(sentinel: str) -> None:
    """What a preview does not know is unknown to the core, in lists and objects too."""
    values = read(message({"top": sentinel, "a": [{"b": sentinel}]})).values
    assert is_unknown(values["top"])
    assert is_unknown(values["a"][0]["b"])
    assert values["top"] == UNKNOWN


SECRETS: dict[str, tuple[Any, Any, Any]] = {
    "at the top": ({"k": {**SECRET, "value": "s"}}, {"k": "s"}, {("k",)}),
    "in an object": (
        {"a": {"b": {**SECRET, "value": "s"}}, "c": "s"},
        {"a": {"b": "s"}, "c": "s"},
        {("a", "b")},
    ),
    "in a list": (
        {"a": [1, {"b": {**SECRET, "value": 7}}]},
        {"a": [1, {"b": 7}]},
        {("a", 1, "b")},
    ),
    "a whole object": (
        {"a": {**SECRET, "value": {"b": "s"}}},
        {"a": {"b": "s"}},
        {("a",)},
    ),
    "a secret in a secret": (
        {"a": {**SECRET, "value": {"b": {**SECRET, "value": "s"}}}},
        {"a": {"b": "s"}},
        {("a",), ("a", "b")},
    ),
    "unknown": ({"a": {**SECRET, "value": UNKNOWN}}, {"a": UNKNOWN}, {("a",)}),
}


@pytest.mark.parametrize("case", SECRETS)
def test_secrets_are_plain_values_beside_their_paths(case: str) -> None:
    """A secret is read as its value and its path, and written as the secret that it was."""
    given, values, paths = SECRETS[case]
    properties = read(message(given))
    assert properties.values == values
    assert properties.secrets == paths
    assert write(*properties) == message(given)


def test_outputs_are_their_values() -> None:
    """An output value is its value, secret if it says so, unknown without one."""
    given = {
        "known": {**OUTPUT, "value": "x", "dependencies": ["urn"]},
        "secret": {**OUTPUT, "value": "y", "secret": True},
        "unknown": {**OUTPUT, "secret": False},
    }
    values, secrets = read(message(given))
    assert values == {"known": "x", "secret": "y", "unknown": UNKNOWN}
    assert secrets == {("secret",)}


def test_resources_and_assets_stand_for_themselves() -> None:
    """A resource is its id, which may be unknown, or its URN; an asset is its content's digest."""
    given = {
        "one": {**RESOURCE, "urn": "urn:1", "id": "i-1"},
        "new": {**RESOURCE, "urn": "urn:2", "id": UNKNOWN},
        "component": {**RESOURCE, "urn": "urn:3"},
        "asset": {**ASSET, "hash": "abc", "text": "hello"},
    }
    assert read(message(given)).values == {
        "one": "i-1",
        "new": UNKNOWN,
        "component": "urn:3",
        "asset": "sha256:abc",
    }


def test_paths_are_written_as_the_engine_reads_them() -> None:
    """A key that is no plain name stands in brackets, with its quotes escaped."""
    assert path_text(()) == ""
    assert path_text(("a", "b", 0, "c")) == "a.b[0].c"
    assert path_text(("tags", "team/x", 'q"\\')) == 'tags["team/x"]["q\\"\\\\"]'

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pulumi
import pytest
from google.protobuf import json_format, struct_pb2

from sjresource.aws.payload import is_unknown
from sjresource.errors import SjresourceError
from sjresource.native.values import (
    UNKNOWN,
    path_text,
    read,
    readable_path,
    write,
)
from sjresource.stack.inputs.asset_digest import content_of

if TYPE_CHECKING:
    from pathlib import Path

SIGNATURE = "4dabf18193072939515e22adb298388d"
SECRET = {SIGNATURE: "1b47061264138c4ac30d75fd1eb44270"}
OUTPUT = {SIGNATURE: "d0e6a833031e9bbcd3f4e8bde6ca49a4"}
RESOURCE = {SIGNATURE: "5cf8f73096256a8f31e491e813e4eb8e"}
ARCHIVE = {SIGNATURE: "0def7320c3a5731c473e5ecbe6d01bc7"}
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
    """A resource is its id, which may be unknown, or its URN; an asset is its content's digest.

    Among the triggers alone: AWS takes no files, and elsewhere a digest would be sent as a text.
    """
    given = {
        "one": {**RESOURCE, "urn": "urn:1", "id": "i-1"},
        "new": {**RESOURCE, "urn": "urn:2", "id": UNKNOWN},
        "component": {**RESOURCE, "urn": "urn:3"},
        "triggers": [{**ASSET, "hash": "abc", "text": "hello"}],
        "roleArn": {**ASSET, "hash": "abc", "text": "hello"},
    }
    assert read(message(given)).values == {
        "one": "i-1",
        "new": UNKNOWN,
        "component": "urn:3",
        "triggers": ["sha256:abc"],
        "roleArn": given["roleArn"],
    }


def test_an_archive_has_the_digest_that_a_dynamic_resource_gives_it(tmp_path: Path) -> None:
    """Not the engine's: a job whose stack moves would run again. What is fetched has only that."""
    (tmp_path / "__pycache__").mkdir()
    (tmp_path / "train.py").write_text("train()")
    (tmp_path / "__pycache__" / "train.pyc").write_text("compiled")
    folder = {**ARCHIVE, "hash": "engine", "path": str(tmp_path)}
    note = {**ASSET, "hash": "engine", "path": str(tmp_path / "train.py")}
    fetched = {**ASSET, "hash": "abc", "uri": "https://example.com/a"}
    parts = {**ARCHIVE, "hash": "engine", "assets": {"lib": folder, "note": note}}
    dynamic = pulumi.AssetArchive(
        {"lib": pulumi.FileArchive(str(tmp_path)), "note": pulumi.FileAsset(note["path"])}
    )

    values = read(message({"triggers": [folder, parts, fetched]})).values
    assert values["triggers"] == [
        content_of(pulumi.FileArchive(str(tmp_path))),
        content_of(dynamic),
        "sha256:abc",
    ]


def test_an_archive_that_cannot_be_read_is_refused_with_its_path(tmp_path: Path) -> None:
    """In one sentence; the engine's digest in its place would be a false change."""
    gone = {**ARCHIVE, "hash": "engine", "path": str(tmp_path / "gone")}
    said = r"checking argument \(triggers\[0\]\): is of .*/gone, which can't be read: No such file"
    with pytest.raises(SjresourceError, match=said):
        read(message({"triggers": [gone]}))


def read_by_the_engine(text: str) -> list[str | int]:
    """Read a path as `ParsePropertyPath` of Pulumi's Go SDK does; IndexError where it fails."""
    found: list[str | int] = []
    while text:
        if text[0] == ".":
            text = text[1:]
        elif text.startswith('["'):
            key, text = "", text[2:]
            while text[0] != '"':
                escaped = text.startswith('\\"')
                key, text = key + ('"' if escaped else text[0]), text[2 if escaped else 1 :]
            assert text[1] == "]"
            found, text = [*found, key], text[2:]
        elif text[0] == "[":
            position, _, text = text[1:].partition("]")
            found.append(int(position))
        else:
            name = re.split(r"[.\[]", text, maxsplit=1)[0]
            found, text = [*found, name], text[len(name) :]
    return found


@pytest.mark.parametrize(
    "key",
    [
        "plain",
        "a.b",
        "a[0]",
        'q"',
        "a\\b",
        'a\\"b',
        "a\\",
        'q"\\',
        "",
        " ",
        "*",
        "0",
        'x"]["y',
        "é",
    ],
)
def test_paths_are_written_as_the_engine_reads_them(key: str) -> None:
    """Whatever a user calls a key: at a path that it can't read the engine fails all of an `up`."""
    path = ("tags", 0, key, "next")

    assert readable_path(path) == path
    assert read_by_the_engine(path_text(path)) == list(path)
    assert read_by_the_engine(path_text((key,))) == [key]


@pytest.mark.parametrize("key", ["a.b\\", "a[\\", ".\\", "\n.\\"])
def test_a_path_ends_before_a_key_that_has_no_text(key: str) -> None:
    """The engine knows no escape for a backslash that ends a key, nor a dot without quotes."""
    assert readable_path(("tags", key, "next")) == ("tags",)


def test_a_path_of_names_reads_as_in_a_program() -> None:
    """Names have dots between them, positions brackets."""
    assert path_text(()) == ""
    assert path_text(("a", "b", 0, "c")) == "a.b[0].c"

"""Property values of Pulumi's protocol as plain Python values, with the paths of their secrets.

Unknown values are the sentinel that `sjresource.aws.payload.is_unknown` knows. A secret's value
stands where it is, and its path beside the values, at whatever depth: so the core works on plain
values, and what goes back to the engine is secret where it was.

The signatures are those of the Go SDK: https://github.com/pulumi/pulumi/blob/master/sdk/go/common/resource/sig/sig.go
"""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING, Any, NamedTuple

import pulumi
from google.protobuf import struct_pb2
from pulumi.runtime import rpc

from sjresource.errors import SjresourceError
from sjresource.stack.inputs.asset_digest import (
    UnreadableAssetError,
    content_of,
    content_of_parts,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from collections.abc import Set as AbstractSet

    from sjresource.stack.spelling.names import Path

UNKNOWN: str = rpc.UNKNOWN
"""What stands for a value that a preview does not know yet."""

_UNKNOWNS = frozenset(
    {
        UNKNOWN,  # a string, and what all SDKs send
        "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",  # a boolean
        "3eeb2bf0-c639-47a8-9e75-3b44932eb421",  # a number
        "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",  # a list
        "030794c1-ac77-496b-92df-f27374a8bd58",  # an asset
        "e48ece36-62e2-4504-bad9-02848725956a",  # an archive
        "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",  # an object
    }
)
_SIGNATURE = "4dabf18193072939515e22adb298388d"
_SECRET = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105 - the protocol's mark of a secret
_OUTPUT = "d0e6a833031e9bbcd3f4e8bde6ca49a4"
_RESOURCE = "5cf8f73096256a8f31e491e813e4eb8e"
_ASSET = "c44067f5952c0a294b673a41bacd8c17"
_ARCHIVE = "0def7320c3a5731c473e5ecbe6d01bc7"
_OF_CONTENT = ("triggers",)
"""Where an asset stands for its content; AWS takes no files."""


class Properties(NamedTuple):
    """Plain values, and the paths at which they are secret."""

    values: dict[str, Any]
    secrets: frozenset[Path] = frozenset()


def read(struct: struct_pb2.Struct) -> Properties:
    """Return a message's properties as plain values, and where the secrets are.

    Whole numbers are ints. A resource is its id, an asset among the triggers the digest of its
    content; elsewhere it stays an object, which no argument takes.

    Raises:
        SjresourceError: an asset can't be read.
    """
    secrets: set[Path] = set()
    values = _read_fields(struct, (), secrets)
    return Properties(values, frozenset(secrets))


def write(values: Mapping[str, Any], secrets: AbstractSet[Path] = frozenset()) -> struct_pb2.Struct:
    """Return plain values as a message; what stands at a path of `secrets` is secret.

    Members that are None are left out, as in every request of a program.
    """
    struct = struct_pb2.Struct()
    _write_fields(struct, values, (), secrets)
    return struct


def path_text(path: Path) -> str:
    """Return a path as the engine reads it: `a.b[0]["c.d"]`.

    In quotes a backslash is itself, unless a quote follows; so a key that ends with one has none.
    """
    text = ""
    for step in path:
        if isinstance(step, int):
            text += f"[{step}]"
        elif _PLAIN_NAME.fullmatch(step) or step.endswith("\\"):
            text += f".{step}" if text else step
        else:
            quoted = step.replace('"', '\\"')
            text += f'["{quoted}"]'
    return text


def readable_path(path: Path) -> Path:
    r"""Return the longest part of a path that has a text: keys such as `a.b\` have none.

    The engine fails the whole operation at a path that it can't read.
    """
    known = itertools.takewhile(
        lambda step: isinstance(step, int) or not _UNREADABLE.fullmatch(step), path
    )
    return tuple(known)


_PLAIN_NAME = re.compile(r"[A-Za-z_$][A-Za-z0-9_$]*")
_UNREADABLE = re.compile(r"(?s).*[.\[].*\\")


def _read_fields(struct: struct_pb2.Struct, path: Path, secrets: set[Path]) -> dict[str, Any]:
    fields = {}
    for key, value in struct.fields.items():
        # Most are texts, for which no path is needed.
        is_text = value.HasField("string_value")
        fields[key] = _text(value.string_value) if is_text else _read(value, (*path, key), secrets)
    return fields


def _text(text: str) -> str:
    return UNKNOWN if text in _UNKNOWNS else text


def _read(value: struct_pb2.Value, path: Path, secrets: set[Path]) -> Any:
    kind = value.WhichOneof("kind")
    if kind == "string_value":
        return _text(value.string_value)
    if kind == "number_value":
        return _number(value.number_value)
    if kind == "bool_value":
        return value.bool_value
    if kind == "list_value":
        items = value.list_value.values
        return [_read(item, (*path, i), secrets) for i, item in enumerate(items)]
    if kind == "struct_value":
        return _read_struct(value.struct_value, path, secrets)
    return None


def _read_struct(struct: struct_pb2.Struct, path: Path, secrets: set[Path]) -> Any:
    fields = struct.fields
    signature = fields[_SIGNATURE].string_value if _SIGNATURE in fields else None
    if signature == _SECRET or (signature == _OUTPUT and _flag(struct, "secret")):
        secrets.add(path)
    if signature in (_SECRET, _OUTPUT):
        return _read(fields["value"], path, secrets) if "value" in fields else UNKNOWN
    if signature == _RESOURCE:
        found = fields["id"] if "id" in fields else fields["urn"]
        return _read(found, path, secrets)
    if signature in (_ASSET, _ARCHIVE) and path[:1] == _OF_CONTENT:
        try:
            return _content(struct)
        except UnreadableAssetError as error:
            raise SjresourceError("checking", "argument", path_text(path), str(error)) from None
    return _read_fields(struct, path, secrets)


def _content(asset: struct_pb2.Struct) -> str:
    """Return the digest that a dynamic resource gives an asset; of what is fetched, the engine's.

    The engine's own digest of an archive is another one, which would run a job again as its stack
    moves. The plugin runs in the project's folder, as the program does.
    """
    fields = asset.fields
    if "assets" in fields:
        parts = fields["assets"].struct_value.fields
        return content_of_parts({name: _content(part.struct_value) for name, part in parts.items()})
    if "path" in fields:
        return content_of(pulumi.FileArchive(fields["path"].string_value))
    return f"sha256:{fields['hash'].string_value}"


def _flag(struct: struct_pb2.Struct, name: str) -> bool:
    return name in struct.fields and struct.fields[name].bool_value


def _number(number: float) -> int | float:
    return int(number) if number.is_integer() else number


def _write_fields(
    struct: struct_pb2.Struct, values: Mapping[str, Any], path: Path, secrets: AbstractSet[Path]
) -> None:
    struct.SetInParent()
    for key, item in values.items():
        if item is not None:
            _write(struct.fields[key], item, (*path, key), secrets)


def _write(into: struct_pb2.Value, value: Any, path: Path, secrets: AbstractSet[Path]) -> None:
    if path in secrets:
        fields = into.struct_value.fields
        fields[_SIGNATURE].string_value = _SECRET
        into = fields["value"]
    if value is None:
        into.null_value = struct_pb2.NULL_VALUE
    elif isinstance(value, bool):
        into.bool_value = value
    elif isinstance(value, (int, float)):
        into.number_value = value
    elif isinstance(value, str):
        into.string_value = value
    elif isinstance(value, dict):
        _write_fields(into.struct_value, value, path, secrets)
    else:
        into.list_value.SetInParent()
        for i, item in enumerate(value):
            _write(into.list_value.values.add(), item, (*path, i), secrets)

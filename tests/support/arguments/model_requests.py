"""Requests made from botocore's model: right ones at random, and wrong ones member by member."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import random
    from collections.abc import Iterator

EXAMPLES = {
    "[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}": "name-1",
    "[a-zA-Z0-9](-*[a-zA-Z0-9]){0,119}": "name-1",
    "[A-Za-z0-9\\.\\-_]+": "channel_1",
    "[-0-9a-zA-Z]+": "sg-1",
    "[a-zA-Z_][a-zA-Z0-9_]*": "NAME_1",
    "[a-zA-Z0-9:/_-]*": "key/1",
    "(https|s3)://([^/]+)/?(.*)": "s3://bucket/key",
    "(fs-[0-9a-f]{8,})": "fs-0123456789a",
    "\\d+K": "8K",
}
"""What has a pattern, where `name` has not; ARNs are made apart."""

ARNS = {
    ":iam::": "arn:aws:iam::123456789012:role/training",
    ":lambda:": "arn:aws:lambda:eu-west-1:123456789012:function:credentials",
    ":training-plan/": "arn:aws:sagemaker:eu-west-1:123456789012:training-plan/plan",
    "/DataSet": "arn:aws:sagemaker:eu-west-1:aws:hub-content/hub/DataSet/data/1.0.0",
    "/Model": "arn:aws:sagemaker:eu-west-1:aws:hub-content/hub/Model/model/1.0.0",
    ":mlflow-": "arn:aws:sagemaker:eu-west-1:123456789012:mlflow-app/app-1",
    ":model-package-group/": "arn:aws:sagemaker:eu-west-1:123456789012:model-package-group/group",
    ":model-package/": "arn:aws:sagemaker:eu-west-1:123456789012:model-package/group/1",
}


def right(shape: Any, choice: random.Random, *, depth: int = 0) -> Any:
    """Make a value that the model allows."""
    if shape.type_name == "structure":
        required = set(shape.required_members)
        return {
            name: right(member, choice, depth=depth + 1)
            for name, member in shape.members.items()
            if name in required or choice.random() < _LIKELY / (depth + 1)
        }
    if shape.type_name in ("list", "map"):
        size = _size(shape, choice)
        values = [right(_item(shape), choice, depth=depth + 1) for _ in range(size)]
        if shape.type_name == "list":
            return values
        return {f"{text(shape.key)}{number}": value for number, value in enumerate(values)}
    return _scalar(shape, choice)


class Wrong(NamedTuple):
    """A request with one mistake, and the path of it."""

    request: dict[str, Any]
    path: str


def wrong(shape: Any) -> Iterator[Wrong]:
    """Make, for every member at any depth, one request of each mistake that it can have."""
    for way, member in _members(shape):
        for value in _mistakes(member):
            yield Wrong(_request(way, value), _path(way))


def text(shape: Any) -> str:
    """Make a string that the model allows."""
    pattern = shape.metadata.get("pattern", "")
    for part, arn in ARNS.items():
        if part in pattern:
            return arn
    example = EXAMPLES.get(pattern, "text")
    return example.ljust(shape.metadata.get("min", 0), "x")[: shape.metadata.get("max", 1000)]


_LIKELY = 0.9


def _scalar(shape: Any, choice: random.Random) -> Any:
    if shape.type_name == "string":
        return choice.choice(shape.enum) if shape.enum else text(shape)
    if shape.type_name == "boolean":
        return choice.random() < 0.5
    low = shape.metadata.get("min", 0)
    return float(choice.randint(low, min(shape.metadata.get("max", 1000), low + 1000)))


def _size(shape: Any, choice: random.Random) -> int:
    low = shape.metadata.get("min", 0)
    return choice.randint(low, max(low, min(shape.metadata.get("max", 2), 2)))


def _item(shape: Any) -> Any:
    return shape.member if shape.type_name == "list" else shape.value


def _members(shape: Any, way: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    """Walk to every member; a way has names, 0 for an item and `key` for a map's value."""
    if way:
        yield way, shape
    if shape.type_name == "structure":
        for name, member in shape.members.items():
            yield from _members(member, (*way, name))
    elif shape.type_name == "list":
        yield from _members(shape.member, (*way, 0))
    elif shape.type_name == "map":
        yield from _members(shape.value, (*way, "key"))


def _mistakes(shape: Any) -> Iterator[Any]:
    low, high = shape.metadata.get("min"), shape.metadata.get("max")
    if shape.type_name in ("structure", "map"):
        yield ["wrong"]
        if shape.type_name == "map" and high:
            yield {f"k{number}": None for number in range(high + 1)}
    elif shape.type_name == "list":
        yield {"wrong": 1.0}
        if high:
            yield [None] * (high + 1)
    elif shape.type_name == "string":
        yield 1.0
        yield from _wrong_texts(shape, low, high)
    elif shape.type_name == "boolean":
        yield "true"
    else:
        yield "1"
        yield from (value for value in (_below(low), _above(high)) if value is not None)


def _wrong_texts(shape: Any, low: int | None, high: int | None) -> Iterator[str]:
    if shape.enum:
        yield "no-such-value"
        return
    if low:
        yield ""
    if high:
        yield "x" * (high + 1)
    if shape.metadata.get("pattern", ".*") not in (".*", ".+", "[\\S\\s]*"):
        yield "~" * max(low or 1, 1)


def _below(low: int | None) -> float | None:
    return None if low is None else low - 1.0


def _above(high: int | None) -> float | None:
    return None if high is None else high + 1.0


def _request(way: tuple[Any, ...], value: Any) -> Any:
    for step in reversed(way):
        value = [value] if step == 0 else {step: value}
    return value


def _path(way: tuple[Any, ...]) -> str:
    return "".join("[0]" if step == 0 else f".{step}" for step in way)


def patterns_in(shape: Any) -> list[str]:
    """Return the pattern of every text that a shape holds, at any depth."""
    own = [shape.metadata["pattern"]] if "pattern" in shape.metadata else []
    inner: list[Any] = []
    if shape.type_name == "structure":
        inner = list(shape.members.values())
    elif shape.type_name == "list":
        inner = [shape.member]
    elif shape.type_name == "map":
        inner = [shape.key, shape.value]
    return [*own, *(pattern for each in inner for pattern in patterns_in(each))]

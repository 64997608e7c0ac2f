from __future__ import annotations

import asyncio
import dataclasses
import datetime as dt
import decimal
import enum
import json
import pathlib
from collections import UserList
from types import MappingProxyType
from typing import Any

import pulumi
import pytest

from sjresource.stack.inputs.arguments import json_arguments


@dataclasses.dataclass
class Settings:
    """A program's own."""

    epochs: int = 3


class Colour(enum.Enum):
    """A program's own."""

    RED = "red"


class Whole:
    """An integer of another library, as numpy's is."""

    def __int__(self) -> int:
        return 7

    def __float__(self) -> float:
        return 7.0

    def __le__(self, other: Any) -> bool:
        return bool(float(self) <= other)

    def __ge__(self, other: Any) -> bool:
        return bool(float(self) >= other)

    def __hash__(self) -> int:
        return 7

    def __eq__(self, other: object) -> bool:
        return other == 7


__import__("numbers").Integral.register(Whole)


def taken(argument: str, value: Any) -> Any:
    """Declare a job with this argument alone."""
    return json_arguments("ServiceJob", "train", {argument: value})[argument]


def refusal(argument: str, value: Any) -> str:
    """Return what is said of an argument that is refused."""
    with pytest.raises(pulumi.RunError) as raised:
        taken(argument, value)
    return str(raised.value)


@pytest.mark.parametrize("place", ["service_request_payload", "triggers", "tags"])
@pytest.mark.parametrize(
    ("value", "kind", "help_"),
    [
        (pathlib.Path("hush.py"), "a PosixPath", "give str(…) of it"),
        (dt.datetime(2026, 1, 1), "a datetime", "isoformat()"),  # noqa: DTZ001 - a user's
        (dt.date(2026, 1, 1), "a date", "isoformat()"),
        (dt.timedelta(1), "a timedelta", "total_seconds()"),
        (b"hush", "a bytes", "decode it"),
        ({"hush"}, "a set", "sorted(…)"),
        (frozenset("h"), "a frozenset", "sorted(…)"),
        (Settings(), "a Settings", "dataclasses.asdict"),
        (decimal.Decimal("0.1"), "a Decimal", "give a float"),
        (1j, "a complex", "give a float"),
        (range(3), "a range", "list(…)"),
        ((each for each in "ab"), "a generator", "list(…)"),
        (10**400, "an int", "308 digits"),
        (object(), "an object", "no JSON"),
        (print, "a builtin_function_or_method", "no JSON"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_is_no_json_is_refused_with_its_path_and_kind(
    place: str, value: Any, kind: str, help_: str
) -> None:
    """Where it is declared, and without its value, which may be a secret."""
    said = refusal(place, {"a": ["x", value]})

    assert said.startswith(
        f"declaring ServiceJob (train): {place}.a[1] is {kind}, which is no JSON"
    )
    assert help_ in said
    assert "hush" not in said


@pytest.mark.parametrize("number", [float("nan"), float("-inf")])
def test_a_number_that_is_none_is_refused_but_as_a_trigger(number: float) -> None:
    """AWS takes none; a metric that has diverged is a trigger like another."""
    for place in ("service_request_payload", "tags"):
        assert "is a float, which is no JSON; a number must be finite" in refusal(place, [number])
    taken = json_arguments("ServiceJob", "train", {"triggers": [{"loss": number}]})

    assert repr(taken["triggers"]) == repr([{"loss": number}])


def test_every_such_mistake_is_told_at_once() -> None:
    """A sentence each."""
    said = refusal("triggers", [b"x", {1: "a"}, "\ud800", {"ok": {2}}])

    assert [line.removeprefix("declaring ServiceJob (train): ") for line in said.splitlines()] == [
        "triggers[0] is a bytes, which is no JSON; decode it, or give it as base64 text",
        "triggers[1] has a name that is an int; names are text",
        "triggers[2] holds half of a surrogate pair, which is no text",
        "triggers[3].ok is a set, which is no JSON; a set has no order: give sorted(…) of it",
    ]


def test_what_holds_itself_is_refused() -> None:
    """Instead of a traceback a thousand lines long."""
    endless: list[Any] = []
    endless.append(endless)

    assert "nested too deeply" in refusal("triggers", endless)


@pytest.mark.parametrize(
    ("value", "meant"),
    [
        (Colour.RED, "red"),
        (MappingProxyType({"a": (1, 2)}), {"a": [1, 2]}),
        (UserList([True, None]), [True, None]),
        (Whole(), 7),
    ],
)
def test_what_means_json_is_taken_for_it(value: Any, meant: Any) -> None:
    """Enums, mappings, sequences and numbers of other libraries."""
    assert taken("triggers", [value]) == [meant]


def test_a_changed_file_is_a_changed_trigger(tmp_path: pathlib.Path) -> None:
    """An asset stands for its content, wherever it lies; so do folders, archives and texts."""
    script, moved = tmp_path / "train.py", tmp_path / "moved.py"
    script.write_text("epochs = 3")
    moved.write_text("epochs = 3")
    folder = tmp_path / "src"
    folder.mkdir()
    (folder / "train.py").write_text("epochs = 3")

    def triggers() -> list[str]:
        assets = [
            pulumi.FileAsset(script),
            pulumi.StringAsset("epochs = 3"),
            pulumi.FileArchive(str(folder)),
            pulumi.AssetArchive({"a": pulumi.FileAsset(script)}),
        ]
        found: list[str] = taken("triggers", assets)
        return found

    before = triggers()
    assert before[0] == taken("triggers", [pulumi.FileAsset(moved)])[0] == before[1]
    assert all(each.startswith("sha256:") for each in before)
    (folder / "__pycache__").mkdir()
    (folder / "__pycache__" / "train.pyc").write_text("left behind")
    assert triggers() == before
    script.write_text("epochs = 4")
    (folder / "more.py").write_text("")
    after = triggers()
    assert [one == other for one, other in zip(before, after, strict=True)] == [
        False, True, False, False,
    ]  # fmt: skip


def test_an_asset_that_can_not_be_read_is_told() -> None:
    """A file that is not there, or content that would have to be fetched; AWS takes no files."""
    assert "is of gone.py, which can't be read: No such" in refusal(
        "triggers", [pulumi.FileAsset("gone.py")]
    )
    assert "content is not fetched" in refusal("triggers", [pulumi.RemoteAsset("https://x/y")])
    assert "upload it and name its S3 URI" in refusal(
        "service_request_payload", {"InputDataConfig": pulumi.FileAsset("data.csv")}
    )


def test_what_an_output_holds_is_taken_alike() -> None:
    """An asset or a mistake may stand in one; what is secret stays so."""

    async def program() -> Any:
        given = {"a": pulumi.Output.secret([pulumi.StringAsset("x")])}
        output = taken("triggers", given)["a"]
        (digest,), is_secret = await output.future(), await output.is_secret()
        wrong = taken("triggers", [pulumi.Output.from_input({"b": b"hush"})])[0]
        with pytest.raises(pulumi.RunError) as raised:
            await wrong.future()
        return digest, is_secret, str(raised.value)

    digest, is_secret, said = asyncio.run(program())
    assert digest.startswith("sha256:")
    assert is_secret
    assert said.startswith("declaring ServiceJob (train): triggers[0].b is a bytes")


def test_a_resource_stands_for_its_id() -> None:
    """A component has none."""

    class Bucket(pulumi.CustomResource):
        id = "the id"  # type: ignore[assignment] # without an engine to make one

    bucket, component = (kind.__new__(kind) for kind in (Bucket, pulumi.ComponentResource))
    assert taken("triggers", [bucket]) == ["the id"]
    assert taken("job_queue", bucket) == "the id"
    assert "give one of its outputs" in refusal("triggers", [component])


@pytest.mark.parametrize("name", ["", None, 7, b"train", "{output}"])
def test_a_resource_name_is_a_text_that_is_known_at_once(name: Any) -> None:
    """An f-string over an Output is none."""

    async def program() -> str:
        given = name
        if name == "{output}":
            given = f"{pulumi.Output.from_input('x')!r}-train"
        with pytest.raises(pulumi.RunError) as raised:
            json_arguments("JobQueue", given, {})
        return str(raised.value)

    assert asyncio.run(program()).startswith("declaring JobQueue (?): ")


def test_plain_arguments_are_handed_on_as_they_are() -> None:
    """Looking costs a wide stack nothing else."""
    payload = json.loads('{"a": [1, 2.5, true, null, "x"]}')

    assert taken("service_request_payload", payload) is payload

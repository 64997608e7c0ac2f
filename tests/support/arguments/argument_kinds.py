"""Values of every kind, nested, unknown and secret, as a program may give them by mistake.

Made from a seed, so that a failure can be made again. Every text holds `CANARY`, which no message
may show.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import decimal
import pathlib
import random
from typing import Any

import pulumi
from pulumi.output import UNKNOWN
from pulumi.runtime import rpc

from sjresource.aws.payload import is_unknown

CANARY = "hush7361"
NAME = "name7361"
"""A member's name, which a message may show."""


@dataclasses.dataclass
class Given:
    """A program's own."""

    value: str = CANARY


JSON_KINDS: tuple[Any, ...] = (
    None, True, False, 0, 1, -1, 3.0, 2.5, -1e308, 1e308, 1e22, 10**30, float("nan"), float("inf"),
    "", "1", "-1", "1h", "true", "*", CANARY, f"{CANARY}\n", f"arn:aws:iam::1:{CANARY}",
    f"\x1b[2J{CANARY}", f"\ud800{CANARY}", f"{{{CANARY}", f'{{"{NAME}": 1}}', "[]", "null",
    f"arn:aws:batch:us-east-1:123456789012:job-queue/{CANARY}", f"{CANARY}" * 40,
    f"<pulumi.output.Output object at 0x7f> {CANARY}", [], {}, [None], [[]], {"": None},
    [CANARY], {NAME: CANARY}, {"a": {"b": [CANARY, {"c": None}]}},
)  # fmt: skip
"""What can come through the engine."""

OTHER_KINDS: tuple[Any, ...] = (
    b"hush7361", {1, 2}, frozenset({"x"}), pathlib.PurePath(CANARY), decimal.Decimal("0.1"), 1j,
    dt.datetime(2026, 1, 1, tzinfo=dt.timezone.utc), dt.timedelta(1), range(3), Given(), object(),
    print,
    {1: CANARY}, {None: 1}, (CANARY, 1), Given, 10**400, bytearray(b"x"),
    pulumi.StringAsset(CANARY), pulumi.FileAsset(CANARY), pulumi.RemoteAsset("https://x/y"),
    pulumi.FileArchive(CANARY), pulumi.AssetArchive({NAME: pulumi.StringAsset(CANARY)}),
)  # fmt: skip
"""What only a program can hold."""


class Kinds:
    """Returns values, one after the other."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)  # noqa: S311 - no secret is made of it

    def checked(self, right: Any = None, depth: int = 2) -> Any:
        """Return what a provider's check may be given in place of what is right."""
        chance = self._random.random()
        if chance < 0.1:
            return self._random.choice([UNKNOWN, rpc.UNKNOWN])
        if isinstance(right, dict) and right and chance < 0.6 and depth:
            return self._spoiled(right, depth)
        if isinstance(right, list) and right and chance < 0.6 and depth:
            return [self.checked(each, depth - 1) for each in right]
        return self._random.choice(JSON_KINDS)

    def declared(self, right: Any = None) -> Any:
        """Return what a constructor may be given; called where Outputs can be made."""
        chance = self._random.random()
        value = self.checked(right) if chance < 0.5 else self._random.choice(OTHER_KINDS)
        if is_unknown(value):
            value = CANARY
        wraps: list[Any] = [
            pulumi.Output.from_input,
            pulumi.Output.secret,
            lambda each: [each],
            lambda each: {"a": each},
            lambda each: {"a": [pulumi.Output.secret(each)]},
            lambda each: pulumi.Output.from_input(0).apply(lambda _: each),
        ]
        return self._random.choice(wraps)(value) if self._random.random() < 0.4 else value

    def _spoiled(self, right: dict[str, Any], depth: int) -> dict[str, Any]:
        spoiled = dict(right)
        name = self._random.choice(sorted(right))
        spoiled[name] = self.checked(right[name], depth - 1)
        if self._random.random() < 0.1:
            spoiled[NAME] = CANARY
        return spoiled

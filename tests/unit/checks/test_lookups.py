from __future__ import annotations

import asyncio
from typing import Any

import pulumi
import pytest

from sjresource.aws.payload import is_plain


@pytest.mark.parametrize("value", [None, True, 1, 0.5, "text", [1, ["a"]], {"a": {"b": (1, None)}}])
def test_json_is_plain(value: Any) -> None:
    """There is nothing in it to wait for."""
    assert is_plain(value)


@pytest.mark.parametrize("wrap", [lambda it: it, lambda it: [it], lambda it: {"a": {"b": (it,)}}])
def test_what_holds_an_output_is_not_plain(wrap: Any) -> None:
    """However deep it stands."""

    async def made() -> bool:
        return is_plain(wrap(pulumi.Output.from_input("value")))

    assert not asyncio.run(made())


def test_what_holds_a_resource_or_an_awaitable_is_not_plain() -> None:
    """Only JSON is."""

    async def awaited() -> str:
        return "value"

    waiting = awaited()
    assert not is_plain([waiting])
    waiting.close()

from __future__ import annotations

import asyncio
import json
from typing import Any

import pulumi
import pytest

from sjresource.waits.masking import Mask, secret_values


def found(given: Any) -> set[str]:
    """Give the secrets that are found in what `given` makes; outputs need a loop to be made in."""

    async def program() -> set[str]:
        return set(await secret_values(given()))

    return asyncio.run(program())


def test_values_that_are_secret_one_by_one_are_found() -> None:
    """Only these: their neighbours may be shown."""
    payload = {
        "Image": "public",
        "Environment": {"TOKEN": "tok-123", "PLAIN": "plain"},
        "List": [1, "x"],
    }

    def given() -> Any:
        payload["Environment"]["TOKEN"] = pulumi.Output.secret("tok-123")  # type: ignore[index]
        return [payload, {"Other": pulumi.Output.from_input("known")}]

    assert found(given) == {"tok-123"}


@pytest.mark.parametrize("as_text", [False, True])
def test_a_payload_that_is_secret_as_a_whole_makes_every_value_secret(*, as_text: bool) -> None:
    """Which of them the user meant is not to be known."""
    payload = {"Environment": {"TOKEN": "tok-123"}, "Count": 12345, "On": True}
    whole = json.dumps(payload) if as_text else payload

    secrets = found(lambda: pulumi.Output.secret(whole))

    assert {"tok-123", "12345"} <= secrets
    assert "True" not in secrets


@pytest.mark.parametrize(
    ("secret", "said", "shown"),
    [
        ("tok-123", "bad token tok-123.", "bad token [secret]."),
        ("a.b*c", "a.b*c axbxc", "[secret] axbxc"),
        ("ab", "ab abc a ab", "[secret] abc a [secret]"),
        ('say "hi"', r'{"x": "say \"hi\""}', '{"x": "[secret]"}'),
        ("-----BEGIN\nMIIEvQIBADAN\n-----END", "key MIIEvQIBADAN", "key [secret]"),
    ],
    ids=["plain", "pattern", "short", "json", "lines"],
)
def test_secrets_are_masked_in_the_forms_in_which_they_are_quoted(
    secret: str, said: str, shown: str
) -> None:
    """A short one only where it stands as a word: inside of others it would be everywhere."""
    assert Mask([secret]).text(said) == shown


def test_a_longer_secret_is_masked_before_one_that_it_holds() -> None:
    """Else its rest would stay."""
    assert Mask(["abcd", "abcdefgh"]).text("abcdefgh") == "[secret]"


def test_every_text_of_a_structure_is_masked() -> None:
    """Attempts carry reasons too."""
    mask = Mask(["hush"])

    assert mask.everything([{"reason": "hush!", "at": 1}]) == [{"reason": "[secret]!", "at": 1}]
    assert Mask().text("hush") == "hush"

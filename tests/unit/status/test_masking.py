from __future__ import annotations

import asyncio
import json
from typing import Any

import pulumi
import pytest

from sjresource.status.masking import Mask, secret_values, texts_in


def found(given: Any) -> set[str]:
    """Return the secrets found in what `given` makes; outputs need a loop to be made in."""

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


FORMS_OF = {
    "as it is": ("tok-12345", "tok-12345"),
    "a trailing line break": ("tok-12345\n", "tok-12345"),
    "spaces around": ("  tok-12345  ", "tok-12345"),
    "the SDK's JSON": ('"tok-12345"', "tok-12345"),
    "the SDK's JSON twice": (r'"\"tok-12345\""', "tok-12345"),
    "the SDK's JSON of a structure": ('{"key": ["tok-12345"]}', "tok-12345"),
    "the SDK's JSON with capitals": ('"t\\u00F6k-1"', "tök-1"),
    "in JSON": ('say "hi"\\', 'say \\"hi\\"\\\\'),
    "in JSON in JSON": ('say "hi"', r"say \\\"hi\\\""),
    "in JSON, escaped": ("tök-1", "t\\u00f6k-1"),
    "in JSON, escaped in capitals": ("tök-1", "t\\u00F6k-1"),
    "in JSON, pairs in capitals": ("key🔑key", "key\\uD83D\\uDD11key"),
    "in JSON, not escaped": ('tö"k-1', 'tö\\"k-1'),
    "in Python": ("tök'\"\n-1", "tök\\'\"\\n-1"),
    "in Python, bytes": ("tök-1", "t\\xc3\\xb6k-1"),
    "in a shell": ("tok'en-1", "tok'\"'\"'en-1"),
    "in a URL": ("p@ss/wörd", "p%40ss%2Fw%C3%B6rd"),
    "in a URL, small": ("p@ss/wörd", "p%40ss%2fw%c3%b6rd"),
    "in a form": ("p@ss word", "p%40ss+word"),
    "in XML": ("tok<&>en", "tok&lt;&amp;&gt;en"),
    "in base64": ("user:tok-12345", "dXNlcjp0b2stMTIzNDU"),
    "a line of it": ("-----BEGIN\nMIIEvQIBADAN\n-----END", "MIIEvQIBADAN"),
    "lines in one": ("line one\nline two", "line one line two"),
    "made harmless": ("tok\x1b-12345", r"tok\x1b-12345"),
    "with a pattern's characters": ("a.b*c", "a.b*c"),
}
"""Values, and how they may come back: `docs` promise no less."""


@pytest.mark.parametrize(("secret", "quoted"), FORMS_OF.values(), ids=FORMS_OF.keys())
def test_a_secret_is_masked_in_each_form_in_which_it_comes_back(secret: str, quoted: str) -> None:
    """What stands around it stays."""
    assert Mask([secret]).text(f"bad value {quoted}, no more") == "bad value [secret], no more"


@pytest.mark.parametrize(
    ("secret", "said", "shown"),
    [
        ("hunter2-s3cret", f"{'x' * 1015}hunter2-", f"{'x' * 1015}[secret]"),
        ("hunter2-s3cret", 'no "hunter2-..."', 'no "[secret]..."'),
        ("hunter2-s3cret", "no hunter2-…", "no [secret]…"),
        ("hunter2-s3cret", "no hunter2-", "no hunter2-"),
        ("hunter2-s3cret", f"{'x' * 1020}hunt", f"{'x' * 1020}[secret]"),
        ("k" * 1000 + "é" * 1000, f"no {'k' * 1000}{'é' * 21} more", "no [secret] more"),
        ("0123456789" * 300, f"no {('0123456789' * 300)[:1024]}", "no [secret]"),
        ("0123456789" * 300, f"{'0123456789' * 300} {'0123456789' * 7}", "[secret] [secret]"),
    ],
)
def test_a_secret_that_was_cut_is_masked(secret: str, said: str, shown: str) -> None:
    """AWS cuts reasons at 1,024 characters; the beginning of a word is no secret elsewhere."""
    assert Mask([secret]).text(said) == shown


@pytest.mark.parametrize(
    ("secret", "said", "shown"),
    [
        (True, "is true, or True", "is [secret], or [secret]"),
        (False, "untrue: false", "untrue: [secret]"),
        (0, "0 of 10", "[secret] of 10"),
        (1.0, "1 or 1.0", "[secret] or [secret]"),
        (48.0, "port 48, 48.0 and 480", "port [secret], [secret] and 480"),
        (0.00001, "rate 1e-05 or 0.00001", "rate [secret] or [secret]"),
        ("8", "8 of 80", "[secret] of 80"),
    ],
)
def test_a_number_or_truth_value_that_is_secret_is_masked_as_a_word(
    secret: Any, said: str, shown: str
) -> None:
    """As AWS writes it, and as Pulumi and Python do."""
    assert Mask(texts_in(secret)).text(said) == shown


def test_what_is_masked_stays_as_it_is() -> None:
    """Though the word for it be a secret."""
    mask = Mask(["secret", "hidden"])

    assert mask.text(mask.text("secret, hidden, unsecreted")) == "[secret], [secret], un[secret]ed"


@pytest.mark.parametrize("said", ["ab abc a ab", "xab"])
def test_a_short_secret_is_masked_where_it_stands_as_a_word(said: str) -> None:
    """Inside of others it would be everywhere."""
    assert Mask(["ab"]).text(said) == said.replace("ab abc a ab", "[secret] abc a [secret]")


def test_a_longer_secret_is_masked_before_one_that_it_holds() -> None:
    """Else its rest would stay."""
    assert Mask(["abcd", "abcdefgh"]).text("abcdefgh") == "[secret]"


def test_every_text_of_a_structure_is_masked() -> None:
    """Attempts carry reasons too."""
    mask = Mask(["hush"])

    assert mask.everything([{"reason": "hush!", "at": 1}]) == [{"reason": "[secret]!", "at": 1}]
    assert Mask().text("hush") == "hush"

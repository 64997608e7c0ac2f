from __future__ import annotations

from typing import Any

import pytest

from sjresource.aws.calls import call
from sjresource.aws.settings import Settings
from sjresource.cli.doctor.access import check_access
from sjresource.errors import SjresourceError, Unreachable
from sjresource.sanitize import plain_lines, quotable, sanitized, without_credentials

HOSTILE = {
    "title": ("\x1b]0;owned\x07", r"\x1b]0;owned\x07"),
    "clear": ("\x1b[2J\x1b[H", r"\x1b[2J\x1b[H"),
    "clipboard": ("\x1b]52;c;aGk=\x1b\\", r"\x1b]52;c;aGk=\x1b" + "\\"),
    "eight bit": ("\x9b31m", r"\x9b31m"),
    "return": ("good\rbad", "good bad"),
    "windows": ("one\r\ntwo", "one\ntwo"),
    "backspace": ("ab\x08\x08", r"ab\x08\x08"),
    "right to left": ("\u202egpj.exe", r"\u202egpj.exe"),
    "isolate": ("\u2066x\u2069", r"\u2066x\u2069"),
    "paragraph": ("a\u2029b", "a b"),
    "tab": ("a\tb", "a    b"),
    "letters": ("ünï 日本 ✓", "ünï 日本 ✓"),
}
"""What acts on a terminal, and what is shown in its place."""


@pytest.mark.parametrize(("said", "shown"), HOSTILE.values(), ids=HOSTILE.keys())
def test_what_acts_on_a_terminal_is_shown_instead(said: str, shown: str) -> None:
    """In texts, in whole answers, and in the names of members."""
    assert plain_lines(said) == shown
    assert sanitized({said: [{"reason": said, "at": 1}]}) == {shown: [{"reason": shown, "at": 1}]}
    assert plain_lines(shown) == shown


@pytest.mark.parametrize(("said", "shown"), HOSTILE.values(), ids=HOSTILE.keys())
def test_an_answer_of_aws_is_harmless_where_it_comes_in(said: str, shown: str) -> None:
    """Whoever says or stores it later has nothing to think of."""

    class Batch:
        def describe(self, **_: Any) -> dict[str, Any]:
            return {"statusReason": said, "ResponseMetadata": {}}

    assert call(Batch().describe, "reading", "ServiceJob", "j", {}) == {"statusReason": shown}


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("at http://me:pw@host:1/x", "at http://[secret]@host:1/x"),
        ("http://me:p@w@host", "http://[secret]@host"),
        ("http://token@host/a@b", "http://[secret]@host/a@b"),
        ('"https://host/p?token=abc#f"', '"https://host/p?[secret]#f"'),
        ("s3://bucket/a@b and me@host", "s3://bucket/a@b and me@host"),
    ],
)
def test_a_url_is_shown_without_who_asks(said: str, shown: str) -> None:
    """Users, passwords and tokens stand in endpoints and proxies."""
    assert without_credentials(said) == quotable(said) == shown


def test_an_error_quotes_nothing_that_acts_or_opens() -> None:
    """Whatever it was made of, and however it is read."""
    error = SjresourceError("reading", "JobQueue", "q\x1b[2J", "no http://me:pw@host\x07")

    assert str(error) == r"reading JobQueue (q\x1b[2J): no http://[secret]@host\x07"
    assert "pw" not in repr(error) + error.seen


def test_the_doctor_shows_an_endpoint_without_its_password() -> None:
    """Neither where AWS answers nor in botocore's words about why it doesn't."""
    url = "http://me:hunter2@127.0.0.1:1"
    settings = Settings(
        region="us-east-1",
        access_key="a",
        secret_key="b",
        endpoints=(("batch", url), ("sts", url)),
    )
    checks = list(check_access(settings))

    assert "127.0.0.1:1" in str(checks)
    assert "hunter2" not in f"{checks}{settings}"


def test_an_endpoint_that_is_no_url_is_said_so() -> None:
    """It is not quoted: botocore would."""
    settings = Settings(region="us-east-1", endpoints=(("batch", "me:hunter2"),))
    (check,) = check_access(settings)

    assert "is no URL" in str(check)
    assert "hunter2" not in str(check)


def test_an_unreachable_service_is_named_without_its_password() -> None:
    """As `orphans` says it."""
    error = Unreachable("listing", "JobQueue", "all", 'connect to "http://me:pw@host/v1"')

    assert "pw" not in str(error)

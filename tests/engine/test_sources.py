"""The order of sources, and what is said when none has an engine."""

from __future__ import annotations

from pathlib import Path

import pytest
from engine.sources import NoEngineError, Source, Unavailable, first_available


def test_first_source_that_has_an_engine_wins() -> None:
    """Sources are asked in order, and none after the first that has one."""
    asked: list[str] = []

    found = first_available(
        "v3.1.0",
        [
            without("path", "not found", asked),
            having("release", Path("/release"), asked),
            having("build", Path("/build"), asked),
        ],
    )

    assert found == Path("/release")
    assert asked == ["path", "release"]


def test_error_lists_what_was_tried_and_why_it_failed() -> None:
    """The error has a line for each source, its reason, and what to do."""
    with pytest.raises(NoEngineError) as raised:
        first_available(
            "v3.1.0", [without("path", "not found", []), without("release", "no answer", [])]
        )

    assert str(raised.value).splitlines() == [
        "finding the Pulumi CLI (v3.1.0): none of these worked",
        "  path: not found",
        "  release: no answer",
        "install Pulumi (https://www.pulumi.com/docs/install/) and run this again",
    ]


def having(name: str, folder: Path, asked: list[str]) -> Source:
    """Make a source that has an engine, and notes that it was asked."""

    def bring() -> Path:
        asked.append(name)
        return folder

    return Source(name, bring)


def without(name: str, reason: str, asked: list[str]) -> Source:
    """Make a source that has none, and notes that it was asked."""

    def bring() -> Path:
        asked.append(name)
        raise Unavailable(reason)

    return Source(name, bring)

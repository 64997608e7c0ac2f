from __future__ import annotations

import pytest

from sjresource.emulator.executors.interface import Metric
from sjresource.emulator.executors.process.container import CannotRunError
from sjresource.emulator.executors.process.metrics import MetricScanner

LOSS = {"Name": "loss", "Regex": r"loss=([0-9.]+)"}


def test_last_value_wins() -> None:
    """What is kept of a metric is the newest number, with the time of its line."""
    scanner = MetricScanner([LOSS])
    scanner.scan("epoch 1 loss=0.9", 10.0)
    scanner.scan("epoch 2 loss=0.4 (before: loss=0.5)", 11.0)
    scanner.scan("nothing here", 12.0)

    assert scanner.latest == (Metric("loss", 0.5, 11.0),)


def test_text_that_is_no_number_is_passed_over() -> None:
    """A pattern may match more than numbers."""
    scanner = MetricScanner([LOSS])
    scanner.scan("loss=...", 10.0)

    assert scanner.latest == ()


@pytest.mark.parametrize("regex", ["loss=(", "loss=.*"])
def test_unusable_patterns_are_refused(regex: str) -> None:
    """A pattern that can't ever give a value is named before the job starts."""
    with pytest.raises(CannotRunError, match="metric loss"):
        MetricScanner([{"Name": "loss", "Regex": regex}])


@pytest.mark.timeout(20)
def test_a_pattern_that_backtracks_takes_no_time() -> None:
    """One line of a hundred thousand characters is searched at once; `re` would never end."""
    scanner = MetricScanner([{"Name": "m", "Regex": r"(a+)+$"}, {"Name": "n", "Regex": "(a|a)*b"}])

    scanner.scan("a" * 65_000 + "c", 1.0)

    assert scanner.latest == ()


def test_patterns_that_can_not_be_searched_with_are_noted() -> None:
    """The others are looked for; what Python alone has is named, for the job's log."""
    scanner = MetricScanner([{"Name": "behind", "Regex": r"(?<=x)(\d+)"}, LOSS])
    scanner.scan("x1 loss=0.5", 1.0)

    assert scanner.latest == (Metric("loss", 0.5, 1.0),)
    assert [note.partition(":")[0] for note in scanner.notes] == [
        "[emulator] metric behind is not looked for"
    ]

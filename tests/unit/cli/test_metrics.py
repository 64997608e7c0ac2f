from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

import pytest

from sjresource.cli.views.job import JobView
from sjresource.cli.views.metrics import (
    best_of,
    best_words,
    is_lower_better,
    number_words,
    objective_of,
    shown_metrics,
)

ENDED = JobView(None, None, "arn", "id", None, None, "SUCCEEDED")


def job(name: str, status: str = "SUCCEEDED", **metrics: Any) -> JobView:
    """Return a job with these metrics."""
    return replace(ENDED, resource=name, status=status, metrics=metrics)


@pytest.mark.parametrize(
    ("metric", "lower"),
    [
        ("loss", True),
        ("validation:rmse", True),
        ("valCrossEntropyLoss", True),
        ("eval_logloss", True),
        ("error_rate", True),
        ("test/top1_accuracy", False),
        ("F1", False),
        ("epoch", None),
        ("glossy", None),
        ("placement", None),
    ],
)
def test_a_metrics_name_tells_which_value_is_better(metric: str, *, lower: bool | None) -> None:
    """Only as a word of its own; where it does not tell, nothing is called the best."""
    assert is_lower_better(metric) is lower


def test_jobs_are_compared_by_what_was_held_out() -> None:
    """A training loss tells less; a metric without a direction nothing."""
    assert objective_of(Counter({"epoch": 9, "train_loss": 9, "val_accuracy": 8})) == "val_accuracy"
    assert objective_of(Counter({"train_loss": 2, "loss": 3})) == "loss"
    assert objective_of(Counter({"epoch": 9})) is None


def test_the_best_job_has_not_failed_and_has_a_number() -> None:
    """The first of equals; none among values that are none."""
    jobs = [
        job("broken", "FAILED", loss=0.001),
        job("diverged", loss=None),
        job("good", loss=0.012),
        job("as-good", loss=0.012),
        job("bad", loss=3.0),
        job("mute"),
    ]

    assert best_of(jobs, "loss") is jobs[2]
    assert best_words(jobs) == "best loss 0.012 good"
    assert best_words(jobs, "epoch") is None
    assert best_words(jobs[-1:]) is None
    assert best_words([job("a", accuracy=0.5), job("b", accuracy=0.75)]) == "best accuracy 0.75 b"


def test_the_deciding_metric_has_the_first_column() -> None:
    """Unless the jobs are sorted by another one; then those that most jobs have."""
    jobs = [job("a", seconds=2, epoch=1, val_loss=1.0), job("b", epoch=1)]

    assert shown_metrics(jobs) == ["val_loss", "epoch", "seconds"]
    assert shown_metrics(jobs, "seconds") == ["seconds", "val_loss", "epoch"]


def test_a_number_has_the_figures_that_matter() -> None:
    """A table is to be looked at."""
    shown = [number_words(value) for value in (0.0123456, 12345.678, 1e-7, 3.0, None)]
    assert shown == ["0.012346", "12346", "1e-07", "3", "-"]

"""The metrics of a sweep's jobs: which are shown, which of them tells the best job. Pure.

AWS says nothing about which value of a metric is the better one, so its name has to.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sjresource.cli.views.job import JobView

_WORD = re.compile(r"[A-Z]?[a-z]+\d?|[A-Z]+\d?")
_LOWER_IS_BETTER = {
    "cer", "deviation", "distance", "divergence", "entropy", "err", "error", "fid", "latency",
    "loss", "mae", "mape", "mse", "nll", "perplexity", "ppl", "regret", "rmse", "wer",
}  # fmt: skip
_HIGHER_IS_BETTER = {
    "acc", "accuracy", "auc", "auroc", "bleu", "correlation", "dice", "f1", "iou", "kappa", "map",
    "mrr", "ndcg", "precision", "psnr", "r2", "recall", "return", "reward", "rouge", "score",
    "sensitivity", "specificity", "ssim", "success", "throughput",
}  # fmt: skip
_HELD_OUT = {"dev", "eval", "evaluation", "heldout", "test", "val", "valid", "validation"}


def shown_metrics(views: Iterable[JobView], first: str | None = None) -> list[str]:
    """Return the metrics of jobs, `first` before the one that tells the best, then by frequency."""
    counts = Counter(name for view in views for name in view.metrics)
    objective = objective_of(counts)
    return sorted(counts, key=lambda name: (name != first, name != objective, -counts[name]))


def objective_of(counts: Counter[str]) -> str | None:
    """Return the metric by which jobs are compared: of held-out data, if there is one."""
    known = [name for name in counts if is_lower_better(name) is not None]
    return min(known, key=lambda name: (not _HELD_OUT & _words(name), -counts[name]), default=None)


def is_lower_better(metric: str) -> bool | None:
    """Return whether a lower value is better; None if the name does not tell."""
    words = _words(metric)
    if words & _LOWER_IS_BETTER or any(word.endswith("loss") for word in words):
        return True
    return False if words & _HIGHER_IS_BETTER else None


def best_of(views: Iterable[JobView], metric: str) -> JobView | None:
    """Return the job with the best value, None if there is none; a job that FAILED is none."""
    lower = is_lower_better(metric)
    known = [view for view in views if _value(view, metric) is not None and view.status != "FAILED"]
    if lower is None or not known:
        return None
    return (min if lower else max)(known, key=lambda view: _value(view, metric) or 0.0)


def best_words(views: Sequence[JobView], metric: str | None = None) -> str | None:
    """Return the best job and its value: `best loss 0.012 lr-0_03`; None if there is none."""
    if len(views) < 2:  # noqa: PLR2004 - one alone is no comparison
        return None
    metric = metric or objective_of(Counter(name for view in views for name in view.metrics))
    best = best_of(views, metric) if metric else None
    if best is None or metric is None:
        return None
    return f"best {metric} {number_words(best.metrics[metric])} {best.resource or best.job_id}"


def number_words(value: float | None) -> str:
    """Return a metric's value as a table has it; `-` where there is none."""
    return "-" if value is None else f"{value:.5g}"


def _value(view: JobView, metric: str) -> float | None:
    value = view.metrics.get(metric)
    return value if value is not None and math.isfinite(value) else None


def _words(metric: str) -> set[str]:
    return {word.lower() for word in _WORD.findall(metric)}

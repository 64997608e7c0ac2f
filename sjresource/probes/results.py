"""The file of results: what a run has seen, fit to be published.

A result names no account: texts go through `session.redaction`, and of answers there is the shape.
"""

from __future__ import annotations

import datetime as dt
import json
import platform
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from sjresource.aws.models import model_version

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from sjresource.probes.session.calls import Answer
    from sjresource.probes.session.redaction import Redaction
    from sjresource.probes.trial import Trial

FORMAT: Final = 1
_MOST_ANSWERS: Final = 20
_AWS: Final = (".amazonaws.com", ".amazonaws.com.cn", ".api.aws")


def report(
    trials: Iterable[Trial], redaction: Redaction, *, region: str, endpoint: str, epoch: float
) -> dict[str, Any]:
    """Return the result of a run as JSON values."""
    day = dt.datetime.fromtimestamp(epoch, tz=dt.timezone.utc).date()
    return {
        "format": FORMAT,
        "date": day.isoformat(),
        "region": region,
        "tried_on": tried_on(endpoint),
        "versions": {
            "botocore": model_version(),
            "python": platform.python_version(),
            "sjresource": _own_version(),
        },
        "probes": {each.probe.name: _entry(each, redaction) for each in trials},
    }


def tried_on(endpoint: str) -> str:
    """Return `aws` for an endpoint of AWS's own, `other` for any other, such as the emulator's."""
    host = urlsplit(endpoint).hostname or ""
    return "aws" if host.endswith(_AWS) else "other"


def write_result(file: Path, result: dict[str, Any]) -> None:
    """Write a result."""
    file.write_text(json.dumps(result, indent=2) + "\n")


def tried_by(results: Path) -> dict[str, list[tuple[str, str]]]:
    """Return by probe the files in a folder that tried it on AWS, each with its verdict."""
    found: dict[str, list[tuple[str, str]]] = {}
    for file in sorted(results.glob("*.json")):
        result = json.loads(file.read_text())
        for name, entry in result["probes"].items():
            if result["tried_on"] == "aws" and entry["verdict"] != "not tried":
                found.setdefault(name, []).append((file.name, entry["verdict"]))
    return found


def _own_version() -> str:
    try:
        return version("sjresource")
    except PackageNotFoundError:  # from a checkout that is not installed
        return "unknown"


def _entry(trial: Trial, redaction: Redaction) -> dict[str, Any]:
    entry: dict[str, Any] = {"verdict": trial.verdict}
    if trial.reason:
        entry["reason"] = redaction.text(trial.reason)
    if trial.facts:
        entry["facts"] = {name: redaction.fact(seen) for name, seen in trial.facts.items()}
    if trial.differs:
        entry["differs"] = {
            name: {**each, "seen": redaction.fact(each["seen"])}
            for name, each in trial.differs.items()
        }
        entry["answers"] = [_answer(each, redaction) for each in trial.answers[-_MOST_ANSWERS:]]
    return entry


def _answer(answer: Answer, redaction: Redaction) -> dict[str, Any]:
    if answer.code:
        refusal = {"code": redaction.text(answer.code), "words": redaction.text(answer.words)}
        return {"operation": answer.operation, **refusal, "status": answer.status}
    return {"operation": answer.operation, "answer": redaction.shape(answer.body)}

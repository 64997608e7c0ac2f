"""Switches from a result of `python -m sjresource.probes`: what AWS was seen to do is played.

A result has *facts* by probe. Those that were tried set their switch, words only if they differ
from what is believed. What differs and has no switch is listed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Literal

from msgspec import field

from sjresource.emulator.api.behaviour import Behaviour
from sjresource.emulator.protocol.user_json import JSONObject, decode, decode_members, read_json

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    Changes = Mapping[str, Any] | None
    """Values of switches by name; None for a fact that no switch plays."""

_LARGEST: Final = 1_048_576
_LONGER: Final = 30 * 1024
"""What a payload may have that is longer than documented: a request has no more."""

_LAGS: Final = {
    "within 5 s": 0,
    "within 15 s": 10_000,
    "within 90 s": 60_000,
    "not within 60 s": 120_000,
}
_HOUR_MS: Final = 3_600_000
_SLOW_TERMINATION_MS: Final = 120_000
_EMPTY_SHARE: Final = "c"


class _Entry(JSONObject):
    verdict: Literal["held", "differs", "not tried"]
    reason: str = ""
    facts: dict[str, Any] = field(default_factory=dict)
    differs: dict[str, dict[str, Any]] = field(default_factory=dict)
    answers: list[dict[str, Any]] = field(default_factory=list)


class _Result(JSONObject):
    format: Literal[1]
    date: str
    region: str
    tried_on: Literal["aws", "other"]
    versions: dict[str, str]
    probes: dict[str, _Entry]


def read_behaviour(file: Path) -> tuple[Behaviour, list[str]]:
    """Return the switches that a result sets, and what differs that no switch plays.

    Raises:
        OSError: the file can't be read.
        ValueError: it is no result.
    """
    try:
        result = decode(read_json(file.read_bytes()), _Result)
        switches, uncovered = _switches(result)
        return Behaviour(**decode_members(switches, Behaviour)), uncovered
    except ValueError as wrong:
        raise ValueError(f"reading {file}: it is no result of the probes: {wrong}") from None


def _switches(result: _Result) -> tuple[dict[str, Any], list[str]]:
    switches: dict[str, Any] = {}
    uncovered: list[str] = []
    for name, entry in result.probes.items():
        for fact, seen in entry.facts.items():
            differs = fact in entry.differs
            changes = _changes(name, fact, seen, differs=differs)
            switches.update(changes or {})
            if differs and changes is None:
                uncovered.append(f"{name}: {fact}: {seen!r}")
        missing = [fact for fact in entry.differs if fact not in entry.facts]
        if missing and not any((name, fact) in _SWITCHES for fact in entry.facts):
            uncovered += [f"{name}: {fact}: not seen" for fact in missing]
    return switches, uncovered


def _changes(probe: str, fact: str, seen: Any, *, differs: bool) -> Changes:
    words = _WORDS.get((probe, fact))
    if words is not None:
        return {words: seen} if differs and isinstance(seen, str) else None
    read = _SWITCHES.get((probe, fact))
    return None if read is None else read(seen)


def _one_of(switch: str, values: Mapping[Any, Any]) -> Callable[[Any], Changes]:
    """Return a reader of a fact that has a value of the switch for each of its own."""

    def read(seen: Any) -> Changes:
        hashable = isinstance(seen, (str, int, type(None)))
        return {switch: values[seen]} if hashable and seen in values else None

    return read


def _answer(switch: str, succeeds: Any, refused: Any) -> Callable[[Any], Changes]:
    return _one_of(switch, {"succeeds": succeeds, "refused": refused})


def _nothing_more(_: Any) -> Changes:
    """Return no change for a fact that follows from another one of its probe."""
    return {}


def _left_out(seen: Any) -> Changes:
    """Return the change for a default that is not shown."""
    return {"leave_out_defaults": True} if seen is None else None


def _members(seen: Any) -> Changes:
    """Return the change for the members of a waiting job, some of which are left out."""
    full = {"attempts", "capacityUsage", "createdAt", "isTerminated", "jobArn", "tags"}
    if not isinstance(seen, list) or not all(isinstance(each, str) for each in seen):
        return None
    return {"leave_out_defaults": True} if full - set(seen) else None


def _shares(seen: Any) -> Changes:
    listed = isinstance(seen, dict) and _EMPTY_SHARE in seen
    return {"empty_shares_in_snapshot": listed}


def _forgotten(hours: Any) -> Changes:
    if isinstance(hours, bool) or not isinstance(hours, (int, float)):
        return None
    return {"ended_jobs_kept_ms": int(hours * _HOUR_MS)}


def _not_failed(status: Any) -> Changes:
    return {} if status == "FAILED" else {"termination_ms": _SLOW_TERMINATION_MS}


_REPLAYS: Final = {"same job": "same-job", "refused": "reject"}
_SWITCHES: Final[dict[tuple[str, str], Callable[[Any], Changes]]] = {
    ("replayed-token", "answer"): _one_of("token_replay", _REPLAYS),
    ("replayed-token-after-end", "answer"): _one_of("token_replay_after_end", _REPLAYS),
    ("replayed-token-after-release", "answer"): _one_of("token_replay_after_end", _REPLAYS),
    ("replayed-token-other-request", "answer"): _one_of("token_other_request", _REPLAYS),
    ("replayed-token-other-request", "words"): _nothing_more,
    ("payload-not-json", "answer"): _answer("payload_not_json", "accept", "refuse"),
    ("payload-size", "10241_bytes"): _one_of("longest_payload", {"succeeds": _LONGER}),
    ("payload-size", "counted"): lambda unit: {} if unit == "unknown" else {"payload_unit": unit},
    ("request-size", "30721_bytes"): _one_of("longest_request", {"succeeds": _LARGEST}),
    ("job-name-begins-with-hyphen", "answer"): _answer(
        "job_name_begins_with_hyphen", "accept", "refuse"
    ),
    ("retry-strategy", "action"): _one_of(
        "retry_action", {"RETRY": "upper-case", "Retry": "as-given", "refused": "refuse"}
    ),
    ("retry-strategy", "without_conditions"): _left_out,
    ("new-job-in-lists", "by_name"): _one_of("list_lag_ms", _LAGS),
    ("new-job-in-lists", "by_status"): _one_of("list_lag_ms", _LAGS),
    ("new-job-described", "described"): _one_of("describe_lag_ms", _LAGS),
    ("started-at-of-waiting-job", "startedAt"): _one_of(
        "started_at_before_start", {0: "zero", None: "absent"}
    ),
    ("started-at", "before"): lambda seen: {} if seen in (["0"], ["None"]) else None,
    ("members-of-waiting-job", "members"): _members,
    ("terminate-waiting-job", "status"): _not_failed,
    ("terminate-waiting-job", "reason"): lambda seen: {} if seen is None else None,
    ("terminate-unknown-job", "answer"): _answer("terminate_unknown", "succeed", "refuse"),
    ("terminate-ended-job", "answer"): _answer("terminate_ended", "succeed", "refuse"),
    ("update-ended-job", "answer"): _answer("update_ended", "succeed", "refuse"),
    ("tags-of-ended-job", "tag"): _answer("tag_finished_jobs", succeeds=True, refused=False),
    ("tags-of-ended-job", "shown"): _nothing_more,
    ("tags-of-ended-job", "untag"): _nothing_more,
    ("tags-of-unknown-job", "answer"): _answer("tag_unknown", "succeed", "refuse"),
    ("ended-job-of-earlier-run", "known"): _nothing_more,
    ("ended-job-of-earlier-run", "forgotten_within_hours"): _forgotten,
    ("jobs-of-deleted-queue", "answer"): _answer("delete_queue_with_jobs", "end-jobs", "refuse"),
    ("several-environments", "answer"): _answer("environments_per_queue", 2, 1),
    ("policy-with-name-alone", "answer"): _answer("policy_with_name_alone", "fair-share", "refuse"),
    ("policy-with-name-alone", "policy"): _left_out,
    ("queue-status-reason", "updating"): _nothing_more,
    ("existing-name", "status"): lambda seen: {"exists_status": seen},
    ("snapshot-of-three-shares", "front_of_shares"): _shares,
    ("borrow-limit-default", "borrowLimit"): _left_out,
    ("delete-queue-with-shares", "answer"): _answer(
        "delete_queue_with_shares", "succeed", "refuse"
    ),
}
"""The facts that set a switch, by probe and name."""

_WORDS: Final = {
    ("queue-missing", "words"): "missing_words",
    ("queue-disabled", "words"): "disabled_queue_words",
    ("share-missing", "words"): "share_missing_words",
    ("share-unexpected", "words"): "share_unexpected_words",
    ("quota-share-missing", "words"): "quota_share_missing_words",
    ("job-missing", "words"): "missing_job_words",
    ("queue-status-reason", "valid"): "queue_status_reason",
    ("existing-name", "words"): "exists_words",
    ("environment-in-use", "words"): "related_words",
    ("change-while-changing", "words"): "modified_words",
}
"""The facts that are words to be played."""

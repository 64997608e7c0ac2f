"""How a completion's inputs and its record are spelled in the schema, and read from a state. Pure.

A state may be of either front: the dynamic one keeps the record in one `outcome`, this one in
`results`, with what is made of secrets marked in place.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sjresource.native.kinds import COMPLETION
from sjresource.native.values import UNKNOWN, Properties
from sjresource.stack.spelling.resources import JOB_RECORD, SPELLINGS
from sjresource.stack.spelling.words import camel_case
from sjresource.vocabulary import TERMINAL
from sjresource.waiting.record import MADE_OF_ARGUMENTS, QUOTES_AWS, split_secrets

if TYPE_CHECKING:
    from collections.abc import Container, Iterator, Mapping
    from collections.abc import Set as AbstractSet

    from sjresource.stack.spelling.names import Path
    from sjresource.status.masking import Mask

WAYS = ("job", "jobs", "namedJobs")
"""The inputs that say which jobs; one of them is given."""

_OUTPUTS = ("status", "summary", "results", *map(camel_case, JOB_RECORD))

_SPELLING = SPELLINGS[COMPLETION]


def named_jobs(values: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """Return name and ARN of each job; the one of an unknown list is unknown itself."""
    one, named, jobs = (values.get(name) for name in ("job", "namedJobs", "jobs"))
    if one is not None:
        return [("", one)]
    if isinstance(named, dict):
        return sorted(named.items())
    return [("", job) for job in jobs] if isinstance(jobs, list) else [("", UNKNOWN)]


def jobs_of(values: Mapping[str, Any]) -> list[Any]:
    """Return the ARN of each job."""
    return [job for _, job in named_jobs(values)]


def all_unknown(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the state of a completion of which nothing is recorded yet, for a preview."""
    named = ("namedResults",) if "namedJobs" in values else ()
    outputs = (*_OUTPUTS, *named)
    return {**values, **dict.fromkeys(outputs, UNKNOWN)}


def state_of(
    inputs: Properties,
    outcome: Mapping[str, Any] | None,
    mask: Mask,
    marked: AbstractSet[tuple[str, str]] = frozenset(),
    unknown: Container[str] = frozenset(),
) -> Properties:
    """Return the inputs and the outcome, with what is made of secrets marked as such.

    Args:
        inputs: the completion's.
        outcome: the record; None if there is none.
        mask: hides the secrets that are known.
        marked: what stays a secret although the mask does not know it; see `secret_members`.
        unknown: the jobs whose secrets are not known: all that may have some is a secret.
    """
    if not outcome:
        return inputs
    secrets: set[Path] = set(inputs.secrets)
    results = []
    for position, job in enumerate(outcome["results"]):
        clear, hidden = split_secrets(job, mask)
        clear.pop("secret_members", None)
        results.append({**clear, **hidden})
        members = {*hidden, *(name for arn, name in marked if arn == job["job"])}
        if job["job"] in unknown:
            members |= {name for name in (*QUOTES_AWS, *MADE_OF_ARGUMENTS) if name in clear}
        secrets |= {("results", position, camel_case(name)) for name in members}
        if len(outcome["results"]) == 1:
            secrets |= {(camel_case(name),) for name in members}
    results = _SPELLING.to_native({"results": results}, typed=True)["results"]
    values = {
        **inputs.values,
        "status": outcome["status"],
        "summary": outcome["summary"],
        "results": results,
        "unread": mask.everything(outcome.get("unread")),
    }
    if "namedJobs" in inputs.values:
        names = [name for name, _ in named_jobs(inputs.values)]
        values["namedResults"] = dict(zip(names, results, strict=True))
        for position, name in enumerate(names):
            secrets |= {
                ("namedResults", name, *path[2:])
                for path in secrets
                if path[:2] == ("results", position)
            }
    if len(results) == 1:
        values |= {name: results[0].get(name) for name in map(camel_case, JOB_RECORD)}
    return Properties({k: v for k, v in values.items() if v is not None}, frozenset(secrets))


def secret_members(olds: Properties) -> set[tuple[str, str]]:
    """Return which members of which jobs a state keeps as secrets, by ARN and name."""
    return {
        (job["job"], name)
        for position, job in enumerate(_results(olds.values))
        for name in MADE_OF_ARGUMENTS
        if name in job.get("secret_members", ())
        or any(part in olds.secrets for part in _parts("results", position, camel_case(name)))
    }


def quotes_secrets(olds: Properties, mask: Mask) -> bool:
    """Return whether a state holds in the clear what the program has declared secret since."""
    marked = secret_members(olds)
    for job in _results(olds.values):
        clear, hidden = split_secrets(job, mask)
        if any(clear.get(name) != job.get(name) for name in QUOTES_AWS):
            return True
        if any((job["job"], name) not in marked for name in hidden):
            return True
    return False


def hides_words(olds: Properties, unknown: Container[str]) -> bool:
    """Return whether a state hides AWS's words of a job although its secrets are known by now."""
    return any(
        ("results", position, camel_case(name)) in olds.secrets
        for position, job in enumerate(_results(olds.values))
        for name in QUOTES_AWS
        if job["job"] not in unknown
    )


def with_words_kept(
    outcome: Mapping[str, Any], before: Mapping[str, Any] | None, known: Container[str]
) -> dict[str, Any]:
    """Return an outcome in which ended jobs that are not known keep the words that were recorded.

    An `up` of some targets is not asked about the other resources: the secrets of a job that it
    leaves out were known, and masked, when AWS's words were recorded first.
    """
    kept = {
        job["job"]: {name: job[name] for name in QUOTES_AWS if name in job}
        for job in (before or {}).get("results", [])
        if job["job"] not in known and job.get("status") in TERMINAL
    }
    results = [{**each, **kept.get(each["job"], {})} for each in outcome["results"]]
    return {**outcome, "results": results}


def without_words(outcome: Mapping[str, Any], unknown: Container[str]) -> dict[str, Any]:
    """Return an outcome to warn of, without what AWS said of jobs whose secrets are not known."""
    results = [
        {**each, "failure_reason": _NOT_TOLD} if each["job"] in unknown else each
        for each in outcome.get("results", [])
    ]
    return {**outcome, "results": results}


_NOT_TOLD = (
    "why is not shown, since this provider is not told what is a secret in the job; "
    "`sjresource why` shows it"
)


def recorded_in(olds: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a state has recorded, by whichever front, as the core's properties."""
    if "__provider" in olds or isinstance(olds.get("outcome"), dict):
        hidden = olds.get("secret_results") or {}
        outcome = olds.get("outcome") or {}
        results = [{**each, **hidden.get(each["job"], {})} for each in outcome.get("results", [])]
        core = {name: each for name, each in olds.items() if not name.startswith("__")}
        core["outcome"] = {**outcome, "results": results} if outcome else None
        return {**core, "secret_results": None}
    results = _SPELLING.to_core({"results": olds.get("results") or []})["results"]
    if not results:
        return {}
    outcome = {"status": olds.get("status"), "summary": olds.get("summary"), "results": results}
    return {
        "jobs": jobs_of(olds),
        "min_succeeded": olds.get("minSucceeded"),
        "on_failure": "record" if olds.get("onFailure") == "record" else None,
        "statuses": [each.get("status") for each in results],
        "outcome": {**outcome, **({"unread": olds["unread"]} if olds.get("unread") else {})},
    }


def _results(values: Mapping[str, Any]) -> list[dict[str, Any]]:
    results: list[dict[str, Any]] = (recorded_in(values).get("outcome") or {}).get("results", [])
    return results


def _parts(*path: str | int) -> Iterator[Path]:
    """Yield a path and those that lead to it: what is in a secret is one."""
    return (path[:end] for end in range(1, len(path) + 1))

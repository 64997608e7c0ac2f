"""The jobs in a completion's arguments, and what may be wrong with them.

Each is a `ServiceJob` of the program or the ARN of any service job, of which nothing else is known
until it is described. A list or mapping of jobs may itself be an Output: a component's, or another
stack's.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import pulumi

from sjresource.aws.arn import is_job_id, is_service_job, parse_arn
from sjresource.aws.payload import is_unknown
from sjresource.stack.inputs.output_text import HOLDS_OUTPUT_TEXT, is_output_text
from sjresource.waiting.options import invalid_argument, quoted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_BATCH_KINDS = ("job", "job-definition", "job-queue", "scheduling-policy", "service-environment")
_SEVERAL = (list, tuple, set, frozenset, Mapping)
_MUST = "must be a ServiceJob, or the ARN of a service job, got"
COUNTS_TWICE = "for a number of jobs that have to succeed it would count twice"
NAME_IS_NOT_ENOUGH = "a name is not enough, since several jobs may have it"
_ID = re.compile(r"[\w-]+", re.ASCII)


class DeclaredJob(pulumi.Resource):
    """The base class of `ServiceJob`: what a wait reads of a job that the program declares."""

    if TYPE_CHECKING:  # at run time an annotation is an output to Pulumi's SDK
        given_arguments: dict[str, Any]
        job_name: pulumi.Output[str]
        job_queue: pulumi.Output[str]
        created_at: pulumi.Output[int | None]

        @property
        def job_arn(self) -> pulumi.Output[str]:
            """The job's ARN."""


class Entry(NamedTuple):
    """One job as it was given; `name` is its name in a mapping, None in a list."""

    given: Any
    name: str | None = None


def given_entries(
    name: str, job: Any, jobs: Any, min_succeeded: int | None
) -> Sequence[Entry] | pulumi.Output[Sequence[Entry]]:
    """Return the jobs in the order given; what is in Outputs is checked once it is known.

    Args:
        name: of the completion.
        job: its argument.
        jobs: the same.
        min_succeeded: how many of them have to succeed; None for all.

    Raises:
        pulumi.RunError: both arguments are given, or none; something in them is no job; or there
            are fewer jobs than have to succeed.
    """
    if (job is None) == (jobs is None):
        raise invalid_argument(name, "needs either job or jobs")
    if job is not None:
        entries = [Entry(_job(name, job, "job"))]
        _require_count(name, entries, min_succeeded)
        return entries

    def checked(known: Any) -> list[Entry]:
        entries = _entries(name, known)
        _require_count(name, entries, min_succeeded)
        return entries

    if isinstance(jobs, (pulumi.Output, Awaitable)):
        return pulumi.Output.from_input(jobs).apply(checked)
    return checked(jobs)


def _entries(name: str, jobs: Any) -> list[Entry]:
    if isinstance(jobs, Mapping):
        named = [(_job_name(name, key), each) for key, each in jobs.items()]
        return [
            Entry(_job(name, each, f"jobs[{key!r}]"), key)
            for key, each in sorted(named, key=lambda item: item[0])
        ]
    if isinstance(jobs, (DeclaredJob, str)):
        raise invalid_argument(
            name, "jobs takes a list or a mapping of jobs; give a single one as job"
        )
    if not isinstance(jobs, (list, tuple)):
        reason = (
            f"jobs must be a list of jobs, or a mapping of names to jobs, got {_quoted_type(jobs)}"
        )
        raise invalid_argument(name, reason)
    return [Entry(_job(name, each, f"jobs[{at}]")) for at, each in enumerate(jobs)]


def _job(name: str, given: Any, path: str) -> Any:
    """Check and return a job, an ARN or id, or an Output of either."""
    if isinstance(given, DeclaredJob):
        return given
    if isinstance(given, (pulumi.Output, Awaitable)):
        return pulumi.Output.from_input(given).apply(lambda known: _known_job(name, known, path))
    problem = _problem(given, path)
    if problem:
        raise invalid_argument(name, f"{path} {problem}")
    return given


def _problem(given: Any, path: str) -> str | None:
    """Return what is wrong with an ARN or id; None if nothing is."""
    if is_output_text(given):
        return HOLDS_OUTPUT_TEXT
    if not isinstance(given, str):
        several = "; give several as jobs" if isinstance(given, _SEVERAL) and path == "job" else ""
        return f"{_MUST} {_quoted_type(given)}{several}"
    arn = parse_arn(given)
    if arn is not None and not is_service_job(arn):
        is_batch_s = arn.service == "batch" and arn.kind in _BATCH_KINDS
        kind = f"a {arn.kind}" if is_batch_s else "another resource"
        return f"{_MUST} the ARN of {kind}"
    if not names_one_job(given):
        return f"{_MUST} another text; {NAME_IS_NOT_ENOUGH}"
    return None


def names_one_job(text: str) -> bool:
    """Return whether the text of a service job is an ARN with an id, or an id, and not a name."""
    arn = parse_arn(text)
    return bool(_ID.fullmatch(arn.name)) if arn else is_job_id(text)


def repeated_jobs(jobs: Sequence[Any]) -> Iterator[tuple[int, int]]:
    """Yield the positions of each job that is known to be an earlier one, after that one's."""
    first: dict[Any, int] = {}
    for position, job in enumerate(jobs):
        if isinstance(job, (str, DeclaredJob)) and not is_unknown(job):
            key = job.rpartition("/")[2] if isinstance(job, str) else id(job)
            if first.setdefault(key, position) != position:
                yield first[key], position


def _quoted_type(given: Any) -> str:
    """Return what was given as an error quotes it: of a text, which may be secret, the type."""
    return "a text" if isinstance(given, str) else quoted(given)


def _known_job(name: str, known: Any, path: str) -> Any:
    job = _job(name, known, path)
    return job.job_arn if isinstance(job, DeclaredJob) else job


def _job_name(name: str, key: Any) -> str:
    if not isinstance(key, str) or not key or is_output_text(key):
        raise invalid_argument(
            name, f"jobs has a name that is {_quoted_type(key)}; names must be texts"
        )
    return key


def _require_count(name: str, entries: Sequence[Entry], min_succeeded: int | None) -> None:
    count = len(entries)
    if not count:
        raise invalid_argument(name, "jobs must not be empty")
    if min_succeeded is not None and not 1 <= min_succeeded <= count:
        reason = f"min_succeeded must be 1 to {count}, the number of jobs, got {min_succeeded}"
        raise invalid_argument(name, reason)
    if min_succeeded is not None:
        for first, second in repeated_jobs([entry.given for entry in entries]):
            one, other = (entries[at].name or at for at in (first, second))
            raise invalid_argument(
                name, f"jobs[{other!r}] is the job of jobs[{one!r}]; {COUNTS_TWICE}"
            )

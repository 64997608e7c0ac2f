"""What may be wrong with a completion's arguments; AWS is not asked. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sjresource.aws.payload import is_unknown
from sjresource.checks.rules.own_arguments import plain_number, service_job_problems
from sjresource.native.argument_names import strangers
from sjresource.native.completions.record import WAYS, named_jobs
from sjresource.native.kinds import COMPLETION
from sjresource.native.values import path_text
from sjresource.problem import Problem
from sjresource.stack.spelling.resources import SPELLINGS
from sjresource.stack.spelling.words import camel_case, native_words
from sjresource.waiting.given_jobs import (
    COUNTS_TWICE,
    NAME_IS_NOT_ENOUGH,
    names_one_job,
    repeated_jobs,
)
from sjresource.waiting.options import option_problems

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sjresource.native.values import Properties

_SPELLING = SPELLINGS[COMPLETION]


def argument_problems(inputs: Properties) -> Iterator[Problem]:
    """Yield what is wrong, with its path in the schema; what is unknown may be right."""
    given, hidden = inputs.values, {str(path[0]) for path in inputs.secrets}
    own = {name: each for name, each in given.items() if not name.startswith("__")}
    for stranger in strangers(_SPELLING, own):
        yield Problem(path_text(stranger.path), stranger.reason)
    known = {name: each for name, each in given.items() if not is_unknown(each)}
    if len([name for name in WAYS if given.get(name) is not None]) != 1:
        yield Problem("jobs", "is needed, or job, or namedJobs: one of the three")
    core = _SPELLING.to_core(known)
    for problem in option_problems(core, _SPELLING.to_core(dict.fromkeys(hidden, ""))):
        reason = native_words(problem.reason).replace("; None waits", "; leaving it out waits")
        yield problem._replace(path=camel_case(problem.path), reason=reason)
    yield from _job_problems(known, hides_count="minSucceeded" in hidden)


def _job_problems(known: Mapping[str, Any], *, hides_count: bool) -> Iterator[Problem]:
    for name, kind in (("jobs", list), ("namedJobs", dict)):
        if known.get(name) is not None and not isinstance(known[name], kind):
            must = "a list of" if kind is list else "a map of names to"
            yield Problem(name, f"must be {must} ARNs of service jobs")
            return
    way = next((name for name in WAYS if known.get(name) is not None), None)
    if way is None:
        return
    by_path = {
        {"job": "job", "jobs": f"jobs[{position}]"}.get(way, path_text((way, name))): job
        for position, (name, job) in enumerate(named_jobs(known))
    }
    for path, job in by_path.items():
        if not is_unknown(job):
            yield from _problems_of_one(path, job)
    if not by_path:
        yield Problem(way, "must have at least one job")
    elif known.get("minSucceeded") is not None:
        yield from _count_problems(known["minSucceeded"], by_path, is_hidden=hides_count)


def _count_problems(
    needed: Any, by_path: Mapping[str, Any], *, is_hidden: bool
) -> Iterator[Problem]:
    least = plain_number(needed)
    if least is not None and least.is_integer() and not 1 <= least <= len(by_path):
        given = "" if is_hidden else f", got {least:g}"
        yield Problem("minSucceeded", f"must be 1 to {len(by_path)}, the number of jobs{given}")
    paths = list(by_path)
    for first, second in repeated_jobs(list(by_path.values())):
        yield Problem(paths[second], f"is the job of {paths[first]}; {COUNTS_TWICE}")


def _problems_of_one(path: str, job: Any) -> Iterator[Problem]:
    problems = list(service_job_problems(path, job))
    yield from problems
    if not problems and not names_one_job(job):
        yield Problem(path, f"must be a service job's id or ARN; {NAME_IS_NOT_ENOUGH}")

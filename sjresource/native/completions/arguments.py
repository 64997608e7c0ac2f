"""What may be wrong with a completion's arguments; AWS is not asked. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sjresource.aws.payload import is_unknown
from sjresource.checks.rules.own_arguments import service_job_problems
from sjresource.native.argument_names import strangers
from sjresource.native.completions.record import WAYS, named_jobs
from sjresource.native.kinds import COMPLETION
from sjresource.native.values import path_text
from sjresource.problem import Problem
from sjresource.stack.spelling import SPELLINGS, camel_case, native_words
from sjresource.waiting.jobs import NAME_IS_NOT_ENOUGH, names_one_job
from sjresource.waiting.options import option_problems

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_SPELLING = SPELLINGS[COMPLETION]


def argument_problems(given: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield what is wrong, with its path in the schema; what is unknown may be right."""
    own = {name: each for name, each in given.items() if not name.startswith("__")}
    for stranger in strangers(_SPELLING, own):
        yield Problem(path_text(stranger.path), stranger.reason)
    known = {name: each for name, each in given.items() if not is_unknown(each)}
    if len([name for name in WAYS if given.get(name) is not None]) != 1:
        yield Problem("jobs", "is needed, or job, or namedJobs: one of the three")
    core = _SPELLING.to_core(known)
    for problem in option_problems(core):
        reason = native_words(problem.reason).replace("; None waits", "; leaving it out waits")
        yield problem._replace(path=camel_case(problem.path), reason=reason)
    yield from _job_problems(known)


def _job_problems(known: Mapping[str, Any]) -> Iterator[Problem]:
    for name, kind in (("jobs", list), ("namedJobs", dict)):
        if known.get(name) is not None and not isinstance(known[name], kind):
            must = "a list of" if kind is list else "a map of names to"
            yield Problem(name, f"must be {must} ARNs of service jobs")
            return
    if not any(known.get(name) is not None for name in WAYS):
        return
    jobs = named_jobs(known)
    way = next(name for name in WAYS if known.get(name) is not None)
    for position, (name, job) in enumerate(jobs):
        path = {"job": "job", "jobs": f"jobs[{position}]"}.get(way, f"namedJobs.{name}")
        if not is_unknown(job):
            yield from _problems_of_one(path, job)
    least = known.get("minSucceeded")
    if not jobs:
        yield Problem(way, "must have at least one job")
    elif isinstance(least, int) and not 1 <= least <= len(jobs):
        yield Problem("minSucceeded", f"must be 1 to {len(jobs)}, the number of jobs, got {least}")


def _problems_of_one(path: str, job: Any) -> Iterator[Problem]:
    problems = list(service_job_problems(path, job))
    yield from problems
    if not problems and not names_one_job(job):
        yield Problem(path, f"must be a service job's id or ARN; {NAME_IS_NOT_ENOUGH}")

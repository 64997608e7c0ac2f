"""The messages of a failed wait: which job failed, why, and what to do, on one screen.

AWS's words are masked here; what is not known is left out.
"""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from sjresource.aws.arn import name_in, terminate_command
from sjresource.status.console_links import console_urls
from sjresource.status.evidence import MAX_SHOWN_WHOLE, training_job_arn
from sjresource.status.failure_hints import hint_for
from sjresource.status.text import as_argument, duration, first_of, stated_reason
from sjresource.status.timeline import attempt_number, preemption_count
from sjresource.status.why_waiting import never_starts
from sjresource.vocabulary import LOG_GROUP, is_native_urn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from sjresource.status.evidence import Evidence
    from sjresource.status.masking import Mask


def how_to_rerun(
    urn: str | None, name: str | None = None, *, reruns: bool = False, fails_up: bool = True
) -> str:
    """Return how to run a job again that has FAILED.

    Args:
        urn: The job's; None for a job of another program.
        name: That by which our command finds the job; None if it is not known.
        reruns: Its `rerun_on_failure`.
        fails_up: Whether every `pulumi up` fails until then.
    """
    if urn is None:
        return "in the program that declares it"
    native = is_native_urn(urn)
    if reruns:
        return f"`pulumi up`, as its `{'rerunOnFailure' if native else 'rerun_on_failure'}` is set"
    how = (
        "change its request or `triggers`, or set `rerunOnFailure: true`"
        if native
        else "change its request or `triggers`, set `rerun_on_failure=True`, or "
        f"`{rerun_command(urn, name)}`"
    )
    return f"{how}; until then every `pulumi up` ends like this" if fails_up else how


def how_to_run_anew(urn: str, name: str | None) -> str:
    """Return how to run a job again that is not known to have FAILED."""
    other = "" if is_native_urn(urn) else f" or `{rerun_command(urn, name)}`"
    return f"change its `triggers`{other}"


def rerun_command(urn: str, name: str | None) -> str:
    """Return what to type to run a job again: our command, if it is installed and finds it."""
    if name is not None and find_spec("click") is not None:
        return f"sjresource rerun {as_argument(name)}"
    return f"pulumi up --replace '{urn}'"


def headline(name: str, evidence: Evidence, mask: Mask) -> str:
    """Return in one line which job has failed, on which attempt, and why."""
    return f"waiting for ServiceJob ({name}): {verdict_line(evidence, mask)}"


def verdict_line(evidence: Evidence, mask: Mask) -> str:
    """Return on which attempt a job has failed, and why."""
    detail = evidence.detail
    number = attempt_number(detail)
    allowed = detail.get("retryStrategy", {}).get("attempts", number)
    reason = _first(mask.text(_reason(evidence)))
    return f"FAILED on attempt {number} of {allowed}: {reason}"


def failure_message(name: str, evidence: Evidence, mask: Mask, again: str) -> str:
    """Return all that is known of a failed job, what to try, and how to run it `again`."""
    links = link_lines(evidence.detail, evidence.page)
    lines = [*evidence_lines(evidence, mask), *links, *_hint_lines(evidence, again)]
    return "\n".join([headline(name, evidence, mask), *_indented(lines)])


def headline_of_all(
    named: Sequence[tuple[str, Evidence]], jobs: int, needed: int | None, mask: Mask
) -> str:
    """Return in one line how many of a completion's jobs have failed, and the first of them."""
    first = headline(*named[0], mask)
    if jobs == 1:
        return first
    return f"{len(named)} of {jobs} jobs FAILED, {needed or jobs} had to succeed: {first}"


def lost_lines(named: Sequence[tuple[str, str]]) -> Iterator[str]:
    """Return a line for each of the first jobs that count as gone, and one for all others.

    `named` has the name of each, and what was seen of it.
    """
    for name, seen in named[:MAX_SHOWN_WHOLE]:
        yield f"waiting for ServiceJob ({name}): {seen}"
    if more := len(named[MAX_SHOWN_WHOLE:]):
        yield f"… and {more} more jobs are not shown any more"


def headlines(named: Sequence[tuple[str, Evidence]], mask: Mask) -> list[str]:
    """Return a line for each of the further jobs that have failed, at most 20."""
    lines = [headline(name, evidence, mask) for name, evidence in named[:_MAX_BRIEF]]
    more = len(named) - _MAX_BRIEF
    return [*lines, f"… and {more} more"] if more > 0 else lines


def how_to_terminate(name: str | None, arn: str) -> str:
    """Return how to terminate a job: with our command, if it is installed and `name` is known."""
    if name is not None and find_spec("click") is not None:
        return f"sjresource terminate {as_argument(name)}"
    return terminate_command(arn, "took too long")


def timeout_message(
    seconds: float,
    unfinished: Sequence[tuple[str, Mapping[str, Any] | None, str]],
    end: Callable[[str, str], str] = lambda _, arn: how_to_terminate(None, arn),
) -> str:
    """Return the message of a timeout; `unfinished` has name, last description and ARN of each."""
    name, detail, arn = unfinished[0]
    names = first_of([each[0] for each in unfinished], 1)
    status = (detail or {}).get("status", "of unknown status")
    reason = stated_reason(detail) if detail else ""
    status_words = f"{status}: {reason}" if reason else status
    lines = [
        f"waiting for ServiceJob ({names}): still {status_words}, after {duration(seconds)}",
    ]
    if status == "RUNNABLE":
        ever = ", and will wait for ever: nothing that it may use is large enough"
        lines.append(f"it has waited for capacity all that time{ever * never_starts(reason)}")
    lines.append("the wait has ended, not the job: the next `pulumi up` goes on waiting")
    lines.append(f"to stop the job: {end(name, arn)}")
    return "\n  ".join(lines)


UNCERTAIN = (
    "waiting, as this may be a dependent of a target; SJRESOURCE_WAIT=0 does not wait, and Ctrl-C "
    "ends the wait and not the job"
)


def earlier_run_warning(
    outcome: Mapping[str, Any] | None, jobs: Sequence[str], why: str
) -> str | None:
    """Return a warning if the recorded outcome is of other jobs than these, else None."""
    recorded = [result.get("job") for result in (outcome or {}).get("results", [])]
    if not recorded or recorded == list(jobs):
        return None
    return (
        f"this run did not wait ({why}): the outputs are those of an earlier run, of other jobs; "
        "the next `pulumi up` that waits records these"
    )


def held_back(failed: int, others: int) -> str:
    """Return why a program goes on in which a wait has failed."""
    return (
        f"{_waits(failed)} failed; the update fails when the other {others} are over "
        "(`sjresource:failFast: true` ends it at once)"
    )


def summary(headlines: Sequence[str]) -> str:
    """Return the last message of a program: all its failures."""
    return "\n".join(
        [
            f"{_waits(len(headlines))} failed (see the reasons on the jobs' rows):",
            *_indented(headlines),
        ]
    )


def _waits(count: int) -> str:
    return "1 wait has" if count == 1 else f"{count} waits have"


def recorded_failures(outcome: Mapping[str, Any]) -> Iterator[str]:
    """Return what is wrong with a recorded outcome, and what it lacks."""
    results = outcome.get("results", [])
    failed = [result for result in results if result["status"] == "FAILED"]
    for result in failed[:_MAX_BRIEF]:
        reason = result.get("failure_reason") or result.get("status_reason") or "no reason"
        name = result.get("job_name") or name_in(result["job"])
        yield f"recording ServiceJob ({name}): FAILED: {_first(reason)}"
    if len(failed) > _MAX_BRIEF:
        yield f"… and {len(failed) - _MAX_BRIEF} more jobs FAILED"
    for error in outcome.get("unread", []):
        yield f"{error}; the record lacks this, and the next `pulumi up` asks again"


_MAX_BRIEF = 20


def evidence_lines(evidence: Evidence, mask: Mask) -> Iterator[str]:
    """Return what is known: attempts, AWS's words, the end of the log."""
    detail = evidence.detail
    yield from attempt_lines(detail, mask)
    status_reason = detail.get("statusReason", "")
    failure_reason = evidence.training_job.get("FailureReason", "")
    if status_reason and _first(_reason(evidence)) not in status_reason:
        yield f"Batch says: {_first(mask.text(status_reason))}"
    if "\n" in failure_reason:
        yield "SageMaker says:"
        yield from (f"  {line}" for line in mask.text(failure_reason).splitlines())
    if evidence.log_lines:
        yield f"last lines of the log ({LOG_GROUP}, {evidence.log_stream}):"
        yield from (f"  | {mask.text(line)}" for line in evidence.log_lines)
    elif training_job_arn(detail):
        yield f"no log lines yet in {LOG_GROUP}"
    yield from unread_lines(evidence, mask)


def unread_lines(evidence: Evidence, mask: Mask) -> Iterator[str]:
    """Return what could not be read, and what no longer exists."""
    if evidence.gone:
        yield "SageMaker no longer has the training job: its metrics and model are not known"
    yield from (f"not read: {mask.text(error)}" for error in evidence.unread)


def link_lines(detail: Mapping[str, Any], page: str = "") -> Iterator[str]:
    """Return where to look further: the job's ARN, and pages of the AWS console or the emulator."""
    yield f"job: {detail.get('jobArn')}"
    for what, url in console_urls(detail.get("jobQueue"), training_job_arn(detail), page).items():
        yield f"{what.replace('_', ' ')}: {url}"


def hint_of(evidence: Evidence) -> str | None:
    """Return what to try; None if the reason is not in the table of `failure_hints`."""
    words = f"{_reason(evidence)}\n{evidence.detail.get('statusReason', '')}"
    return hint_for(words, "\n".join(evidence.log_lines))


def _hint_lines(evidence: Evidence, again: str) -> Iterator[str]:
    hint = hint_of(evidence)
    if hint:
        yield f"to try: {hint}"
    yield f"to run it again: {again}"


def attempt_lines(detail: Mapping[str, Any], mask: Mask) -> Iterator[str]:
    """Return the attempts if there are several, and the number of preemptions."""
    attempts = detail.get("attempts", [])
    if len(attempts) > 1:
        yield "attempts:"
        for number, attempt in enumerate(attempts, 1):
            reason = _first(mask.text(attempt.get("statusReason", "")))
            yield f"  {number}  {_length(attempt)}  {reason}"
    preempted = preemption_count(detail)
    if preempted:
        yield f"preempted: {preempted} time{'s' * (preempted > 1)}"


def _length(attempt: Mapping[str, Any]) -> str:
    started, stopped = attempt.get("startedAt"), attempt.get("stoppedAt")
    if not started or not stopped:
        return "never ran"
    return f"ran {duration((stopped - started) / 1000)}"


def _reason(evidence: Evidence) -> str:
    return (
        evidence.training_job.get("FailureReason")
        or evidence.detail.get("statusReason")
        or "no reason was given"
    )


def _first(text: str) -> str:
    return text.partition("\n")[0]


def _indented(lines: Iterator[str] | Sequence[str]) -> Iterator[str]:
    return (f"  {line}" for line in lines)

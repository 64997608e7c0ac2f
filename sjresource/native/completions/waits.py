"""ServiceJobCompletion: a create that waits for many jobs, in one of the engine's slots for all.

The jobs' ids are in the state before anything waits for them, so a wait that fails, is cancelled or
is killed loses nothing. What is known is kept, and the next `pulumi up` goes on.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from functools import cached_property, partial
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

from pulumi.runtime import proto

from sjresource.aws.clients import confirm_gone, regional_clients
from sjresource.aws.payload import is_unknown
from sjresource.aws.session import OPTIONAL_TIMEOUTS
from sjresource.aws.waiters import SYSTEM_CLOCK
from sjresource.checks.failures import account_problems
from sjresource.checks.rules.own_arguments import service_job_problems
from sjresource.errors import NotFound
from sjresource.native.argument_names import strangers
from sjresource.native.completions.record import (
    WAYS,
    all_unknown,
    jobs_of,
    named_jobs,
    quotes_secrets,
    recorded_in,
    secret_members,
    state_of,
    with_words_kept,
)
from sjresource.native.context import KnownJob
from sjresource.native.detailed_diff import changed_leaves
from sjresource.native.engine import Cancelled
from sjresource.native.kinds import COMPLETION, config_problem, name_of
from sjresource.native.responses import PartialState, check_response, diff_response, property_diff
from sjresource.native.values import Properties, path_text, read, write
from sjresource.problem import Problem
from sjresource.stack.diff import means_the_same
from sjresource.stack.engine_process import is_narrow, narrow_words
from sjresource.stack.identity import identity_tag
from sjresource.stack.spelling import SPELLINGS, camel_case, identity_of, native_words
from sjresource.status.detail import StatusDetail
from sjresource.status.evidence import MAX_SHOWN_WHOLE, gather_all
from sjresource.status.failure_report import (
    failure_message,
    headline_of_all,
    headlines,
    how_to_rerun,
    how_to_terminate,
    lost_lines,
    recorded_failures,
    timeout_message,
)
from sjresource.status.masking import Mask
from sjresource.waiting.jobs import NAME_IS_NOT_ENOUGH, names_one_job
from sjresource.waiting.options import option_problems, options_of
from sjresource.waiting.outcome import WaitOutcome, is_over, judge
from sjresource.waiting.poller import Poller
from sjresource.waiting.record import fill_in_recorded, record
from sjresource.waiting.reporter import REPORT_RATES, GroupReport, JobReport, Reporter
from sjresource.waiting.watch import Watch, can_end, is_new_job

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from sjresource.native.context import ProviderContext
    from sjresource.waiting.options import WaitOptions

_SPELLING = SPELLINGS[COMPLETION]

_COMPARED = (*WAYS, "minSucceeded")

_LONGEST = threading.TIMEOUT_MAX
"""Seconds that a wait can last."""


@dataclass(frozen=True)
class _Waited:
    """How a wait has ended: the statuses as they were seen last, and why it has failed."""

    statuses: Sequence[Any]
    failure: str = ""


class Completions:
    """All completions of one provider: they share a poller, and the lines that it leads to."""

    def __init__(self, context: ProviderContext) -> None:
        self._context = context

    def check(self, request: Any) -> Any:
        """Check the arguments; AWS is not asked."""
        given = read(request.news)
        reasons = [f"{each.path} {each.reason}" for each in self._problems(given.values)]
        return check_response(request.news, reasons)

    def diff(self, request: Any) -> Any:
        """Show an update if there is another outcome to record, or an incomplete one."""
        state = read(request.olds)
        olds, news = state.values, read(request.news).values
        detailed: dict[str, Any] = {}
        if "__provider" in {**olds, **read(request.old_inputs).values}:
            detailed["__provider"] = property_diff("DELETE")
        else:
            pairs = {name: (olds.get(name), news.get(name)) for name in _COMPARED}
            changed = [name for name, pair in pairs.items() if not means_the_same(*pair)]
            if named_jobs(olds) == named_jobs(
                news
            ):  # one job may be given in each of the three ways
                changed = [name for name in changed if name not in WAYS]
            for leaf in changed_leaves(_SPELLING, olds, news, changed=changed):
                detailed[path_text(leaf.path)] = property_diff(leaf.kind)
            if olds.get("unread"):
                detailed["unread"] = property_diff("DELETE", in_inputs=False)
        if detailed:
            return diff_response(detailed)
        outcome = recorded_in(olds).get("outcome") or {}
        mask = Mask(_secrets_of(self._known_jobs(request.urn, news)))
        self._warn_of_recorded(request.urn, outcome, mask)
        # Without a path: of one that it is given, the engine shows the value that is in the state.
        return diff_response({}, is_hidden=quotes_secrets(state, mask))

    def create(self, request: Any) -> Any:
        """Wait for the jobs, and record how they ended."""
        given = read(request.properties)
        if request.preview:
            if any(is_unknown(job) for job in jobs_of(given.values)):
                self._context.hint(narrow_words(self._context.columns()))
            return proto.CreateResponse(properties=write(all_unknown(given.values), given.secrets))
        identity = identity_of(request.urn, self._context.configuration.organization)
        id_ = f"completion/{identity_tag(identity)}"
        state = self._completed(request, given, id_, {})
        return proto.CreateResponse(id=id_, properties=write(*state))

    def update(self, request: Any) -> Any:
        """Wait on, or for other jobs."""
        olds, news = read(request.olds), read(request.news)
        recorded = recorded_in(olds.values)
        marked = {each for each in secret_members(olds) if each[0] not in self._context.jobs}
        if request.preview:
            state = Properties(all_unknown(news.values), news.secrets)
            if jobs_of(news.values) == recorded.get("jobs") and recorded.get("outcome"):
                mask = Mask(_secrets_of(self._known_jobs(request.urn, news.values)))
                state = state_of(news, recorded["outcome"], mask, marked)
            return proto.UpdateResponse(properties=write(*state))
        state = self._completed(request, news, request.id, recorded, marked)
        return proto.UpdateResponse(properties=write(*state))

    def read(self, request: Any) -> Any:
        """Return the record as it is; AWS has nothing to refresh it with."""
        return proto.ReadResponse(
            id=request.id, properties=request.properties, inputs=request.inputs
        )

    def _problems(self, given: Mapping[str, Any]) -> Iterator[Problem]:
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
        for problem in account_problems(self._context.configuration.settings):
            yield config_problem(problem)

    def _completed(
        self,
        request: Any,
        inputs: Properties,
        id_: str,
        olds: Mapping[str, Any],
        marked: AbstractSet[tuple[str, str]] = frozenset(),
    ) -> Properties:
        """Wait, and return the state; `marked` is what stays a secret in it.

        Raises:
            PartialState: the wait has failed; what is known is kept.
        """
        options, jobs = options_of(_SPELLING.to_core(inputs.values)), jobs_of(inputs.values)
        self._context.recorder.tag(jobs)
        seen = self._known_jobs(request.urn, inputs.values)
        secrets = _secrets_of(seen)
        mask = Mask(secrets)
        news = {
            "jobs": jobs,
            "min_succeeded": options.min_succeeded,
            "on_failure": "record" if options.records_failures else None,
            "secret_values": secrets,
        }
        try:
            if olds.get("jobs") == jobs and _is_final(olds, options):
                waited = _Waited(olds["statuses"])
            else:
                waited = self._wait(request, jobs, seen, options, mask)
        except Cancelled:
            why = "the wait was cancelled, the jobs go on; the next `pulumi up` waits on"
            kept = state_of(inputs, olds.get("outcome"), mask, marked)
            raise PartialState(id_, kept, inputs, why) from None
        filled, failures = fill_in_recorded(olds, {**news, "statuses": waited.statuses})
        failure = waited.failure or (failures[0].reason if failures else "")
        recorded = record(
            regional_clients(self._context.configuration.settings),
            {**filled, "secret_values": ()},
            olds,
            SYSTEM_CLOCK._replace(sleep=self._context.cancellation.sleep),
        )
        outcome = with_words_kept(recorded["outcome"], olds.get("outcome"), self._context.jobs)
        state = state_of(inputs, outcome, mask, marked)
        if failure:
            raise PartialState(id_, state, inputs, mask.text(native_words(failure)))
        self._warn_of_recorded(request.urn, outcome, mask)
        return state

    def _warn_of_recorded(self, urn: str, outcome: Mapping[str, Any], mask: Mask) -> None:
        """Warn in every preview and `up` of recorded failures, and of what the record lacks."""
        for line in recorded_failures(outcome):
            self._context.warn(urn, mask.text(line))

    def _wait(
        self,
        request: Any,
        jobs: Sequence[str],
        seen: Sequence[KnownJob],
        options: WaitOptions,
        mask: Mask,
    ) -> _Waited:
        now = time.time()
        watches = [
            Watch(job, each.queue, each.job_name, is_new=is_new_job(each.created_at, now))
            for job, each in zip(jobs, seen, strict=True)
        ]
        report = self._report(request.urn, watches, seen, mask)
        over = threading.Event()

        def check(_: Any) -> None:
            if can_end(watches, options):
                over.set()

        for watch in watches:
            watch.asked.add_done_callback(check)
            watch.done.add_done_callback(check)
        self._reporter.add(report)
        self._poller.add(watches)
        try:
            in_time = self._context.cancellation.wait(
                over, min(options.timeout_seconds or request.timeout or 0, _LONGEST) or None
            )
        finally:
            for watch in watches:
                watch.cancel()
            self._reporter.remove(report)
        failure = self._failure(watches, seen, options, mask, in_time=in_time)
        statuses = [
            watch.last_status or (each.is_declared and {"urn": each.urn}) or None
            for watch, each in zip(watches, seen, strict=True)
        ]
        return _Waited(statuses, failure)

    def _failure(
        self,
        watches: Sequence[Watch],
        seen: Sequence[KnownJob],
        options: WaitOptions,
        mask: Mask,
        *,
        in_time: bool,
    ) -> str:
        """Return why the wait has failed, in one line; the evidence goes onto the jobs' rows."""
        named = list(zip(watches, seen, strict=True))
        if not in_time:
            return _timeout_line(named, options.timeout_seconds or 0)
        for watch in watches:
            if watch.error is not None and not isinstance(watch.error, NotFound):
                return str(watch.error)
        self._warn_of_lost(named, mask)
        statuses = [watch.last_status for watch in watches]
        if (
            options.records_failures
            or judge(statuses, options.min_succeeded) is not WaitOutcome.FAILED
        ):
            return ""
        failed = [(w, each) for w, each in named if w.last_status == "FAILED"]
        details, sleep = [w.detail or {} for w, _ in failed], self._context.cancellation.sleep
        evidence = gather_all(self._clients, details, options.log_lines, sleep)
        found = [(each.name, known) for (_, each), known in zip(failed, evidence, strict=True)]
        for (_, each), (name, known) in zip(failed[:MAX_SHOWN_WHOLE], found, strict=False):
            message = failure_message(name, known, mask, _how_to_rerun(each))
            self._context.engine.warn(each.urn, message)
        if brief := headlines(found[MAX_SHOWN_WHOLE:], mask):
            self._context.engine.warn("", "\n".join(brief))
        return headline_of_all(found, len(watches), options.min_succeeded, mask)

    def _warn_of_lost(self, named: Sequence[tuple[Watch, KnownJob]], mask: Mask) -> None:
        """Warn of jobs that count as gone although this wait has seen them, or they are new."""
        lost = [(each, loss.seen) for watch, each in named if (loss := watch.loss)]
        lines = lost_lines([(each.name, seen) for each, seen in lost])
        rows = [each.urn for each, _ in lost[:MAX_SHOWN_WHOLE]]
        for line, row in zip_longest(lines, rows, fillvalue=""):
            self._context.engine.warn(row, mask.text(line))

    def _report(
        self, urn: str, watches: Sequence[Watch], seen: Sequence[KnownJob], mask: Mask
    ) -> GroupReport:
        detail = self._status_detail.of
        reports = [
            JobReport(watch, each.name, each.urn, detail, mask.text)
            for watch, each in zip(watches, seen, strict=True)
        ]
        return GroupReport(urn, reports)

    def _known_jobs(self, urn: str, values: Mapping[str, Any]) -> list[KnownJob]:
        """Return what is known of each job; of one from elsewhere the row is the completion's."""
        own, named = name_of(urn), named_jobs(values)

        def elsewhere(which: str | int) -> KnownJob:
            name = f"{own}[{which}]" if len(named) > 1 else own
            return KnownJob(urn, name, created_at=0.0, is_declared=False)

        return [
            self._context.jobs.get(job) or elsewhere(name or position)
            for position, (name, job) in enumerate(named)
        ]

    @cached_property
    def _clients(self) -> Any:
        return regional_clients(self._context.configuration.settings)

    @cached_property
    def _status_detail(self) -> StatusDetail:
        clients = regional_clients(self._context.configuration.settings, OPTIONAL_TIMEOUTS)
        return StatusDetail(clients.batch, clients.sagemaker)

    @cached_property
    def _reporter(self) -> Reporter:
        engine = self._context.engine

        def keep(urn: str | None, text: str) -> None:
            engine.inform(urn or "", text)

        return Reporter(
            lambda urn, text: engine.progress(urn or "", text),
            lambda urn, text: engine.warn(urn or "", text),
            REPORT_RATES[self._context.configuration.progress],
            keep=keep if is_narrow(self._context.columns()) else None,
        )

    @cached_property
    def _poller(self) -> Poller:
        gone = partial(confirm_gone, self._context.configuration.settings, "ServiceJob")
        return Poller(self._clients.batch, self._reporter, confirm_gone=gone)


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


def _timeout_line(named: Sequence[tuple[Watch, KnownJob]], seconds: float) -> str:
    declared = {watch.job: each.name for watch, each in named if each.is_declared}
    message = timeout_message(
        seconds,
        [(each.name, watch.detail, watch.job) for watch, each in named if not watch.has_ended],
        lambda _, arn: how_to_terminate(declared.get(arn), arn),
    )
    return message.replace("\n  ", "; ")


def _secrets_of(jobs: Sequence[KnownJob]) -> list[str]:
    """Return what is secret among the jobs' arguments; of a job from elsewhere nothing is."""
    return sorted({text for each in jobs for text in each.secrets})


def _how_to_rerun(job: KnownJob) -> str:
    return how_to_rerun(job.urn if job.is_declared else None, job.name, reruns=job.reruns)


def _is_final(olds: Mapping[str, Any], options: WaitOptions) -> bool:
    """Return whether no job can change what is recorded any more; a failure is if it is wanted."""
    outcome = olds.get("outcome") or {}
    statuses = olds.get("statuses") or []
    over = is_over(statuses, options.min_succeeded, record_all=options.records_failures)
    succeeded = judge(statuses, options.min_succeeded) is WaitOutcome.SUCCEEDED
    certain = over and (succeeded or options.records_failures)
    return bool(certain and outcome and not outcome.get("unread"))

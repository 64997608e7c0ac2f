"""ServiceJobCompletion: a create that waits for many jobs, in one of the engine's slots for all.

The jobs' ids are in the state before anything waits for them, so a wait that fails, is cancelled or
is killed loses nothing. What is known is kept, and the next `pulumi up` goes on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pulumi.runtime import proto

from sjresource.aws.clients import regional_clients
from sjresource.aws.payload import is_unknown
from sjresource.aws.waiters import SYSTEM_CLOCK
from sjresource.checks.failures import account_problems
from sjresource.errors import RequestFailed
from sjresource.native.completions.arguments import argument_problems
from sjresource.native.completions.record import (
    WAYS,
    all_unknown,
    hides_words,
    jobs_of,
    named_jobs,
    quotes_secrets,
    recorded_in,
    secret_members,
    state_of,
    with_words_kept,
    without_words,
)
from sjresource.native.completions.wait import CompletionWaits, WaitResult
from sjresource.native.context import KnownJob
from sjresource.native.detailed_diff import changed_leaves
from sjresource.native.engine import Cancelled
from sjresource.native.kinds import COMPLETION, config_problem
from sjresource.native.responses import (
    MOVED,
    PartialState,
    check_response,
    diff_response,
    property_diff,
)
from sjresource.native.values import Properties, path_text, read, write
from sjresource.stack.damage import require_intact
from sjresource.stack.diff import means_the_same
from sjresource.stack.identity import identity_tag, name_of
from sjresource.stack.inputs.secret_paths import PROPERTY as SECRET_PATHS
from sjresource.stack.inputs.secret_paths import hides_more
from sjresource.stack.pulumi_cli.terminal import narrow_words
from sjresource.stack.spelling.resources import SPELLINGS, identity_of
from sjresource.stack.spelling.words import native_words
from sjresource.status.failure_report import recorded_failures
from sjresource.status.masking import Mask
from sjresource.waiting.options import options_of
from sjresource.waiting.outcome import is_settled
from sjresource.waiting.record import fill_in_recorded, record

if TYPE_CHECKING:
    from collections.abc import Container, Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from sjresource.native.context import ProviderContext
    from sjresource.waiting.options import WaitOptions

_SPELLING = SPELLINGS[COMPLETION]

_COMPARED = (*WAYS, "minSucceeded")


class Completions:
    """All completions of one provider."""

    def __init__(self, context: ProviderContext) -> None:
        self._context = context
        self._waits = CompletionWaits(context)

    def check(self, request: Any) -> Any:
        """Check the arguments; AWS is not asked."""
        given = read(request.news)
        account = account_problems(self._context.configuration.settings)
        problems = [*argument_problems(given), *map(config_problem, account)]
        reasons = [f"{each.path} {each.reason}" for each in problems]
        return check_response(request.news, reasons)

    def diff(self, request: Any) -> Any:
        """Show an update if there is another outcome to record, or none that is for good."""
        state, wanted = read(request.olds), read(request.news)
        olds, news = state.values, wanted.values
        _require_intact(request.id, olds)
        recorded = recorded_in(olds)
        if "__provider" in {**olds, **read(request.old_inputs).values}:
            self._context.explain(request.urn, MOVED)
            return diff_response({}, is_rewritten=True)
        if detailed := _changes(olds, news) or _unsettled(olds, news, recorded):
            return diff_response(detailed)
        outcome = recorded.get("outcome") or {}
        mask = Mask(_secrets_of(self._known_jobs(request.urn, news)))
        left_out = self._left_out(jobs_of(news))
        self._warn_of_recorded(request.urn, outcome, mask, left_out)
        # Without a path: of one that it is given, the engine shows the value that is in the state.
        hides = _hides_arguments(state, wanted)
        is_rewritten = quotes_secrets(state, mask) or hides_words(state, left_out)
        return diff_response({}, is_rewritten=is_rewritten, hides_inputs=hides)

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
        _require_intact(request.id, olds.values)
        recorded = recorded_in(olds.values)
        marked = {each for each in secret_members(olds) if each[0] not in self._context.jobs}
        if request.preview:
            state = Properties(all_unknown(news.values), news.secrets)
            is_same = jobs_of(news.values) == recorded.get("jobs")
            if is_same and _is_settled(recorded, _options_in(news.values)):
                mask = Mask(_secrets_of(self._known_jobs(request.urn, news.values)))
                left_out = self._left_out(jobs_of(news.values))
                state = state_of(news, recorded["outcome"], mask, marked, left_out)
            return proto.UpdateResponse(properties=write(*state))
        state = self._completed(request, news, request.id, recorded, marked)
        return proto.UpdateResponse(properties=write(*state))

    def read(self, request: Any) -> Any:
        """Return the record as it is; AWS has nothing to refresh it with.

        Raises:
            RequestFailed: there are no inputs: it is to be imported, or read by `get`.
        """
        if not read(request.inputs).values:
            nothing = "it can't be imported or read: AWS has no such thing"
            advice = "declare it, and the next `pulumi up` waits, or call getServiceJob"
            raise RequestFailed("reading", "ServiceJobCompletion", request.id, nothing, advice)
        return proto.ReadResponse(
            id=request.id, properties=request.properties, inputs=request.inputs
        )

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
        secrets, left_out = _secrets_of(seen), self._left_out(jobs)
        mask = Mask(secrets)
        news = {
            "jobs": jobs,
            "min_succeeded": options.min_succeeded,
            "on_failure": "record" if options.records_failures else None,
            "secret_values": secrets,
        }
        try:
            is_settled = olds.get("jobs") == jobs and _is_settled(olds, options)
            if is_settled and not olds["outcome"].get("unread"):
                result = WaitResult(olds["statuses"])
            else:
                named = list(zip(jobs, seen, strict=True))
                result = self._waits.wait(request, named, options, mask, left_out)
        except Cancelled:
            why = "the wait was cancelled, the jobs go on; the next `pulumi up` waits on"
            kept = state_of(inputs, olds.get("outcome"), mask, marked, left_out)
            raise PartialState(id_, kept, inputs, why) from None
        filled, failures = fill_in_recorded(olds, {**news, "statuses": result.statuses})
        failure = result.failure or (failures[0].reason if failures else "")
        recorded = record(
            regional_clients(self._context.configuration.settings),
            {**filled, "secret_values": ()},
            olds,
            SYSTEM_CLOCK._replace(sleep=self._context.cancellation.sleep),
        )
        outcome = with_words_kept(recorded["outcome"], olds.get("outcome"), self._context.jobs)
        state = state_of(inputs, outcome, mask, marked, left_out)
        if failure:
            raise PartialState(id_, state, inputs, mask.text(native_words(failure)))
        self._warn_of_recorded(request.urn, outcome, mask, left_out)
        return state

    def _warn_of_recorded(
        self, urn: str, outcome: Mapping[str, Any], mask: Mask, left_out: Container[str]
    ) -> None:
        """Warn in every preview and `up` of recorded failures, and of what the record lacks."""
        for line in recorded_failures(without_words(outcome, left_out)):
            self._context.warn(urn, mask.text(line))

    def _left_out(self, jobs: Sequence[Any]) -> set[str]:
        """Return the jobs of whose arguments this provider is told nothing, but may have secrets.

        The operation may leave them out, or they are another provider's of the program.
        """
        unknown = {job for job in jobs if not is_unknown(job) and job not in self._context.jobs}
        if unknown and not self._context.command_line().names_targets:
            return unknown & self._context.noted_to_hide()
        return unknown

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


def _require_intact(id_: str, values: Mapping[str, Any]) -> None:
    is_native = "__provider" not in values
    require_intact(_SPELLING.name, id_, _SPELLING.to_core(values) if is_native else values)


def _secrets_of(jobs: Sequence[KnownJob]) -> list[str]:
    """Return what is secret among the jobs' arguments; of a job from elsewhere nothing is."""
    return sorted({text for each in jobs for text in each.secrets})


def _hides_arguments(state: Properties, news: Properties) -> bool:
    before, now = list(state.secrets), list(news.secrets)
    return hides_more({SECRET_PATHS: before}, {**news.values, SECRET_PATHS: now})


def _changes(olds: Mapping[str, Any], news: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is to be recorded anew, as a detailed diff."""
    pairs = {name: (olds.get(name), news.get(name)) for name in _COMPARED}
    changed = [name for name, pair in pairs.items() if not means_the_same(*pair)]
    if named_jobs(olds) == named_jobs(news):  # one job may be given in each of the three ways
        changed = [name for name in changed if name not in WAYS]
    detailed = {
        path_text(leaf.path): property_diff(leaf.kind)
        for leaf in changed_leaves(_SPELLING, olds, news, changed=changed)
    }
    if olds.get("unread"):
        detailed["unread"] = property_diff("DELETE", in_inputs=False)
    return detailed


def _unsettled(
    olds: Mapping[str, Any], news: Mapping[str, Any], recorded: Mapping[str, Any]
) -> dict[str, Any]:
    """Return that the wait goes on, as a detailed diff: it has failed, or was cancelled.

    The engine knows it as well, until a refresh makes it forget that.
    """
    if _is_settled(recorded, _options_in(news)):
        return {}
    was, wanted = (each.get("onFailure") or "raise" for each in (olds, news))
    changed = [] if was == wanted else ["onFailure"]
    leaves = changed_leaves(_SPELLING, olds, news, changed=changed)
    return {
        **{path_text(leaf.path): property_diff(leaf.kind) for leaf in leaves},
        "status": property_diff("UPDATE", in_inputs=False),
    }


def _is_settled(olds: Mapping[str, Any], options: WaitOptions) -> bool:
    """Return whether there is a record, and no job can change it any more."""
    return bool(olds.get("outcome")) and is_settled(
        olds.get("statuses") or [],
        options.min_succeeded,
        records_failures=options.records_failures,
    )


def _options_in(values: Mapping[str, Any]) -> WaitOptions:
    """Return the options of inputs; what a preview does not know yet is as if it were not given."""
    return options_of(
        _SPELLING.to_core({name: each for name, each in values.items() if not is_unknown(each)})
    )

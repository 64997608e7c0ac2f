"""Everything that is checked of a service job at preview, in one place.

Offline: the whole request against the models and AWS's documents. Live: the queue, once for each
queue and preview, and only for a job that would be submitted. A finished job is never asked about.
"""

from __future__ import annotations

import sys
import time
from functools import partial
from typing import TYPE_CHECKING, Any

from sjresource.aws.arn import parse_arn
from sjresource.aws.clients import account_refusal, batch_client
from sjresource.aws.payload import is_unknown
from sjresource.aws.session import OPTIONAL_TIMEOUTS
from sjresource.checks.failures import check_result
from sjresource.checks.preflight.job import findings
from sjresource.checks.preflight.managed_here import PROPERTY as MANAGED_HERE
from sjresource.checks.preflight.queue_facts import are_this_stacks, ask_at_all, look_up
from sjresource.checks.preflight.unasked import unasked
from sjresource.checks.rules.instance_hours import with_instance_hours
from sjresource.checks.rules.requests import failing, job_problems
from sjresource.checks.values.kept_answers import KeptAnswers
from sjresource.checks.values.lookups import holds_unknown, with_known
from sjresource.checks.warnings.in_plugin import KEPT_SECONDS, LET_PASS, MANAGED, tell
from sjresource.errors import SjresourceError
from sjresource.problem import Problem
from sjresource.stack.diff import find_changes

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pulumi.dynamic import CheckResult

    from sjresource.aws.batch import BatchClient
    from sjresource.aws.settings import Checking, Settings
    from sjresource.checks.preflight.job import Finding
    from sjresource.checks.preflight.queue_facts import QueueFacts
    from sjresource.stack.diff import Rules

    Properties = Mapping[str, Any]

_ANY_QUEUE = "sjresource"
"""Asked for where the queue is still to be made: whether AWS can be asked, and not what it says."""


class Memory:
    """What one preview has been told by AWS, and has told the user, for half a minute.

    The process of the engine's plugin serves one preview or one update, in several threads, and a
    replacement is checked twice.
    """

    def __init__(self) -> None:
        self.facts: KeptAnswers[QueueFacts | None] = KeptAnswers(time.monotonic, KEPT_SECONDS)
        self.told: KeptAnswers[int] = KeptAnswers(time.monotonic, KEPT_SECONDS)
        self.undecided: set[str] = set()
        """Identities of jobs that may turn out to be unchanged once everything is known."""


_memory = Memory()


def would_be_submitted(
    rules: Rules, olds: Properties, news: Properties, memory: Memory = _memory
) -> bool:
    """Tell whether a job is certain to be submitted: it is new, or what is known has changed.

    A preview takes what is unknown for a change; the finished job may stay, and its queue is no
    matter until the update knows. The engine checks what it takes for a replacement twice, and the
    second time without the old inputs.
    """
    identity = str(news.get("identity"))
    if not olds:
        return not (identity in memory.undecided and holds_unknown(news))
    memory.undecided.discard(identity)
    if find_changes(rules, olds, with_known(olds, news)).replaces:
        return True
    if find_changes(rules, olds, news).replaces:
        memory.undecided.add(identity)
    return False


def check_job(
    settings: Settings,
    checking: Checking,
    properties: Properties,
    *,
    would_be_submitted: bool,
    checked_before: bool = False,
    memory: Memory = _memory,
) -> CheckResult:
    """Check a job's arguments, and add what the preview shows of its cost.

    Arguments that were `checked_before` are not held against the models again: a preview without
    changes does not even load them.

    What the same `up` may be about to repair is written to stderr, which the engine shows to the
    user: a check has no other way to warn.
    """
    problems = account_problems(settings)
    if not checked_before:
        found = job_problems(properties, settings.region)
        problems.extend(failing(found, lenient=checking.lenient))
    asks = not (problems and is_unknown(properties.get("job_queue")))  # else for nothing
    if would_be_submitted and checking.preflight and asks:
        for problem, repairable in _preflight(settings, properties, memory):
            if repairable or checking.lenient:
                why = MANAGED if repairable else LET_PASS
                tell("ServiceJob", properties, problem, why, memory.told)
            else:
                problems.append(problem)
    return check_result(with_instance_hours(properties), problems)


def account_problems(settings: Settings) -> list[Problem]:
    """Return what is wrong with the account; STS is asked once, and only if the config names any.

    Never let pass by `validation: warn`: no call is made for an account that is not allowed.
    """
    refusal = account_refusal(settings)
    return [Problem("aws:", refusal, unsendable=True)] if refusal else []


def _preflight(
    settings: Settings, properties: Properties, memory: Memory
) -> Iterator[tuple[Problem, bool]]:
    """Give each live problem, and whether this program manages something that could cure it."""
    queue = properties.get("job_queue")
    if is_unknown(queue):
        tell_if_unasked(settings, memory)
        return
    if not isinstance(queue, str) or not queue:
        return
    arn = parse_arn(queue)
    region = arn.region if arn else settings.region
    unanswered = partial(_tell_unanswered, settings, memory)
    try:
        client = batch_client(settings, region, OPTIONAL_TIMEOUTS)
    except SjresourceError as error:  # no region, no such profile: the update will fail
        unanswered(error)
        return
    facts = memory.facts.get((settings, region, queue), lambda: look_up(client, queue, unanswered))
    for finding in findings(facts, properties) if facts else ():
        yield (
            Problem(finding.path, finding.reason),
            _is_managed(client, finding, properties),
        )


def tell_if_unasked(settings: Settings, memory: Memory = _memory) -> None:
    """Say why AWS can't be asked where it can't, once in a preview, whatever there is to ask about.

    So it is with what is still to be made, and with what goes into a queue that is.
    """
    unanswered = partial(_tell_unanswered, settings, memory)

    def ask() -> None:
        try:
            client = batch_client(settings, settings.region, OPTIONAL_TIMEOUTS)
        except SjresourceError as error:
            unanswered(error)
        else:
            ask_at_all(client, _ANY_QUEUE, unanswered)

    memory.facts.get((settings, settings.region, _ANY_QUEUE), ask)


def _tell_unanswered(settings: Settings, memory: Memory, error: SjresourceError) -> None:
    said = unasked(error, settings)
    if said:
        memory.told.get(said, partial(sys.stderr.write, f"warning: {said}\n"))


def _is_managed(client: BatchClient, finding: Finding, properties: Properties) -> bool:
    """Tell whether a thing behind a finding is this program's, by its mark or by the program."""
    if finding.things and properties.get(MANAGED_HERE):
        return True
    return are_this_stacks(client, finding.things, properties.get("identity"))

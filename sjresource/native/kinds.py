"""The six resources of the native provider: which core class lives for each, and its names.

What a resource is asked and told is spelled by `stack/spelling/`. A text of the core that names
arguments is spelled here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from sjresource.aws.arn import name_in
from sjresource.checks.failures import CONFIG, ProblemFailure
from sjresource.native.values import path_text
from sjresource.problem import Problem
from sjresource.resources.job.job_outputs import OUTPUTS
from sjresource.resources.job_queue import JobQueueProvider
from sjresource.resources.quota_share import QuotaShareProvider
from sjresource.resources.scheduling_policy import SchedulingPolicyProvider
from sjresource.resources.service_environment import ServiceEnvironmentProvider
from sjresource.resources.service_job import RULES as JOB_RULES
from sjresource.resources.service_job import ServiceJobProvider
from sjresource.stack.spelling.names import steps_of
from sjresource.stack.spelling.resources import PAYLOAD, SPELLINGS, TYPED, UNTYPED
from sjresource.stack.spelling.words import camel_case, native_words
from sjresource.vocabulary import NATIVE_PREFIX

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import TypeAlias

    from pulumi.dynamic import CheckFailure

    from sjresource.resources.named_provider import NamedResourceProvider
    from sjresource.stack.diff import Rules
    from sjresource.stack.spelling.names import Names
    from sjresource.stack.spelling.resources import Spelling

    Core: TypeAlias = NamedResourceProvider | ServiceJobProvider

JOB = f"{NATIVE_PREFIX}ServiceJob"
COMPLETION = f"{NATIVE_PREFIX}ServiceJobCompletion"

_NO_PAYLOAD = Problem(PAYLOAD, "is required", unsendable=True)


@dataclass(frozen=True)
class NativeKind:
    """One of the resources that AWS has.

    Attributes:
        token: its type.
        provider: the core class.
        rules: what a change of a property means.
        operation: AWS's, that makes it.
        outputs: what AWS tells of it, in the core's names.
        replaced_first: whether its replacement is made before it is deleted.
    """

    token: str
    provider: type[Core]
    rules: Rules
    operation: str
    outputs: tuple[str, ...]
    derived: Mapping[str, str]
    """What its id says: the native names of the ARN, and of the name that ends it."""
    replaced_first: bool = False

    @property
    def is_job(self) -> bool:
        """Whether it is a job; the others are a queue, or what a queue is made of."""
        return self.token == JOB

    @property
    def spelling(self) -> Spelling:
        """How it is spelled."""
        return SPELLINGS[self.token]

    @property
    def noun(self) -> str:
        """What AWS calls it."""
        return self.spelling.name

    def of_id(self, id_: str) -> dict[str, Any]:
        """Return the outputs that the id tells."""
        told = {"arn": id_, "name": name_in(id_)}
        return {name: told[what] for name, what in self.derived.items()}

    def native_problem(self, problem: Problem, *, typed: bool) -> Problem:
        """Return a problem as the schema spells it."""
        if problem.path == CONFIG:
            return config_problem(problem)
        path = path_text(self.spelling.native_path(steps_of(problem.path), typed=typed))
        return problem._replace(path=path, reason=self.native_text(problem.reason, typed=typed))

    def failure_text(self, failure: CheckFailure, *, typed: bool) -> str:
        """Return a failure of the core's check as the schema spells it, path and reason."""
        if not isinstance(failure, ProblemFailure):
            return self.native_text(failure.reason, typed=typed)
        if failure.problem == _NO_PAYLOAD:
            return f"{TYPED} is required; or give {UNTYPED}, in AWS's own names"
        problem = self.native_problem(failure.problem, typed=typed)
        return f"{problem.path} {problem.reason}"

    def native_text(self, text: str, *, typed: bool = True) -> str:
        """Return a text with the names of arguments, settings and values as they are here."""

        def payload(found: re.Match[str]) -> str:
            steps = steps_of(found[0])
            return path_text(self.spelling.native_path(steps, typed=typed))

        def name(found: re.Match[str]) -> str:
            return camel_case(found[0]) if found[0] in self._core_names else found[0]

        spelled = _PAYLOAD_PATH.sub(payload, text)
        return native_words(_SNAKE.sub(name, spelled))

    @cached_property
    def _core_names(self) -> frozenset[str]:
        return frozenset(_core_names(self.spelling.names))


def config_problem(problem: Problem) -> Problem:
    """Return a problem of the settings as they are called here."""
    return problem._replace(path="sjresource:", reason=native_words(problem.reason))


_PAYLOAD_PATH = re.compile(rf"\b{PAYLOAD}(?:\.\w+|\[\d+\])*")
_SNAKE = re.compile(r"\b[a-z]+(?:_[a-z]+)+\b")


def _core_names(names: Names) -> Iterator[str]:
    for core, within in names.members.values():
        if core != PAYLOAD:
            yield core
            yield from _core_names(within)
    if names.items is not None:
        yield from _core_names(names.items)


def _named(
    provider: type[NamedResourceProvider], name: str, *, replaced_first: bool = False
) -> NativeKind:
    kind = provider.kind
    return NativeKind(
        NATIVE_PREFIX + kind.noun,
        provider,
        provider.rules,
        kind.create,
        provider.outputs,
        {kind.arn: "arn", name: "name"},
        replaced_first=replaced_first,
    )


KINDS = {
    kind.token: kind
    for kind in (
        _named(ServiceEnvironmentProvider, "serviceEnvironmentName", replaced_first=True),
        _named(JobQueueProvider, "jobQueueName"),
        _named(SchedulingPolicyProvider, "name", replaced_first=True),
        _named(QuotaShareProvider, "quotaShareName"),
        NativeKind(
            JOB,
            ServiceJobProvider,
            JOB_RULES,
            "SubmitServiceJob",
            OUTPUTS,
            {"jobArn": "arn", "jobId": "name"},
        ),
    )
}
"""By type token; a completion is another matter, since AWS has none."""

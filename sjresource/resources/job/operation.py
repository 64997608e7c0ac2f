"""What one operation of the engine has seen and done of jobs, in the plugin's own process."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from concurrent.futures import Future


@dataclass
class JobsOfOperation:
    """The jobs of one operation; the engine's calls of a provider share it, each in a thread."""

    released: set[str] = field(default_factory=set)
    """ARNs of the jobs that it has ended."""
    taken_over: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    """Who has taken over which jobs in a create, and when, by ARN."""
    owners: dict[str, str] = field(default_factory=dict)
    """The identities of the jobs that it has submitted, or found in the state under a name that has
    not changed, by ARN."""
    next_runs: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    """The arguments of the runs that follow jobs, by the ARN of the job."""
    listed: dict[str, Future[Sequence[Mapping[str, Any]]]] = field(default_factory=dict)
    """The jobs of the names of runs that are about to be created, by identity."""

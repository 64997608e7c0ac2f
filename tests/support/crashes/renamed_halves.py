"""Two stacks of one program beside each other, and what must hold of what they have in Batch.

What each state names is held against Batch after each step; see `Ledger.watched`.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from deployed import deployed
from job_stack import JobStack, jobs_in_state, rooms_in_state

from sjresource.orphans import orphans_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from fronts import Front
    from pulumi_stack import PulumiStack

NAMES = ("ant", "bee", "cat", "dog")
STACKS = ("dev", "prod", "test", "lab")


@dataclass
class Half:
    """One of the two stacks, and what its user knows."""

    stack: PulumiStack
    front: Front
    """That of its program, from the next `up` on."""
    declared: dict[str, dict[str, Any]] = field(default_factory=dict)
    missed: dict[str, dict[str, str]] = field(default_factory=dict)
    """Jobs that were submitted for what is declared, and that the state doesn't have: the run by
    the ARN, by the resource's name. They were lost in a create, or with the state."""
    earlier: tuple[str, str] | None = None
    """The stack's name and its whole state some steps ago."""

    @property
    def jobs(self) -> dict[str, str]:
        """The ARNs of the jobs that the state has, by name."""
        return jobs_in_state(self.stack)

    @property
    def everything(self) -> set[str]:
        """The ARNs of all that the state has, environments too."""
        return {*self.jobs.values(), *rooms_in_state(self.stack).values()}

    def lost_before_aliases(self, name: str) -> set[str]:
        """Return the jobs of lost creates under names that a resource had.

        The native provider is not told aliases: what was lost under an old name stays there, for
        whoever takes the name, and for the dynamic resource, which is told.
        """
        former = self.declared[name].get("opts", {}).get("aliases", [])
        return {arn for old in former for arn in self.missed.get(old, {})}

    def miss(self, name: str, arn: str, run: str) -> None:
        """Note a job that the state ought to have."""
        self.missed.setdefault(name, {})[arn] = run


class Ledger:
    """What Batch has, which run each job is of, and everything that was wrong."""

    def __init__(self, jobs: JobStack, halves: tuple[Half, Half]) -> None:
        self.done: Counter[str] = Counter()
        self.wrong: list[str] = []
        self.by_hand: set[str] = set()
        """What is in both states because an old one was put back."""
        self.runs: dict[str, str] = {}
        """Which run each job was submitted for, by its ARN."""
        self._jobs = jobs
        self._halves = halves

    def watched(self, half: Half, step: Callable[[Half], None]) -> None:
        """Do a step, and look what it ended or changed, and what states and `orphans` know."""
        before, had = self._owners(), half.everything
        other = self.other(half)
        theirs = {
            arn
            for arn in other.everything
            if arn not in had or before.get(arn) in (None, other.stack.name)
        }
        rooms = self._rooms()
        live = set(self._jobs.all_live())
        name = step.__name__.strip("_")
        self.done[name] += 1
        step(half)
        told = f"{name} of {half.stack.name}"
        ended = live - set(self._jobs.all_live())
        self._complain(f"{told} ended", {arn for arn in ended if arn not in had or arn in theirs})
        now = self._rooms()
        changed = {arn for arn in rooms if rooms[arn] != now.get(arn)}
        self._complain(f"{told} changed", changed & theirs)
        twice = half.everything & other.everything
        self._complain(f"{told}: in two states", twice - self.by_hand)
        self._complain(f"{told}: nobody names", set(self._jobs.all_live()) - self._known())

    def judge(self, half: Half, before: set[str], had: dict[str, str]) -> None:
        """Look where each job comes from that the state has now and had not before."""
        for name, arn in half.jobs.items():
            if had.get(name) == arn or name not in half.declared:
                continue
            run, missed = run_of(half.declared[name]), half.missed.pop(name, {})
            found = {*missed, *half.lost_before_aliases(name)}
            of_this_run = {each for each, its in missed.items() if its == run}
            of_this_run -= self.other(half).everything  # its user was asked, and adopted it
            if arn not in before:
                self._complain(f"{name} of {half.stack.name} ran again beside", of_this_run)
                self.runs[arn] = run
            adopted = half.declared[name].get("adopt_job_id", "-") in arn
            if arn in before and not adopted and arn not in {*found, *had.values()}:
                self._complain(f"{name} of {half.stack.name} took", {arn})
            self.done["found again" if arn in before else "submitted"] += 1

    def kept(self, half: Half, before: dict[str, str]) -> None:
        """Look whether a stack that has changed its front has the jobs that are still wanted."""
        theirs, now = self.other(half).everything, half.jobs
        for name, arn in before.items():
            is_wanted = name in half.declared and self.runs[arn] == run_of(half.declared[name])
            if is_wanted and arn not in theirs and now.get(name) != arn:
                self._complain(f"{name} of {half.stack.name}: its other front left", {arn})

    def other(self, half: Half) -> Half:
        """Return the other stack."""
        one, other = self._halves
        return other if half is one else one

    def all_jobs(self) -> set[str]:
        """Return the ARNs of all jobs, whatever has become of them."""
        return {arn for name in NAMES for arn in self._jobs.in_batch(name)}

    def _owners(self) -> dict[str, str]:
        """Return the stack that the tags of each live job and each environment name."""
        batch = self._jobs.cloud.batch
        details = [batch.describe_service_job(jobId=arn) for arn in self._jobs.all_live()]
        tags = {detail["jobArn"]: detail["tags"] for detail in details}
        tags |= {arn: room["tags"] for arn, room in self._rooms().items()}
        marks = {arn: each.get("sjresource:identity", "//") for arn, each in tags.items()}
        return {arn: mark.split("/")[2] for arn, mark in marks.items()}

    def _rooms(self) -> dict[str, dict[str, Any]]:
        """Describe each environment that a stack made, as it is to stay."""
        pages = self._jobs.cloud.batch.get_paginator("describe_service_environments").paginate()
        rooms = [room for page in pages for room in page["serviceEnvironments"]]
        kept = ("capacityLimits", "state", "tags")
        return {
            room["serviceEnvironmentArn"]: {key: room[key] for key in kept}
            for room in rooms
            if room.get("tags") and room["status"] != "DELETING"
        }

    def _known(self) -> set[str]:
        """Return the jobs that a state has, or that `orphans` of one of the stacks lists.

        A stack may be asked for by a name that it had before.
        """
        known = {arn for half in self._halves for arn in half.jobs.values()}
        for half in self._halves:
            for name in STACKS:
                known |= {orphan.arn for orphan in orphans_of(deployed(half.stack, name))}
        return known

    def _complain(self, what: str, about: Iterable[str]) -> None:
        self.wrong += [f"{what} {arn}" for arn in about]


def run_of(declared: dict[str, Any]) -> str:
    """Return what makes a declared run another one."""
    return json.dumps(declared.get("triggers"))

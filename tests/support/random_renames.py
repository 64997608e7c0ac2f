"""Two stacks of one program whose stacks, resources and states change hands, and what must hold.

A step is what a user does to one of the stacks. After each, Batch and both states are held against
each other: see `Renames.wrong`.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

from job_stack import JobStack, jobs_in_state
from pulumi_cli import holds_within
from victims import PLUGIN, kill_in_up

from sjresource.orphans import orphans_of
from sjresource.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

    from engine_fixtures import NewStack
    from held_calls import HeldCalls
    from pulumi_cli import Outcome
    from pulumi_stack import PulumiStack

    from sjresource.deployed_stack import DeployedStack

NAMES = ("ant", "bee", "cat", "dog")
STACKS = ("dev", "prod", "test", "lab")
ASKED = "is a run of this very request"
ANOTHERS = "of a Pulumi stack by now"


@dataclass
class Half:
    """One of the two stacks, and what its user knows."""

    stack: PulumiStack
    declared: dict[str, dict[str, Any]] = field(default_factory=dict)
    missed: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Jobs that were submitted for what is declared, and that the state doesn't have: the run and
    the ARN, by the resource's name. They were lost in a create, or with the state."""
    earlier: tuple[str, str] | None = None
    """The stack's name and its whole state some steps ago."""


class Renames:
    """Steps, drawn or chosen, and everything that was wrong after them."""

    def __init__(self, held: HeldCalls, new_stack: NewStack, random: Random) -> None:
        self.done: Counter[str] = Counter()
        self.wrong: list[str] = []
        self._held = held
        self._random = random
        self._jobs = JobStack(held.cloud, new_stack, name=STACKS[0])
        self._runs = 0
        self._by_hand: set[str] = set()
        first = self._jobs.stack
        self._halves = (Half(first), Half(first.sibling(STACKS[1])))

    def play(self, steps: int) -> list[str]:
        """Do so many steps, each followed by an `up` half of the time; return what was done."""
        told = []
        for _ in range(steps):
            half = self._random.choice(self._halves)
            step = self._random.choice(self._possible(half))
            if step != self._roll_back and self._random.random() < 0.5:
                half.earlier = (half.stack.name, half.stack.checkpoint_file.read_text())
            told.append(f"{step.__name__.strip('_')} {half.stack.name}")
            self._watched(half, step)
            if self._random.random() < 0.5:
                self._watched(half, self._up)
        for half in self._halves:
            self._watched(half, self._up)
        return told

    def _possible(self, half: Half) -> list[Callable[[Half], None]]:
        state, free = self._in_state(half), [n for n in NAMES if n not in half.declared]
        other = self._other(half)
        movable = set(state) - set(self._in_state(other)) - set(other.declared)
        settled = set(state) == set(half.declared) and not half.missed
        steps: list[Callable[[Half], None]] = [self._up, self._rename_stack]
        steps += [self._declare, self._declare] if free else []
        steps += [self._alias, self._lose_state] if set(state) & set(half.declared) and free else []
        steps += [self._lose_create, self._lose_create] if free and settled else []
        steps += [self._move, self._move] if movable & set(half.declared) else []
        steps += [self._destroy] if state else []
        if half.earlier and half.earlier[0] == half.stack.name:
            steps += [self._roll_back, self._roll_back]
        return steps

    def _watched(self, half: Half, step: Callable[[Half], None]) -> None:
        """Do a step, and look what it ended, and what both states and `orphans` know."""
        before, owners = set(self._jobs.all_live()), self._owners()
        had, others = (
            set(self._in_state(half).values()),
            set(self._in_state(self._other(half)).values()),
        )
        self.done[step.__name__.strip("_")] += 1
        step(half)
        for arn in before - set(self._jobs.all_live()):
            theirs = arn in others and owners.get(arn) == self._other(half).stack.name
            if arn not in had or theirs:
                self._complain(f"{step.__name__} of {half.stack.name} ended {arn}")
        twice = set(self._in_state(half).values()) & set(self._in_state(self._other(half)).values())
        if twice - self._by_hand:
            self._complain(f"{step.__name__} of {half.stack.name}: in two states: {twice}")
        unknown = set(self._jobs.all_live()) - self._known()
        if unknown:
            self._complain(f"{step.__name__} of {half.stack.name}: nobody names {unknown}")

    def _up(self, half: Half) -> None:
        before, had = self._all(), self._in_state(half)
        self._jobs.declare(**half.declared)
        outcome = half.stack.start("up").wait()
        self._judge(half, before, had)
        self._answer(half, outcome)

    def _judge(self, half: Half, before: set[str], had: dict[str, str]) -> None:
        """Look where each job comes from that the state has now and had not before."""
        for name, arn in self._in_state(half).items():
            if had.get(name) == arn or name not in half.declared:
                continue
            run, missed = half.missed.pop(name, ("", ""))
            same_run = missed in self._jobs.all_live() and run == _run(half.declared[name])
            if arn not in before and same_run:
                self._complain(f"{name} of {half.stack.name} ran again beside {missed}")
            adopted = half.declared[name].get("adopt_job_id", "-") in arn
            if arn in before and arn != missed and not adopted and arn not in had.values():
                self._complain(f"{name} of {half.stack.name} took {arn}")
            self.done["found again" if arn in before else "submitted"] += 1

    def _answer(self, half: Half, outcome: Outcome) -> None:
        """Do what a user does who is asked, or is told that a job is another's by now."""
        others = self._in_state(self._other(half)).values()
        for name in set(half.declared) - set(self._in_state(half)):
            (asked, *_) = [
                arn
                for arn in self._jobs.all_live()
                if f"{arn} {ASKED}" in outcome.stdout and f"ServiceJob ({name})" in outcome.stdout
            ] or [""]
            if not asked:
                continue
            self.done["asked"] += 1
            if asked not in others and self._random.random() < 0.5:
                half.declared[name]["adopt_job_id"] = asked.rpartition("/")[2]
            else:
                half.declared[name]["triggers"] = [self._new_run()]
        if ANOTHERS in outcome.stdout:
            for resource in half.stack.resources().values():
                if resource["id"] in others:
                    half.stack.run("state", "delete", "--yes", resource["urn"])

    def _declare(self, half: Half) -> None:
        """Declare a resource, perhaps one whose name another one had before."""
        name = self._random.choice([name for name in NAMES if name not in half.declared])
        half.declared[name] = {}
        self._up(half)

    def _alias(self, half: Half) -> None:
        """Give a resource another name, with an alias."""
        old = self._random.choice(sorted(set(self._in_state(half)) & set(half.declared)))
        new = self._random.choice([name for name in NAMES if name not in half.declared])
        inputs = half.declared.pop(old)
        half.declared[new] = {**inputs, "opts": {"aliases": [old]}}
        if old in half.missed:
            half.missed[new] = half.missed.pop(old)
        self._up(half)

    def _lose_create(self, half: Half) -> None:
        """Kill the plugin when a job is submitted and the engine hasn't heard of it."""
        name = self._random.choice([name for name in NAMES if name not in half.declared])
        half.declared[name] = {"triggers": [self._new_run()]}
        before = self._all()
        self._jobs.declare(**half.declared)
        self._held.hold("SubmitServiceJob", after_effect=True, count=1)
        cli = self._held.start_up(half.stack)
        holds_within(10, lambda: bool(self._all() - before))
        kill_in_up(cli, PLUGIN)
        cli.wait()
        self._held.let_go()
        self._held.hold_again()
        for arn in self._all() - before - set(self._in_state(half).values()):
            half.missed[name] = (_run(half.declared[name]), arn)

    def _rename_stack(self, half: Half) -> None:
        taken = {each.stack.name for each in self._halves}
        half.stack.rename(self._random.choice([name for name in STACKS if name not in taken]))

    def _move(self, half: Half) -> None:
        """Move a job to the other stack, whose program has it from now on; perhaps both have it."""
        other = self._other(half)
        movable = set(self._in_state(half)) & set(half.declared)
        movable -= set(self._in_state(other)) | set(other.declared)
        name = self._random.choice(sorted(movable))
        places = ("--source", half.stack.name, "--dest", other.stack.name)
        half.stack.run("state", "move", "--yes", *places, half.stack.resources()[name]["urn"])
        other.declared[name] = dict(half.declared[name])
        if self._random.random() < 0.5:
            del half.declared[name]

    def _lose_state(self, half: Half) -> None:
        """Lose what the state has of one resource."""
        name = self._random.choice(sorted(set(self._in_state(half)) & set(half.declared)))
        half.missed[name] = (_run(half.declared[name]), self._in_state(half)[name])
        half.stack.run("state", "delete", "--yes", half.stack.resources()[name]["urn"])

    def _roll_back(self, half: Half) -> None:
        """Put back what the state was some steps ago."""
        _, text = half.earlier or ("", "")
        now = self._in_state(half)
        half.stack.checkpoint_file.write_text(text)
        then = self._in_state(half)
        self._by_hand |= set(then.values()) & set(self._in_state(self._other(half)).values())
        for name in set(now) & set(half.declared):
            if then.get(name) != now[name]:
                half.missed[name] = (_run(half.declared[name]), now[name])

    def _destroy(self, half: Half) -> None:
        outcome = half.stack.start("destroy").wait()
        self._answer(half, outcome)
        half.declared.clear()
        half.missed.clear()

    def _new_run(self) -> str:
        self._runs += 1
        return str(self._runs)

    def _other(self, half: Half) -> Half:
        one, other = self._halves
        return other if half is one else one

    def _in_state(self, half: Half) -> dict[str, str]:
        return jobs_in_state(half.stack)

    def _all(self) -> set[str]:
        return {arn for name in NAMES for arn in self._jobs.in_batch(name)}

    def _owners(self) -> dict[str, str]:
        """Return the stack that each live job's tags name."""
        tags = {
            arn: self._held.cloud.batch.describe_service_job(jobId=arn)["tags"]
            for arn in self._jobs.all_live()
        }
        return {arn: each["sjresource:identity"].split("/")[2] for arn, each in tags.items()}

    def _known(self) -> set[str]:
        """Return the jobs that a state has, or that `orphans` of one of the stacks lists.

        A stack may be asked for by a name that it had before.
        """
        known = {arn for half in self._halves for arn in self._in_state(half).values()}
        for half in self._halves:
            for name in STACKS:
                known |= {orphan.arn for orphan in orphans_of(deployed(half.stack, name))}
        return known

    def _complain(self, what: str) -> None:
        self.wrong.append(what)


def deployed(stack: PulumiStack, name: str) -> DeployedStack:
    """Return the stack as `orphans_of` asks it, under any name and without the CLI."""
    return cast("DeployedStack", _Deployed(stack, name))


class _Deployed:
    """What `orphans_of` asks of a stack, without the CLI."""

    def __init__(self, stack: PulumiStack, name: str) -> None:
        self._stack = stack
        self._name = name

    def qualified_name(self) -> str:
        return f"organization/{self._stack.project}/{self._name}"

    def deployment(self) -> dict[str, Any]:
        return self._stack.state()

    def settings(self) -> Settings:
        environment = self._stack.environment
        return Settings(
            region=environment["AWS_REGION"],
            access_key=environment["AWS_ACCESS_KEY_ID"],
            secret_key=environment["AWS_SECRET_ACCESS_KEY"],
            endpoints=(("batch", environment["AWS_ENDPOINT_URL"]),),
        )


def _run(declared: dict[str, Any]) -> str:
    """Return what makes a declared run another one."""
    return json.dumps(declared.get("triggers"))

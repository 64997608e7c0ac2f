"""Two stacks of one program whose stacks, resources and states change hands.

A step is what a user does to one of the stacks. After each, Batch and both states are held against
each other: see `renamed_halves`. Between steps, jobs end by themselves.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from fronts import DYNAMIC, FRONTS, NATIVE, other_front
from job_stack import JobStack, rooms_in_state
from pulumi_cli import holds_within
from renamed_halves import NAMES, STACKS, Half, Ledger, run_of
from victims import PLUGIN, kill_in_up

from sjresource.stack.identity import RECORDED_TAG

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

    from engine_fixtures import NewStack
    from held_calls import HeldCalls
    from pulumi_cli import Outcome

ASKED = "is a run of this very request"
ANOTHERS = "of a Pulumi stack by now"
ROOM_ASKED = re.compile(
    r"ServiceEnvironment \((\S+?)\): (?:(\S+) exists; a state|one of this name)"
)
REFUSED = "refused"
REFUSAL = {"status": 400, "code": "ClientException", "count": None}

SHORT, LONG = 1000.0, 1_000_000.0
"""Seconds that a job runs: `_end_jobs` lets the short ones end, and the others never do."""


class Renames:
    """Steps, drawn or chosen."""

    def __init__(self, held: HeldCalls, new_stack: NewStack, random: Random) -> None:
        self._held = held
        self._random = random
        one, other = random.sample(FRONTS, 2)
        self._jobs = JobStack(held.cloud, new_stack, one, name=STACKS[0])
        self._runs = 0
        first = self._jobs.stack
        self._halves = (Half(first, one), Half(first.sibling(STACKS[1]), other))
        self.ledger = Ledger(self._jobs, self._halves)

    def play(self, steps: int) -> list[str]:
        """Do so many steps, each followed by an `up` half of the time; return what was done.

        Two jobs are there before the first one.
        """
        told: list[str] = []
        self._add(self._halves[0])
        self._add(self._halves[0])
        self.ledger.watched(self._halves[0], self._up)
        for _ in range(steps):
            half = self._random.choice(self._halves)
            step = self._random.choice(self._possible(half))
            if step != self._roll_back and self._random.random() < 0.5:
                half.earlier = (half.stack.name, half.stack.checkpoint_file.read_text())
            told += [*self._end_jobs(), f"{step.__name__.strip('_')} {half.stack.name}"]
            self.ledger.watched(half, step)
            if self._random.random() < 0.5:
                told += [*self._end_jobs(), "up"]
                self.ledger.watched(half, self._up)
        for half in self._halves:
            self.ledger.watched(half, self._up)
        return told

    def _possible(self, half: Half) -> list[Callable[[Half], None]]:
        state, free = set(half.jobs), [n for n in NAMES if n not in half.declared]
        declared = set(half.declared)
        steps: list[Callable[[Half], None]] = [self._up, self._rename_stack]
        steps += [self._declare, self._declare] if free else []
        steps += [self._alias] if declared and free else []
        steps += [self._run_anew, self._fail_beside] if state & declared else []
        steps += [self._lose_state, self._lose_state] if state & declared else []
        steps += [self._lose_create, self._lose_create] if free and self._is_settled(half) else []
        steps += [self._move, self._move] if self._movable(half) else []
        steps += [self._destroy] if state else []
        steps += [self._change_front] if state else []
        if half.earlier and half.earlier[0] == half.stack.name:
            steps += [self._roll_back, self._roll_back]
        return steps

    def _is_settled(self, half: Half) -> bool:
        """Return whether an `up` has nothing to do for what is declared."""
        runs = {name: self.ledger.runs.get(arn) for name, arn in half.jobs.items()}
        wanted = {name: run_of(declared) for name, declared in half.declared.items()}
        rooms = {room(name) for name in half.declared}
        return runs == wanted and rooms == set(rooms_in_state(half.stack)) and not half.missed

    def _end_jobs(self) -> list[str]:
        """Let the jobs that are short end, half of the time; draw how long the next ones run."""
        ends = self._random.random() < 0.5
        if ends:
            self._held.cloud.control.advance(2 * SHORT)  # also those that have yet to begin
            self.ledger.done["end_jobs"] += 1
        self._held.cloud.script(running=self._random.choice((SHORT, LONG)))
        return ["end jobs"] if ends else []

    def _up(self, half: Half) -> None:
        self._forget_renamed(half)
        before, had = self.ledger.all_jobs(), half.jobs
        self._write(half)
        self.ledger.done[f"up, {half.front}"] += 1
        outcome = half.stack.start("up").wait()
        self.ledger.judge(half, before, had)
        self._answer(half, outcome)

    def _write(self, half: Half) -> None:
        self._jobs.front = half.front
        self._jobs.declare(**half.declared)

    def _change_front(self, half: Half) -> None:
        """Move the whole stack to the other front, by its program alone."""
        before = half.jobs
        half.front = other_front(half.front)
        self._up(half)
        self.ledger.kept(half, before)

    def _answer(self, half: Half, outcome: Outcome) -> None:
        """Do what a user does who is asked, or is told that something is another's by now."""
        answered = self._answer_of_jobs(half, outcome) + self._answer_of_rooms(half, outcome)
        if ANOTHERS in outcome.stdout:
            answered += 1
            others = self.ledger.other(half).everything
            for resource in half.stack.resources().values():
                if resource["id"] in others:
                    half.stack.run("state", "delete", "--yes", resource["urn"])
        if "NotFound" in outcome.stdout and not answered:
            half.stack.start("refresh").wait()

    def _answer_of_jobs(self, half: Half, outcome: Outcome) -> int:
        others, answered = self.ledger.other(half).everything, 0
        for name in set(half.declared) - set(half.jobs):
            (asked, *_) = [
                arn
                for arn in sorted(self.ledger.all_jobs())
                if f"{arn} {ASKED}" in outcome.stdout and f"ServiceJob ({name})" in outcome.stdout
            ] or [""]
            if not asked:
                continue
            answered += 1
            self.ledger.done["asked"] += 1
            if asked not in others | half.everything and self._random.random() < 0.5:
                half.declared[name]["adopt_job_id"] = asked.rpartition("/")[2]
            else:
                self._want_new_run(half, name)
        return answered

    def _answer_of_rooms(self, half: Half, outcome: Outcome) -> int:
        others, found = self.ledger.other(half).everything, ROOM_ASKED.findall(outcome.stdout)
        for environment, arn in set(found):
            self.ledger.done["asked of a room"] += 1
            if arn and arn not in others and self._random.random() < 0.5:
                self._held.cloud.batch.untag_resource(resourceArn=arn, tagKeys=[RECORDED_TAG])
                continue
            for name in set(half.declared) - {REFUSED}:
                if environment.startswith(room(name)):
                    half.declared[name]["room"]["name"] = f"{room(name)}-{self._new_run()}"
        return len(found)

    def _declare(self, half: Half) -> None:
        """Declare a resource, perhaps one whose name another one had before."""
        self._add(half)
        self._up(half)

    def _add(self, half: Half, **inputs: Any) -> str:
        name = self._random.choice([name for name in NAMES if name not in half.declared])
        half.declared[name] = {**inputs, "room": {"most": int(self._new_run())}}
        return name

    def _alias(self, half: Half) -> None:
        """Rename a resource, with an alias; its create or state may be lost."""
        old = self._random.choice(sorted(half.declared))
        new = self._random.choice([name for name in NAMES if name not in half.declared])
        inputs = half.declared.pop(old)
        former = {*inputs.get("opts", {}).get("aliases", []), old} - {new}
        half.declared[new] = {**inputs, "opts": {"aliases": sorted(former)}}
        if old in half.missed and half.front == DYNAMIC:
            half.missed.setdefault(new, {}).update(half.missed.pop(old))
        self._up(half)

    def _run_anew(self, half: Half) -> None:
        """Want another run of a job that is there."""
        self._want_new_run(half, self._random.choice(sorted(set(half.jobs) & set(half.declared))))
        self._up(half)

    def _want_new_run(self, half: Half, name: str) -> None:
        half.declared[name].pop("adopt_job_id", None)
        half.declared[name]["triggers"] = [self._new_run()]

    def _fail_beside(self, half: Half) -> None:
        """Have a job refused while others are submitted, whose answers come after that."""
        if len(half.declared) < len(NAMES) and self._random.random() < 0.5:
            self._add(half)
        else:
            there = sorted(set(half.jobs) & set(half.declared))
            self._want_new_run(half, self._random.choice(there))
        control = self._held.cloud.control
        control.fault("SubmitServiceJob", "error", match={"jobName": REFUSED}, **REFUSAL)
        control.fault("DescribeServiceJob", "delay", seconds=0.7, count=3)
        half.declared[REFUSED] = {}
        self._up(half)
        del half.declared[REFUSED]
        control.call("DELETE", "faults")

    def _lose_create(self, half: Half) -> None:
        """Kill the plugin when a job is submitted and the engine hasn't heard of it."""
        name = self._add(half, triggers=[self._new_run()])
        before = self.ledger.all_jobs()
        self._write(half)
        self._held.hold("SubmitServiceJob", after_effect=True, count=1)
        cli = self._held.start_up(half.stack)
        holds_within(10, lambda: bool(self.ledger.all_jobs() - before))
        kill_in_up(cli, PLUGIN, half.front)
        cli.wait()
        self._held.let_go()
        self._held.hold_again()
        for arn in self.ledger.all_jobs() - before - set(half.jobs.values()):
            self.ledger.runs[arn] = run_of(half.declared[name])
            half.miss(name, arn, self.ledger.runs[arn])

    def _rename_stack(self, half: Half) -> None:
        taken = {each.stack.name for each in self._halves}
        half.stack.rename(self._random.choice([name for name in STACKS if name not in taken]))
        for missed in half.missed.values():  # nothing says any more that these were its own
            for arn in [each for each in missed if RECORDED_TAG in self._tags(each)]:
                del missed[arn]

    def _movable(self, half: Half) -> list[str]:
        other = self.ledger.other(half)
        movable = set(half.jobs) & set(half.declared)
        return sorted(movable - set(other.jobs) - set(other.declared))

    def _move(self, half: Half) -> None:
        """Move a job to the other stack, whose program has it from now on; perhaps both have it."""
        other, name = self.ledger.other(half), self._random.choice(self._movable(half))
        places = ("--source", half.stack.name, "--dest", other.stack.name)
        half.stack.run("state", "move", "--yes", *places, *_urns(half, name))
        inputs = half.declared[name]
        other.declared[name] = {
            **{key: value for key, value in inputs.items() if key != "opts"},
            "room": dict(inputs["room"]),
        }
        if self._random.random() < 0.5:
            del half.declared[name]

    def _lose_state(self, half: Half) -> None:
        """Lose what the state has of one resource."""
        name = self._random.choice(sorted(set(half.jobs) & set(half.declared)))
        self._miss(half, name, half.jobs[name])
        for urn in _urns(half, name):
            half.stack.run("state", "delete", "--yes", urn)

    def _miss(self, half: Half, name: str, arn: str) -> None:
        """Keep that the state has lost a job, unless it was another stack's up to then.

        Before a moved or renamed stack's next `up` nothing tells that its jobs are its own.
        """
        if self._tags(arn)["sjresource:identity"].split("/")[2] == half.stack.name:
            half.miss(name, arn, self.ledger.runs[arn])

    def _forget_renamed(self, half: Half) -> None:
        """Expect nothing of lost jobs that have another name in Batch than their resource has now.

        The plugin is not told of aliases, and looks for the name that a new job would have.
        """
        if half.front == NATIVE:
            for name, missed in half.missed.items():
                for arn in [each for each in missed if self._described(each)["jobName"] != name]:
                    del missed[arn]

    def _tags(self, arn: str) -> dict[str, str]:
        tags: dict[str, str] = self._described(arn)["tags"]
        return tags

    def _described(self, arn: str) -> dict[str, Any]:
        found: dict[str, Any] = self._held.cloud.batch.describe_service_job(jobId=arn)
        return found

    def _roll_back(self, half: Half) -> None:
        """Put back what the state was some steps ago."""
        _, text = half.earlier or ("", "")
        now = half.jobs
        half.stack.checkpoint_file.write_text(text)
        self.ledger.by_hand |= half.everything & self.ledger.other(half).everything
        for name in set(now) & set(half.declared):
            if half.jobs.get(name) != now[name]:
                self._miss(half, name, now[name])

    def _destroy(self, half: Half) -> None:
        outcome = half.stack.start("destroy").wait()
        self._answer(half, outcome)
        half.declared.clear()
        half.missed.clear()

    def _new_run(self) -> str:
        self._runs += 1
        return str(self._runs)


def room(name: str) -> str:
    """Return what the environment beside a job is called."""
    return f"{name}-room"


def _urns(half: Half, name: str) -> list[str]:
    """Return those of a job and its environment, as far as the state has them."""
    resources = half.stack.resources()
    return [resources[each]["urn"] for each in (name, room(name)) if each in resources]

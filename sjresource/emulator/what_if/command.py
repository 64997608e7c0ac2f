"""`python -m sjresource.emulator simulate SCENARIO.json`: a what-if on the terminal."""

# ruff: noqa: T201 - it prints to a terminal

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from sjresource.emulator.protocol.user_json import read_json
from sjresource.emulator.what_if.plot import draw
from sjresource.emulator.what_if.scenario_json import read_scenario
from sjresource.emulator.what_if.simulate import simulate_scenario
from sjresource.emulator.what_if.summary import duration, summarise, table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sjresource.emulator.what_if.simulate import Simulation

_PIPE_CLOSED = 141  # as a shell says of a program that SIGPIPE has ended


def main(arguments: Sequence[str]) -> int:
    """Simulate a scenario and print the summary; return the exit code."""
    options = _parser().parse_args(arguments)
    try:
        described = read_json(options.scenario.read_bytes())
        scenario = read_scenario(described)
        simulation = simulate_scenario(scenario)
        if options.plot is not None:
            title = described.get("about", options.scenario.stem)
            options.plot.write_text(draw(scenario, simulation, title))
    except (OSError, ValueError) as error:
        print(f"simulating Scenario ({options.scenario}): {error}", file=sys.stderr)
        return 1
    told = ["\n".join(_events(simulation)) + "\n"] * options.events
    told += [f"{len(simulation.jobs)} jobs in {duration(simulation.ended)}\n"]
    told += [table(summarise(scenario, simulation))]
    told += [f"\nat the end job {job} waits: {why}" for job, why in simulation.waiting.items()]
    return _print("\n".join(told))


def _print(text: str) -> int:
    """Print to stdout, which may be on a full disk, or a pipe of `head`; return the exit code."""
    try:
        print(text, flush=True)
    except OSError as error:
        # What is still to be flushed at exit has nowhere to go, and would end in a traceback.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if isinstance(error, BrokenPipeError):
            return _PIPE_CLOSED
        print(f"the output can't be written: {error.strerror}", file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m sjresource.emulator simulate",
        description="Simulate a scenario of queues, shares and submissions by the emulator's own "
        "scheduling, without training anything, and sum up each share.",
        epilog="docs/emulator.md describes the scenario's JSON.",
    )
    parser.add_argument("scenario", type=Path, help="a JSON file")
    parser.add_argument("--plot", type=Path, metavar="FILE.svg", help="draw the shares over time")
    parser.add_argument("--events", action="store_true", help="print every event, too")
    return parser


def _events(simulation: Simulation) -> list[str]:
    return [
        f"{event.at:>10.0f} s  {event.what:<8} {event.job}" + (f": {event.why}" * bool(event.why))
        for event in simulation.events
    ]

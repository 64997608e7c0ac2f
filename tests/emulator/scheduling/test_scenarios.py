"""Each file in `scenarios/` tells in JSON what is there, what is submitted, what then happens."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from sjresource.emulator.what_if.scenario_json import read_scenario
from sjresource.emulator.what_if.simulate import simulate_scenario

SCENARIOS = sorted((Path(__file__).parent / "scenarios").glob("*.json"))


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_scenarios_go_as_they_say(path: Path) -> None:
    """What happens, in its order, and what the heads of lines that are left wait for."""
    described: dict[str, Any] = json.loads(path.read_text())
    simulation = simulate_scenario(read_scenario(described))

    events = [f"{event.at:g} {event.what} {event.job}" for event in simulation.events]
    assert described["expect"]["events"] == [each for each in events if " submit " not in each]
    assert described["expect"]["waiting"] == simulation.waiting

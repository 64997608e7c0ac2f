"""`python -m sjresource.emulator simulate`: what it prints, draws and refuses."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest

from sjresource.emulator.__main__ import main
from sjresource.emulator.what_if.plot import draw
from sjresource.emulator.what_if.scenario_json import read_scenario
from sjresource.emulator.what_if.simulate import simulate_scenario
from sjresource.emulator.what_if.summary import summarise

ROOT = Path(__file__).resolve().parents[3]
DESIGNS = ROOT / "examples" / "quota_designs"
SMALL: dict[str, Any] = {
    "environments": {"gpus": {"NUM_INSTANCES": 2}},
    "queues": {"q": {}},
    "jobs": [{"name": "j", "seconds": 3600, "count": 3, "every": 0}],
}
SHARE = {"capacityLimits": [{"maxCapacity": 1, "capacityUnit": "ml.p5.48xlarge"}]}


def simulate(tmp_path: Path, described: Any, *options: str) -> int:
    """Write a scenario to a file and simulate it."""
    path = tmp_path / "scenario.json"
    path.write_text(json.dumps(described))
    return main(["simulate", str(path), *options])


def test_each_share_is_summed_up(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Two of three jobs start at once, and three instance-hours in two hours of two are 75%."""
    assert simulate(tmp_path, SMALL) == 0

    told = capsys.readouterr().out
    row = next(line for line in told.splitlines() if line.startswith("all"))
    assert re.split(r"\s{2,}", row) == [
        "all",
        "3",
        "3",
        "0 s",
        "60.0 min",
        "75%",
        "0",
        "3.0",
        "0.0",
    ]


def test_what_is_left_waiting_says_why(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A job that can never start is told of at the end, with the reason in numbers."""
    assert simulate(tmp_path, {**SMALL, "jobs": [{**SMALL["jobs"][0], "instances": 3}]}) == 0

    assert "at the end job j-1 waits: no environment" in capsys.readouterr().out


def test_events_are_printed_on_request(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Each line has the second, what happened, and to which job."""
    simulate(tmp_path, SMALL, "--events")

    assert "3600 s  start    j-3" in capsys.readouterr().out


def test_lost_hours_are_those_of_preempted_runs() -> None:
    """What ran before a preemption is counted as used, and as lost."""
    path = Path(__file__).parent / "scenarios" / "raised-priority-preempts.json"
    scenario = read_scenario(json.loads(path.read_text()))
    summary = summarise(scenario, simulate_scenario(scenario))[0]

    assert summary.preemptions == 1
    assert summary.lost_hours == pytest.approx(20 / 3600)
    assert summary.instance_hours == pytest.approx(130 / 3600)


def test_the_picture_is_well_formed(tmp_path: Path) -> None:
    """It is XML with an area for each share, and its title is escaped."""
    described = json.loads((DESIGNS / "shared.json").read_text())
    assert (
        simulate(tmp_path, {**described, "about": "a < b"}, "--plot", str(tmp_path / "p.svg")) == 0
    )

    root = ET.parse(tmp_path / "p.svg").getroot()  # noqa: S314 - our own
    names = [each.tag.rpartition("}")[2] for each in root]
    assert names.count("polygon") == 2
    assert root[0].text == "a < b"


@pytest.mark.parametrize("design", ["reserved", "shared"])
def test_the_documented_designs_are_as_documented(
    design: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The tables in the document and the pictures beside it are what the examples give."""
    picture = tmp_path / "picture.svg"
    assert main(["simulate", str(DESIGNS / f"{design}.json"), "--plot", str(picture)]) == 0

    rows = [line for line in capsys.readouterr().out.splitlines() if line.startswith("research")]
    assert rows[0] in (ROOT / "docs" / "emulator.md").read_text()
    drawn = ROOT / "docs" / "pictures" / f"quota-design-{design}.svg"
    assert picture.read_text() == drawn.read_text()


@pytest.mark.parametrize(
    ("changed", "mistake"),
    [
        ({"colour": 1}, r"\(scenario\): object contains unknown field `colour`"),
        ({"queues": {"q": {"environments": ["x"]}}}, "there is no environment x"),
        (
            {"queues": {"q": {"quotaShares": {"s": {}}}}},
            "missing required field `capacityLimits`",
        ),
        (
            {
                "queues": {"q": {"quotaShares": {f"s{number}": SHARE for number in range(21)}}},
                "jobs": [],
            },
            r"quotaShares\): must be at most 20, not 21",
        ),
        (
            {"queues": {"q": {"quotaShares": {"s": SHARE}}}, "jobs": []},
            r"\(queues.q.environments\): gpus must have instance types, not NUM_INSTANCES",
        ),
        (
            {
                "environments": {"gpus": {"ml.p5.48xlarge": 2}},
                "queues": {"q": {"quotaShares": {"s": SHARE}}, "r": {}},
                "jobs": [],
            },
            "gpus is queue r's, and must be of one queue",
        ),
        (
            {"environments": {"a": {"NUM_INSTANCES": 1}, "b": {"NUM_INSTANCES": 1}}},
            "must name one, not 2",
        ),
        ({"jobs": [{"name": "j"}]}, r"\(jobs\[0\]\): object missing required field `seconds`"),
        ({"jobs": [{"name": "j", "seconds": 1, "queue": "x"}]}, r"queue\): must be one of q"),
        ({"jobs": [{"seconds": 1}]}, r"\(jobs\[0\]\): object missing required field `name`"),
        ({"jobs": [SMALL["jobs"][0]] * 2}, "must each have a name of its own"),
        (
            {"jobs": [{"name": "j", "seconds": 1, "count": 10**9}]},
            r"count\): expected `int` <= 100000",
        ),
        (
            {"jobs": [{"name": f"{n}", "seconds": 1, "count": 90_000} for n in "ab"]},
            "at most 100000",
        ),
        (
            {"jobs": [{"name": "\x1b[2J", "seconds": 1}]},
            "`str` without control characters",
        ),
        ({"until": 1e300}, r"\(until\): expected `float` <= 315360000"),
        (
            {"environments": {"gpus": {"NUM_INSTANCES": "x"}}},
            r"environments.gpus\[...\]\): expected `int`",
        ),
        (
            {"queues": {"q": {"fairsharePolicy": {"shareDecaySeconds": -1}}}},
            r"shareDecaySeconds\): expected",
        ),
        ({"changes": [{"at": 1}]}, "must name a job, or a queue with quotaShares"),
        ({"changes": [{"at": 1, "job": "x", "priority": 1}]}, "there is no job x"),
        (
            {
                "jobs": [{"name": "j", "seconds": 1, "at": 10}],
                "changes": [{"at": 9, "job": "j", "priority": 1}],
            },
            r"\(changes\[0\].at\): job j is submitted at 10 only",
        ),
        (
            {"jobs": [{"name": "j", "seconds": 1, "share": "a"}]},
            r"\(jobs\[0\].share\): must be left out: queue q has no shares",
        ),
        (
            {"queues": {"q": {"fairsharePolicy": {}}}},
            r"\(jobs\[0\].share\): must be given: queue q has a fairsharePolicy",
        ),
    ],
)
def test_mistakes_are_named(
    changed: dict[str, Any], mistake: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A scenario that is wrong ends with the place and what is wrong there, without a traceback."""
    assert simulate(tmp_path, {**SMALL, **changed}) == 1

    assert re.search(mistake, capsys.readouterr().err)


@pytest.mark.parametrize("text", ['{"until": NaN}', '{"until": Infinity}', "[" * 9999, '"\\ud800"'])
def test_what_is_no_json_is_said(
    text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """NaN and infinity are none, nor half of a character, nor a tower of brackets."""
    (tmp_path / "scenario.json").write_text(text)

    assert main(["simulate", str(tmp_path / "scenario.json")]) == 1
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_a_picture_has_no_control_characters() -> None:
    """XML can't hold them, not even escaped; a title is not only the scenario's."""
    scenario = read_scenario(SMALL)
    drawn = draw(scenario, simulate_scenario(scenario), "a\x1b[2J\x00 < b")

    assert ET.fromstring(drawn)[0].text == "a\ufffd[2J\ufffd < b"  # noqa: S314 - our own


def test_changes_follow_each_other_and_a_job_s_its_submission() -> None:
    """Each leaves what those before it have changed; a job may be changed in its first moment."""
    share = {"resourceSharingConfiguration": {"strategy": "RESERVE"}, **SHARE}
    none, two = (
        {"capacityLimits": [{"maxCapacity": most, "capacityUnit": "ml.p5.48xlarge"}]}
        for most in (0, 2)
    )
    described = {
        "environments": {"gpus": {"ml.p5.48xlarge": 2}},
        "queues": {"q": {"quotaShares": {"a": share, "b": share}}},
        "jobs": [
            {"name": "first", "share": "a", "at": 30, "seconds": 5},
            {"name": "urgent", "share": "a", "at": 30, "seconds": 5},
            *({"name": f"b{each}", "share": "b", "at": 30, "seconds": 5} for each in "12"),
        ],
        "changes": [
            {"at": 20, "queue": "q", "quotaShares": {"b": two}},
            {"at": 10, "queue": "q", "quotaShares": {"a": none}},
            {"at": 30, "job": "urgent", "priority": 9},
            {"at": 40, "queue": "q", "quotaShares": {"a": SHARE, "b": SHARE}},
        ],
    }
    events = simulate_scenario(read_scenario(described)).events
    started = {event.job: event.at for event in events if event.what == "start"}

    assert started == {"b1": 30, "b2": 30, "urgent": 40, "first": 45}


def test_jobs_that_wait_for_ever_end_a_play() -> None:
    """In a fair-share queue nobody looks for years whose turn it is when nothing happens."""
    described = {
        "environments": {"gpus": {"NUM_INSTANCES": 1}},
        "queues": {"q": {"fairsharePolicy": {}}},
        "jobs": [
            {"name": "long", "seconds": 3e8, "share": "a"},
            *({"name": share, "seconds": 1, "share": share} for share in "ab"),
        ],
    }
    simulation = simulate_scenario(read_scenario(described))

    assert all(history.succeeded for history in simulation.jobs.values())

"""What holds whatever is submitted, in random scenarios of a few shares and jobs."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from hypothesis import given, settings
from hypothesis import strategies as some

from sjresource.emulator.scheduling.state import QuotaSharePolicy
from sjresource.emulator.what_if.scenario_json import read_scenario
from sjresource.emulator.what_if.simulate import Simulation, simulate_scenario

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sjresource.emulator.what_if.scenario import Scenario

KIND = "ml.p5.48xlarge"
quick = settings(max_examples=200, deadline=None, derandomize=True)


def jobs(shares: list[str]) -> some.SearchStrategy[list[dict[str, Any]]]:
    """Make submissions to these shares, with names of their own."""
    job = some.fixed_dictionaries(
        {
            "share": some.sampled_from(shares),
            "at": some.integers(0, 60),
            "seconds": some.integers(1, 90),
            "instances": some.integers(1, 4),
            "priority": some.integers(0, 3),
            "preemption_retries": some.sampled_from([None, None, 0, 1]),
        }
    )
    return some.lists(job, min_size=1, max_size=14).map(
        lambda made: [{**each, "name": f"j{number}"} for number, each in enumerate(made)]
    )


@some.composite
def quota_scenarios(draw: some.DrawFn) -> Scenario:
    """Make a quota-managed queue; the shares' limits may be less or more than there is."""
    names = ["a", "b", "c"][: draw(some.integers(1, 3))]
    shares = {}
    for name in names:
        strategy = draw(some.sampled_from(["RESERVE", "LEND", "LEND_AND_BORROW"]))
        sharing: dict[str, Any] = {"strategy": strategy}
        if strategy == "LEND_AND_BORROW":
            sharing["borrowLimit"] = draw(some.sampled_from([-1, 0, 50, 100, 200]))
        shares[name] = {
            "capacityLimits": [{"maxCapacity": draw(some.integers(0, 4)), "capacityUnit": KIND}],
            "resourceSharingConfiguration": sharing,
            "preemptionConfiguration": {
                "inSharePreemption": draw(some.sampled_from(["ENABLED", "DISABLED"]))
            },
        }
    return read_scenario(
        {
            "environments": {"gpus": {KIND: draw(some.integers(1, 10))}},
            "queues": {"q": {"quotaShares": shares}},
            "jobs": draw(jobs(names)),
            "stopping_seconds": draw(some.sampled_from([0, 7])),
        }
    )


@some.composite
def fair_scenarios(draw: some.DrawFn) -> Scenario:
    """Make a fair-share queue."""
    weight = some.sampled_from([0.125, 0.5, 1.0, 4.0])
    policy = {
        "shareDecaySeconds": draw(some.sampled_from([0, 30, 3600])),
        "computeReservation": draw(some.sampled_from([0, 25, 50, 99])),
        "shareDistribution": [
            {"shareIdentifier": name, "weightFactor": draw(weight)} for name in ("a", "b*")
        ],
    }
    return read_scenario(
        {
            "environments": {"gpus": {"NUM_INSTANCES": draw(some.integers(1, 8))}},
            "queues": {"q": {"fairsharePolicy": policy}},
            "jobs": draw(jobs(["a", "b1", "b2"])),
        }
    )


def holdings(simulation: Simulation) -> Iterator[Counter[str]]:
    """Yield what each share holds, after each change."""
    changes = []
    for history in simulation.jobs.values():
        for attempt in history.attempts:
            changes.append((attempt.started, attempt.instances, attempt.share))
            changes.append(
                (min(attempt.ended, simulation.ended), -attempt.instances, attempt.share)
            )
    held: Counter[str] = Counter()
    for _, instances, share in sorted(changes):  # what ends at a moment goes first
        held[share] += instances
        yield held


def most_held(simulation: Simulation) -> tuple[int, Counter[str]]:
    """Return the most instances that were held at once, by all and by each share."""
    most: Counter[str] = Counter()
    most_of_all = 0
    for held in holdings(simulation):
        most |= held
        most_of_all = max(most_of_all, held.total())
    return most_of_all, most


def capacity(scenario: Scenario) -> int:
    """Count the instances that there are."""
    return sum(scenario.environments["gpus"].limits.values())


def shares(scenario: Scenario) -> QuotaSharePolicy:
    """Return the only queue's shares."""
    policy = scenario.queues["q"].policy
    assert isinstance(policy, QuotaSharePolicy)
    return policy


def reserved(scenario: Scenario) -> dict[str, int]:
    """Return the limits of the RESERVE shares."""
    policy = shares(scenario)
    return {name: each.limits[KIND] for name, each in policy.shares.items() if not each.lends}


def most_within_reach(scenario: Scenario, name: str) -> int:
    """Count the instances that a share can always get: its own, beside what others reserve."""
    kept, there = reserved(scenario), capacity(scenario)
    fits = name not in kept or sum(kept.values()) <= there
    others = sum(count for other, count in kept.items() if other != name) if fits else 0
    return min(shares(scenario).shares[name].limits[KIND], there - others)


def capacity_is_never_exceeded(scenario: Scenario, simulation: Simulation) -> None:
    """However many wait, jobs never hold more instances than there are."""
    assert most_held(simulation)[0] <= capacity(scenario)


def no_share_goes_beyond_its_limit_and_what_it_may_borrow(
    scenario: Scenario, simulation: Simulation
) -> None:
    """A share holds at most its own and its borrow limit, and borrows only what is lent."""
    _, most = most_held(simulation)
    lent = sum(share.limits[KIND] for share in shares(scenario).shares.values() if share.lends)

    for name, share in shares(scenario).shares.items():
        may = share.most_borrowed(KIND)
        others = lent - share.limits[KIND] * share.lends
        assert most[name] <= share.limits[KIND] + (others if may is None else min(may, others))


def only_shares_above_their_limits_give_back(scenario: Scenario, simulation: Simulation) -> None:
    """At the moment of a cross-share preemption its victim's share holds more than its own."""
    held: Counter[str] = Counter()
    giving_way = set()
    for event in simulation.events:
        job = simulation.jobs[event.job].submission
        if event.what == "start":
            held[job.share] += job.capacity[KIND]
        elif event.what == "preempt":
            if "takes back" in event.why:
                assert held[job.share] > shares(scenario).shares[job.share].limits[KIND]
            held[job.share] -= job.capacity[KIND]
            giving_way.add(event.job)
        elif event.what in ("end", "requeue", "fail"):
            if event.job not in giving_way:
                held[job.share] -= job.capacity[KIND]
            giving_way.discard(event.job)


def no_other_share_ever_holds_what_a_reserve_share_needs_for_its_limit(
    scenario: Scenario, simulation: Simulation
) -> None:
    """At each moment a RESERVE share's limit is free or its own, if such limits fit at all."""
    there, kept = capacity(scenario), reserved(scenario)
    for held in holdings(simulation):
        lending = sum(count for name, count in held.items() if name not in kept)
        assert lending <= max(0, there - sum(kept.values()))
        for name, limit in kept.items() if sum(kept.values()) <= there else ():
            assert there - (held.total() - held[name]) >= limit


def preempted_work_is_requeued_and_counted(_: Scenario, simulation: Simulation) -> None:
    """Each preemption is counted once, and a job waits again unless its retries are used up."""
    told = Counter((event.what, event.job) for event in simulation.events)

    for name, history in simulation.jobs.items():
        retries = history.submission.preemption_retries
        assert history.preemptions == told["requeue", name] + told["fail", name]
        assert told["preempt", name] - history.preemptions in (0, 1)  # it may end by itself first
        assert history.failed == (retries is not None and history.preemptions > retries)
        assert len(history.attempts) == told["start", name]
        waits_again = told["requeue", name] == told["start", name]
        assert history.succeeded or history.failed or waits_again


def a_share_whose_jobs_are_its_own_gets_them_all_done(
    scenario: Scenario, simulation: Simulation
) -> None:
    """A share is served to the end that asks for no more at once than its limit and its reach."""
    for name in shares(scenario).shares:
        histories = [
            history for history in simulation.jobs.values() if history.submission.share == name
        ]
        most = most_within_reach(scenario, name)
        if all(history.submission.capacity[KIND] <= most for history in histories):
            assert all(history.succeeded or history.failed for history in histories)


def nobody_starves_under_fair_share(scenario: Scenario, simulation: Simulation) -> None:
    """If every job fits the environment, every job has its turn."""
    if all(sum(job.capacity.values()) <= capacity(scenario) for job in scenario.submissions):
        assert all(history.succeeded for history in simulation.jobs.values())


def the_same_scenario_goes_the_same_way(scenario: Scenario, simulation: Simulation) -> None:
    """Nothing depends on chance, on the real time, or on an earlier play."""
    assert simulate_scenario(scenario) == simulation


OF_ANY_QUEUE = (capacity_is_never_exceeded, the_same_scenario_goes_the_same_way)
OF_QUOTA_SHARES = (
    *OF_ANY_QUEUE,
    no_share_goes_beyond_its_limit_and_what_it_may_borrow,
    only_shares_above_their_limits_give_back,
    no_other_share_ever_holds_what_a_reserve_share_needs_for_its_limit,
    preempted_work_is_requeued_and_counted,
    a_share_whose_jobs_are_its_own_gets_them_all_done,
)
OF_FAIR_SHARES = (*OF_ANY_QUEUE, nobody_starves_under_fair_share)


@quick
@given(scenario=quota_scenarios())
def test_what_holds_of_quota_shares(scenario: Scenario) -> None:
    """Each of `OF_QUOTA_SHARES`, of one simulation: to draw a scenario is most of the work."""
    simulation = simulate_scenario(scenario)
    for holds in OF_QUOTA_SHARES:
        holds(scenario, simulation)


@quick
@given(scenario=fair_scenarios())
def test_what_holds_of_fair_shares(scenario: Scenario) -> None:
    """Each of `OF_FAIR_SHARES`."""
    simulation = simulate_scenario(scenario)
    for holds in OF_FAIR_SHARES:
        holds(scenario, simulation)

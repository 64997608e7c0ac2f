from __future__ import annotations

from typing import Any

from page_answers import environment, queue, snapshot

from sjresource.status.capacity import (
    Unit,
    amount_words,
    amounts,
    could_run,
    scheduling,
    shares,
    sharing_words,
    to_lend,
    units,
    use_words,
)
from sjresource.status.queue_reader import QueueDescription

P5 = "ml.p5.48xlarge"


def share(name: str, own: int, strategy: str, **sharing: Any) -> dict[str, Any]:
    """Make a share of ListQuotaShares."""
    return {
        "quotaShareName": name,
        "capacityLimits": [{"maxCapacity": own, "capacityUnit": P5}],
        "resourceSharingConfiguration": {"strategy": strategy, **sharing},
        "preemptionConfiguration": {"inSharePreemption": "ENABLED"},
        "state": "ENABLED",
        "status": "VALID",
    }


def shares_in_use(**used: int) -> dict[str, Any]:
    """Make a snapshot in which shares use instances."""
    top = [
        {"quotaShareName": name, "capacityUsage": [{"capacityUnit": P5, "quantity": float(count)}]}
        for name, count in used.items()
    ]
    total = [{"capacityUnit": P5, "quantity": float(sum(used.values()))}]
    return {
        "queueUtilization": {
            "totalCapacityUsage": total,
            "quotaShareUtilization": {"topCapacityUtilization": top},
        }
    }


def test_instances_of_all_types_count_where_the_unit_is_instances() -> None:
    """NUM_INSTANCES is not a type of its own in what is used."""
    described = QueueDescription(queue(), environments=[environment(4)], snapshot=snapshot(3))

    assert units(described) == [Unit("NUM_INSTANCES", 3.0, 4, 0)]
    assert scheduling(described) == "FIFO"


def test_what_other_queues_use_of_the_same_environment_is_not_free() -> None:
    """It never makes more than there is."""
    others = [{"capacityUnit": "ml.m5.large", "quantity": 7}]
    (unit,) = units(
        QueueDescription(
            queue(), environments=[environment(4)], snapshot=snapshot(3), used_by_others=others
        )
    )

    assert (unit.used, unit.used_by_others) == (3, 1)


def test_disabled_environment_gives_nothing() -> None:
    """What it could hold is not capacity now."""
    disabled = environment(4, state="DISABLED")

    assert units(QueueDescription(queue(), environments=[disabled]))[0].limit == 0


def test_use_is_shown_although_environments_can_not_be_read() -> None:
    """There is no limit to compare with then."""
    (unit,) = units(QueueDescription(queue(), snapshot=snapshot(3)))

    assert unit == Unit("ml.m5.large", 3, None)
    assert use_words(unit) == "3 of ? ml.m5.large"


def test_shares_tell_what_they_use_and_what_they_lend() -> None:
    """Below its own limit a share that lends has some to lend."""
    listed = [
        share("research", 4, "LEND_AND_BORROW", borrowLimit=50),
        share("production", 4, "LEND"),
        share("vip", 2, "RESERVE"),
    ]
    described = QueueDescription(
        queue(),
        environments=[environment(10, P5)],
        shares=listed,
        snapshot=shares_in_use(research=6, production=1),
    )

    found = {each.name: each for each in shares(described)}

    assert scheduling(described) == "QUOTA_SHARE"
    assert found["research"].units == [Unit(P5, 6, 4)]
    assert {name: to_lend(each, each.units[0]) for name, each in found.items()} == {
        "research": 0,
        "production": 3,
        "vip": 0,
    }
    assert {name: sharing_words(each) for name, each in found.items()} == {
        "research": "lends, borrows up to 50 %",
        "production": "lends",
        "vip": "reserves",
    }


def test_a_borrow_limit_that_is_not_told_is_none() -> None:
    """AWS's default is unlimited borrowing, of a share that may borrow."""
    listed = [
        share("a", 1, "LEND_AND_BORROW"),
        share("b", 1, "LEND_AND_BORROW", borrowLimit=50),
        share("c", 1, "LEND"),
    ]
    found = shares(QueueDescription(queue(), shares=listed))

    assert [each.borrow_limit for each in found] == [-1, 50, None]
    assert sharing_words(found[0]) == "lends, borrows"


def test_fair_shares_tell_what_they_use_and_weigh() -> None:
    """They have no limits of their own; one that only the policy or a job names is there too."""
    usage = [{"capacityUnit": P5, "quantity": 2.0}]
    top = [{"shareIdentifier": "team", "capacityUsage": usage}]
    fair = {"fairshareUtilization": {"activeShareCount": 1, "topCapacityUtilization": top}}
    weights = [{"shareIdentifier": "nlp", "weightFactor": 0.5}]
    described = QueueDescription(
        queue(),
        policy={"fairsharePolicy": {"shareDistribution": weights}},
        snapshot={"queueUtilization": fair},
        jobs=[{"shareIdentifier": "new"}],
    )

    found = {each.name: each for each in shares(described)}

    assert scheduling(described) == "FAIR_SHARE"
    assert list(found) == ["new", "nlp", "team"]
    assert found["team"].units == [Unit(P5, 2.0)]
    assert sharing_words(found["nlp"]) == "weight 0.5"


def test_a_policy_that_is_not_known_is_none_of_them() -> None:
    """Only what a queue without one does is certain."""
    assert scheduling(QueueDescription(queue(schedulingPolicyArn="arn"))) is None


def test_a_usage_without_a_unit_or_a_quantity_counts_as_none() -> None:
    """AWS's model requires neither."""
    usage: list[dict[str, Any]] = [
        {"quantity": 1.0},
        {"capacityUnit": P5},
        {"capacityUnit": P5, "quantity": 2.0},
    ]

    assert amounts(usage) == {P5: 2.0}


def test_amounts_are_words() -> None:
    """Numbers without needless digits, units as people say them."""
    assert amount_words({"NUM_INSTANCES": 1.0}) == "1 instance"
    assert amount_words({P5: 2.0, "ml.g5.xlarge": 1}) == "2 ml.p5.48xlarge and 1 ml.g5.xlarge"


def test_an_environment_runs_what_fits_into_its_limits() -> None:
    """By type, or all types together."""
    assert could_run(environment(4), {P5: 3, "ml.g5.xlarge": 1})
    assert not could_run(environment(4), {P5: 3, "ml.g5.xlarge": 2})
    assert could_run(environment(4, P5), {P5: 4})
    assert not could_run(environment(4, P5), {"ml.g5.xlarge": 1})

from __future__ import annotations

from typing import Any

from page_answers import QUEUE, environment, queue, snapshot

from sjresource.status.capacity import amount, queue_view

P5 = "ml.p5.48xlarge"
OTHER = f"{QUEUE}-2"


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
    view = queue_view(queue(), [environment(4)], [], {QUEUE: snapshot(3)})

    assert view["units"] == [{"unit": "NUM_INSTANCES", "most": 4, "used": 3.0, "others": 0}]
    assert view["kind"] == "first in, first out"


def test_what_other_queues_use_of_the_same_environment_is_not_free() -> None:
    """It never makes more than there is."""
    snapshots = {QUEUE: snapshot(3), OTHER: snapshot(7)}

    (unit,) = queue_view(queue(), [environment(4)], [], snapshots, [OTHER])["units"]

    assert (unit["used"], unit["others"]) == (3, 1)


def test_disabled_environment_gives_nothing() -> None:
    """What it could hold is not capacity now, but still what it is."""
    view = queue_view(queue(), [environment(4, state="DISABLED")], [], {})

    assert view["units"][0]["most"] == 0
    assert view["environments"][0]["capacity"] == "4 instances"


def test_use_is_shown_although_environments_can_not_be_read() -> None:
    """There is no limit to compare with then."""
    view = queue_view(queue(), [], [], {QUEUE: snapshot(3)})

    assert view["units"] == [{"unit": "ml.m5.large", "used": 3}]


def test_shares_tell_what_they_borrow_and_what_they_lend() -> None:
    """Over its own limit a share borrows; below it, one that lends has some to lend."""
    shares = [
        share("research", 4, "LEND_AND_BORROW", borrowLimit=50),
        share("production", 4, "LEND"),
        share("vip", 2, "RESERVE"),
    ]
    used = shares_in_use(research=6, production=1)

    view = queue_view(queue(), [environment(10, P5)], shares, {QUEUE: used})
    units = {each["name"]: each["units"][0] for each in view["shares"]}

    assert view["kind"] == "quota shares"
    assert units["research"] == {"unit": P5, "own": 4, "used": 6, "borrowed": 2, "lends": 0}
    assert units["production"] == {"unit": P5, "own": 4, "used": 1, "borrowed": 0, "lends": 3}
    assert units["vip"]["lends"] == 0
    words = [each["sharing"] for each in view["shares"]]
    assert words == ["lends, borrows up to 50 %", "lends", "reserves"]


def test_fair_shares_tell_what_they_use() -> None:
    """They have no limits of their own."""
    usage = [{"capacityUnit": P5, "quantity": 2.0}]
    top = [{"shareIdentifier": "team", "capacityUsage": usage}]
    fair = {"fairshareUtilization": {"activeShareCount": 1, "topCapacityUtilization": top}}

    view = queue_view(queue(), [], [], {QUEUE: {"queueUtilization": fair}})

    assert view["kind"] == "fair share"
    assert view["shares"][0]["units"] == [{"unit": P5, "used": 2.0}]


def test_amounts_are_words() -> None:
    """Numbers without needless digits, units as people say them."""
    one = [{"capacityUnit": "NUM_INSTANCES", "quantity": 1.0}]
    two = [{"capacityUnit": P5, "quantity": 2.0}, {"capacityUnit": "ml.g5.xlarge", "quantity": 1.0}]

    assert amount(one) == "1 instance"
    assert amount(two) == "2 ml.p5.48xlarge and 1 ml.g5.xlarge"

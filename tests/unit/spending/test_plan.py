from __future__ import annotations

from pulumi.runtime import rpc
from training_requests import with_payload

from sjresource.checks.rules.instance_hours import arguments_of_hours
from sjresource.spending.plan import PlannedRun, planned_run, refusal_of, summary_of

LARGE = PlannedRun("large", {"ml.p5.48xlarge": 24.0, "ml.m5.large": 1.0})
SMALL = PlannedRun("small", {"ml.m5.large": 0.5})
HIDDEN = PlannedRun("hidden", {"ml.m5.large": 77.0}, is_secret=True)
LATER = PlannedRun("later", is_undecided=True)
ENDLESS = PlannedRun("endless")


def test_what_an_up_may_use_is_summed_by_instance_type() -> None:
    """Secrets and what is not known yet are told apart, and not guessed; nothing new is no line."""
    assert summary_of([LARGE, SMALL]) == (
        "this update runs 2 jobs, at most 25.5 instance-hours: 24 of ml.p5.48xlarge, "
        "1.5 of ml.m5.large"
    )
    assert summary_of([SMALL, HIDDEN, LATER]) == (
        "this update runs 1 job, at most 0.5 instance-hours of ml.m5.large; "
        "1 job whose hours are secret; 1 job whose hours are not known"
    )
    assert summary_of([]) is None


def test_more_than_the_limit_is_refused_with_the_jobs_that_use_it() -> None:
    """The dearest first, to the hundredth that is allowed, and never without a limit."""
    refusal = refusal_of([SMALL, LARGE], 25.0)

    assert refusal is not None
    assert (
        "it may use 25.5, more instance-hours than sjresource:maxInstanceHours allows (25): "
        "large 25, small 0.5; bound the runs"
    ) in refusal
    assert refusal_of([SMALL, LARGE], 25.5) is None
    assert refusal_of([SMALL, LARGE], None) is None
    assert refusal_of([LATER], 1.0) is None  # the update decides


def test_a_refusal_tells_no_secret() -> None:
    """Neither the hours nor a sum from which they follow; a limit counts them all the same."""
    refusal = refusal_of([SMALL, HIDDEN], 1.0)

    assert refusal is not None
    assert "small 0.5, hidden [secret]" in refusal
    assert "77" not in refusal
    assert "77" not in repr(HIDDEN)


def test_what_nobody_can_know_is_refused_under_a_limit() -> None:
    """A job without a count of instances may use any number of hours."""
    refusal = refusal_of([SMALL, ENDLESS], 1.0)

    assert refusal is not None
    assert "is not known, and sjresource:maxInstanceHours is set: endless not known;" in refusal


def test_only_what_decides_of_the_hours_makes_them_secret_or_unknown() -> None:
    """Hyperparameters, roles and buckets don't."""
    day = {"StoppingCondition__MaxRuntimeInSeconds": 86400.0}
    job = with_payload(**day, HyperParameters={"token": rpc.UNKNOWN})
    unknown = with_payload(ResourceConfig__InstanceCount=rpc.UNKNOWN)

    assert planned_run("a", arguments_of_hours(job)).hours == {"ml.m5.large": 24.0}
    assert planned_run("a", arguments_of_hours(unknown)).is_undecided

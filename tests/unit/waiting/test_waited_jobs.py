from __future__ import annotations

import pulumi
import pytest

from sjresource.waits.waited_jobs import WaitedJobs


@pytest.mark.parametrize(
    ("jobs", "min_succeeded", "on_failure", "reason"),
    [
        ([], None, "raise", "jobs must not be empty"),
        (["a", "b"], 3, "raise", "min_succeeded must be 1 to 2, the number of jobs, got 3"),
        (["a", "b"], 0, "raise", "min_succeeded must be 1 to 2, the number of jobs, got 0"),
        (["a"], None, "ignore", "on_failure must be raise or record, got 'ignore'"),
    ],
)
def test_arguments_that_make_no_sense_are_refused_before_a_wait(
    jobs: list[str], min_succeeded: int | None, on_failure: str, reason: str
) -> None:
    """In the program, so at preview, and as an error that Pulumi shows without a traceback."""
    with pytest.raises(pulumi.RunError) as raised:
        WaitedJobs("done", jobs).require_sense(min_succeeded, on_failure)

    assert str(raised.value) == f"declaring ServiceJobCompletion (done): {reason}"


@pytest.mark.parametrize(("job", "jobs"), [(None, None), ("a", ["b"])])
def test_either_one_job_or_many_are_waited_for(job: str | None, jobs: list[str] | None) -> None:
    """Both, or none, is a slip."""
    with pytest.raises(pulumi.RunError, match="needs either job or jobs"):
        WaitedJobs.of("done", job, jobs)


def test_jobs_that_are_just_arns_are_named_by_their_place() -> None:
    """They have no row of their own, and no name that the program knows."""
    one = WaitedJobs.of("done", "arn1", None).to_wait_for([("arn1", None)])
    two = WaitedJobs.of("done", None, ["a", "b"]).to_wait_for([("a", None), ("b", None)])

    assert [job.name for job in one] == ["done"]
    assert [job.name for job in two] == ["done[0]", "done[1]"]
    assert all(job.row is None for job in [*one, *two])

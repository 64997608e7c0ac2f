"""Queues with shares, jobs that wait, failed or are forgotten; the engine would prove no more."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import pytest
from command_line import CommandLine
from emulated import PAYLOAD
from emulated_stack import EmulatedCloud

from sjresource.aws.payload import payload_json
from sjresource.cli.dashboard_source import AwsDataSource
from sjresource.cli.job_table import wide_row
from sjresource.cli.stack.context import StackContext
from sjresource.cli.stack.state import StackJob
from sjresource.cli.views.job import JobViewer, describe_jobs
from sjresource.emulator import Emulator
from sjresource.emulator.clock import Clock
from sjresource.page.overview import Overview
from sjresource.status.detail import StatusDetail
from sjresource.status.masking import Mask
from sjresource.waiting.reporter import JobReport
from sjresource.waiting.watch import Watch

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sjresource.cli.views.job import JobView

KIND = "ml.m5.large"


class Teams:
    """A queue of two instances with quota shares, and one over the same policy's kind."""

    def __init__(self, cloud: EmulatedCloud) -> None:
        self.cloud = cloud
        batch, rest = cloud.batch, cloud.emulator.clock.advance
        limits = [{"maxCapacity": 2, "capacityUnit": KIND}]
        batch.create_service_environment(
            serviceEnvironmentName="gpus",
            serviceEnvironmentType="SAGEMAKER_TRAINING",
            capacityLimits=limits,
        )
        policy = batch.create_scheduling_policy(
            name="teams", quotaSharePolicy={"idleResourceAssignmentStrategy": "FIFO"}
        )["arn"]
        rest(1)
        batch.create_job_queue(
            jobQueueName="training",
            jobQueueType="SAGEMAKER_TRAINING",
            priority=1,
            schedulingPolicyArn=policy,
            serviceEnvironmentOrder=[{"order": 1, "serviceEnvironment": "gpus"}],
        )
        rest(1)
        self.share("research", "LEND_AND_BORROW", borrowLimit=100)
        self.share("production", "RESERVE")

    def share(self, name: str, strategy: str, **more: Any) -> None:
        """Make a share of one instance."""
        self.cloud.batch.create_quota_share(
            quotaShareName=name,
            jobQueue="training",
            capacityLimits=[{"maxCapacity": 1, "capacityUnit": KIND}],
            resourceSharingConfiguration={"strategy": strategy, **more},
            preemptionConfiguration={"inSharePreemption": "DISABLED"},
        )
        self.cloud.emulator.clock.advance(1)

    def submit(self, name: str, share: str, instances: int = 1) -> str:
        """Submit a job, let it get as far as it can, and give its ARN."""
        resources = {"InstanceType": KIND, "InstanceCount": instances, "VolumeSizeInGB": 1}
        arn: str = self.cloud.batch.submit_service_job(
            jobName=name,
            jobQueue="training",
            quotaShareName=share,
            serviceJobType="SAGEMAKER_TRAINING",
            serviceRequestPayload=payload_json({**PAYLOAD, "ResourceConfig": resources}),
            retryStrategy={"attempts": 2},
        )["jobArn"]
        self.cloud.emulator.clock.advance(2)
        return arn


@pytest.fixture
def teams() -> Iterator[Teams]:
    """Return a queue whose time stands still."""
    with Emulator(clock=Clock(0)) as emulator:
        cloud = EmulatedCloud(emulator)
        cloud.script(running=3600.0)
        yield Teams(cloud)


@pytest.fixture
def sjresource(teams: Teams, tmp_path: Path) -> CommandLine:
    """Return the command in a folder without a project, and without Pulumi."""
    return CommandLine(tmp_path, {**teams.cloud.environment, "PATH": os.devnull})


def test_shares_are_shown_with_what_they_use_lend_and_wait_for(
    teams: Teams, sjresource: CommandLine
) -> None:
    """Full shares, borrowers and disabled ones are told apart in one look."""
    teams.submit("explore-1", "research")
    teams.submit("explore-2", "research")
    teams.submit("explore-3", "research")
    teams.submit("release", "production")

    view = sjresource.answer("queue", "training", schema="queue")

    assert view["queue"]["scheduling"] == "QUOTA_SHARE"
    assert view["capacity"] == [{"capacity_unit": KIND, "used": 2, "max": 2}]
    shares = {each["share"]: each for each in view["shares"]}
    assert shares["research"]["strategy"] == "LEND_AND_BORROW"
    assert (shares["research"]["running"], shares["research"]["waiting"]) == (1, 2)
    assert shares["production"]["capacity"] == [{"capacity_unit": KIND, "used": 1, "max": 1}]
    waiting = {each["job_name"]: each for each in view["waiting"]}
    assert waiting["explore-2"]["place"] == 1
    assert (waiting["explore-3"]["place"], waiting["explore-3"]["place_in_share"]) == (2, None)
    assert waiting["explore-2"]["place_in_share"] == 1
    assert waiting["explore-2"]["waits_for"] == (
        f"1st in the quota share research; the quota share research uses 1 of its 1 {KIND}; "
        f"2 of 2 {KIND} in use"
    )
    words = sjresource("queue", "training").out
    assert "lends, borrows up to 100 %" in words
    assert "explore-2 (research)" in words


def test_fair_shares_are_shown_with_what_they_weigh(teams: Teams, sjresource: CommandLine) -> None:
    """Shares that only jobs name have a row too, as soon as Batch tells of their use."""
    batch, rest = teams.cloud.batch, teams.cloud.emulator.clock.advance
    policy = batch.create_scheduling_policy(
        name="fair",
        fairsharePolicy={"shareDistribution": [{"shareIdentifier": "nlp", "weightFactor": 0.5}]},
    )["arn"]
    batch.create_service_environment(
        serviceEnvironmentName="cpus",
        serviceEnvironmentType="SAGEMAKER_TRAINING",
        capacityLimits=[{"maxCapacity": 2, "capacityUnit": "NUM_INSTANCES"}],
    )
    rest(1)
    batch.create_job_queue(
        jobQueueName="fair",
        jobQueueType="SAGEMAKER_TRAINING",
        priority=1,
        schedulingPolicyArn=policy,
        serviceEnvironmentOrder=[{"order": 1, "serviceEnvironment": "cpus"}],
    )
    rest(1)
    for name, share in (("parse", "nlp"), ("detect", "vision"), ("tag", "nlp")):
        batch.submit_service_job(
            jobName=name,
            jobQueue="fair",
            shareIdentifier=share,
            serviceJobType="SAGEMAKER_TRAINING",
            serviceRequestPayload=payload_json(PAYLOAD),
        )
        rest(2)

    view = sjresource.answer("queue", "fair", schema="queue")

    assert view["queue"]["scheduling"] == "FAIR_SHARE"
    shares = {each["share"]: each for each in view["shares"]}
    assert (shares["nlp"]["running"], shares["nlp"]["waiting"]) == (1, 1)
    assert (shares["vision"]["running"], shares["vision"]["waiting"]) == (1, 0)
    assert [each["job_name"] for each in view["waiting"]] == ["tag"]
    words = sjresource("queue", "fair").out
    assert "fair share" in words
    assert "weight 0.5" in words


def test_why_names_a_full_share_and_what_would_help(teams: Teams, sjresource: CommandLine) -> None:
    """Who is before it in its own share, and not in another's."""
    teams.submit("explore-1", "research")
    teams.submit("release", "production")
    teams.submit("explore-2", "research")
    last = teams.submit("explore-3", "research")

    why = sjresource.answer("why", last, schema="why")

    assert why["verdict"] == "WAITS"
    assert why["summary"].endswith(
        f"2nd in the queue; the quota share research uses 1 of its 1 {KIND}; 2 of 2 {KIND} in use"
    )
    assert why["evidence"] == ["running in its queue: release, explore-1", "before it: explore-2"]
    assert (
        "sooner: raise what research may hold (capacity_limits), or let it borrow"
        in (why["next_steps"])
    )


def test_what_can_never_start_is_told_as_such(teams: Teams, sjresource: CommandLine) -> None:
    """Nobody may be looking for hours; there is no sooner for it."""
    job = teams.submit("huge", "research", instances=5)

    why = sjresource.answer("why", job, schema="why")

    assert why["verdict"] == "NEVER_STARTS"
    assert "MISCONFIGURATION:" in why["summary"]
    assert why["next_steps"][0].startswith("it will never start as things are")

    behind = sjresource.answer("why", teams.submit("behind", "research", instances=5), schema="why")

    assert behind["verdict"] == "WAITS"  # Batch says it of the first alone
    assert "it asks for 5 ml.m5.large, more than" in behind["next_steps"][0]


def test_a_disabled_queue_or_share_is_the_reason(teams: Teams, sjresource: CommandLine) -> None:
    """It is said in the place of all else, with what starts it again."""
    shares = teams.cloud.batch.list_quota_shares(jobQueue="training")["quotaShares"]
    (research,) = [each for each in shares if each["quotaShareName"] == "research"]
    job = teams.submit("explore-1", "production")
    waiting = teams.submit("explore-2", "production")
    teams.cloud.batch.update_job_queue(jobQueue="training", state="DISABLED")
    teams.cloud.batch.update_quota_share(quotaShareArn=research["quotaShareArn"], state="DISABLED")
    teams.cloud.emulator.clock.advance(2)

    why = sjresource.answer("why", waiting, schema="why")
    words = sjresource("queue", "training").out

    assert job != waiting
    assert why["next_steps"] == ["the queue training is DISABLED: enable it, and jobs start again"]
    assert "training: DISABLED" in words
    assert "  the queue training is DISABLED" in words


def test_what_may_not_be_read_is_said_and_left_out(teams: Teams, sjresource: CommandLine) -> None:
    """The rest of the answer stands."""
    teams.submit("explore-1", "research")
    for operation in ("DescribeServiceEnvironments", "ListQuotaShares"):
        teams.cloud.control.fault(
            operation, "error", count=None, code="AccessDeniedException", status=403
        )

    view = sjresource.answer("queue", "training", schema="queue")

    assert [each["job_name"] for each in view["running"]] == ["explore-1"]
    assert view["capacity"] == [{"capacity_unit": KIND, "used": 1, "max": None}]
    assert len(view["unread"]) == 2
    assert all("AccessDeniedException" in each for each in view["unread"])


def test_a_failure_after_a_retry_shows_each_attempt(teams: Teams, sjresource: CommandLine) -> None:
    """Of a job of no stack as well; how to run it again is its owner's to know."""
    teams.cloud.script("bad", outcome="Failed", failure_reason="AlgorithmError: no cheese")
    job = teams.submit("bad", "research")
    for _ in range(5):
        teams.cloud.emulator.clock.advance(5)

    why = sjresource.answer("why", job, schema="why")

    assert why["summary"] == "FAILED on attempt 2 of 2: AlgorithmError: no cheese"
    assert why["evidence"][0] == "attempts:"
    assert why["next_steps"] == ["to try: the training code failed: its log says where"]


def test_a_forgotten_job_is_shown_as_it_was_recorded(teams: Teams, sjresource: CommandLine) -> None:
    """Its model is still to be found; one of which nothing was recorded is UNKNOWN."""
    arns = [teams.submit(name, "research") for name in ("recorded", "unwatched")]
    for _ in range(2):
        teams.cloud.emulator.clock.advance(3700)
    for arn in arns:
        teams.cloud.control.forget(arn.rpartition("/")[2], "expire")
    record = {"status": "SUCCEEDED", "model_artifacts": "s3://bucket/model.tar.gz"}
    jobs = [_in_state("recorded", arns[0], record), _in_state("unwatched", arns[1], {})]

    recorded, unknown = _views(sjresource, jobs)

    assert (recorded.status, recorded.record_expired) == ("SUCCEEDED", True)
    assert recorded.model_artifacts == "s3://bucket/model.tar.gz"
    assert (unknown.status, unknown.record_expired) == ("UNKNOWN", False)
    assert "does not show it" in str(unknown.status_reason)


def test_many_jobs_are_listed_and_not_described_one_by_one(
    teams: Teams, sjresource: CommandLine
) -> None:
    """Forty waiting jobs cost a call for each status; what a list doesn't tell stays open."""
    jobs = [_in_state(str(n), teams.submit(f"job-{n}", "research"), {}) for n in range(40)]
    before = teams.cloud.control.calls()

    views = _views(sjresource, jobs)

    after = teams.cloud.control.calls()
    assert [view.status for view in views].count("RUNNABLE") == 39
    assert views[20].attempt is None
    assert after["ListServiceJobs"] - before.get("ListServiceJobs", 0) <= 8
    assert after.get("DescribeServiceJob", 0) - before.get("DescribeServiceJob", 0) <= 1


def _in_state(name: str, arn: str, record: dict[str, Any]) -> StackJob:
    return StackJob(name, name, name, "urn", arn, name, "training", record=record)


def _views(sjresource: CommandLine, jobs: list[StackJob]) -> list[JobView]:
    with sjresource.shell():
        clients = StackContext(sjresource.folder).clients
        viewer = JobViewer(clients, Mask())
        return viewer.views(jobs, describe_jobs(clients, jobs))


def test_every_output_says_the_same_of_one_job(teams: Teams, sjresource: CommandLine) -> None:
    """A wait of `pulumi up`, `status`, `watch`, `why`, `queue`, their JSON, and the page."""
    teams.submit("explore-1", "research")
    teams.submit("release", "production")
    teams.submit("explore-2", "research")
    third = teams.submit("explore-3", "research")
    words = (
        f"2nd in the queue; the quota share research uses 1 of its 1 {KIND}; 2 of 2 {KIND} in use"
    )

    view = sjresource.answer("queue", "training", schema="queue")["waiting"][1]
    (shown,) = _views(sjresource, [_in_state("explore-3", third, {})])
    said = {
        "why": sjresource.answer("why", third, schema="why")["summary"].partition(": ")[2],
        "queue": view["waits_for"],
        "queue, in words": _words_below(
            "explore-3", sjresource("queue", "training", "-o", "wide").out
        ),
        "status, as JSON": shown.detail,
        "status and watch": wide_row(shown, (), 0).details[0].text,
    }
    with sjresource.shell():
        clients = StackContext(sjresource.folder).clients
        watch = Watch(third)
        watch.detail = clients.batch("").find_service_job(third)
        report = JobReport(
            watch, "explore-3", "row", StatusDetail(clients.batch, clients.sagemaker).of
        )
        said["up"] = report.line(0).partition(": ")[2]
        page = Overview(AwsDataSource(clients, Mask(), "here", [watch.detail["jobQueue"]])).since(
            ""
        )
    said["page"] = next(job["why"] for job in page["jobs"] if job["arn"] == third)

    assert said == dict.fromkeys(said, words)
    places = {(each["place"], each["place_in_share"]) for each in (view, shown.as_json())}
    assert places == {(2, None)}


def test_a_job_that_starts_has_a_time(teams: Teams, sjresource: CommandLine) -> None:
    """It is the same for the command and on the page: since when it has its capacity."""
    teams.cloud.script("slow", starting=600.0)
    arn = teams.submit("slow", "research")
    described = teams.cloud.batch.describe_service_job(jobId=arn)

    (shown,) = _views(sjresource, [_in_state("slow", arn, {})])
    with sjresource.shell():
        clients = StackContext(sjresource.folder).clients
        queue = described["jobQueue"]
        page = Overview(AwsDataSource(clients, Mask(), "here", [queue])).since("")

    assert (shown.status, shown.since) == ("STARTING", described["scheduledAt"])
    assert shown.since
    assert wide_row(shown, (), shown.since / 1000 + 42).cells[2].text == "42 s"
    assert [job["since"] for job in page["jobs"]] == [shown.since]
    assert sjresource.answer("queue", "training", schema="queue")["running"][0]["since"] == (
        shown.since
    )


def _words_below(job: str, out: str) -> str:
    """Return what stands below a waiting job, which in a pipe is the end of its line."""
    return next(line for line in out.splitlines() if line.startswith(job)).partition("waits: ")[2]

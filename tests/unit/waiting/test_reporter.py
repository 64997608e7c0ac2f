from __future__ import annotations

from typing import Any

import pytest
from waiting_fakes import arn

from sjresource.errors import Unreachable
from sjresource.waiting.reporter import (
    MAX_SINGLE_JOBS,
    MINUTE,
    REPORT_RATES,
    GroupReport,
    JobReport,
    Reporter,
    ReportRate,
)
from sjresource.waiting.watch import Watch


class Stage:
    """A reporter, its time, and what it has said."""

    def __init__(
        self,
        *sizes: int,
        rate: ReportRate = REPORT_RATES["sparse"],
        narrow: bool = False,
        names_jobs: bool = False,
    ) -> None:
        """Wait for so many jobs in each of some completions."""
        self.kept: list[tuple[str | None, str]] = []
        self.now = 1000.0
        self.lines: list[tuple[str | None, str]] = []
        self.warnings: list[str] = []
        self.reporter = Reporter(
            lambda row, text: self.lines.append((row, text)),
            lambda _, text: self.warnings.append(text),
            rate,
            now=lambda: self.now,
            wall_time=lambda: self.now,
            keep=(lambda row, text: self.kept.append((row, text))) if narrow else None,
            names_jobs=names_jobs,
        )
        self.jobs: list[JobReport] = []
        for number, size in enumerate(sizes):
            group = GroupReport(f"completion{number}")
            for _ in range(size):
                name = f"job{len(self.jobs)}"
                job = JobReport(Watch(arn(name)), name, name, lambda *_: "")
                self.jobs.append(job)
                group.jobs.append(job)
            self.reporter.add(group)

    def see(self, status: str, job: int = 0, **more: Any) -> None:
        """Report a job's new status."""
        watch = self.jobs[job].watch
        watch.detail = {"status": status, **more}
        self.reporter.on_change(watch)

    def pass_time(self, seconds: float) -> None:
        """Let time pass, with a chance to speak each second."""
        for _ in range(int(seconds)):
            self.now += 1.0
            self.reporter.on_idle()


def test_a_line_is_said_for_each_change_and_one_a_minute() -> None:
    """Long waits stay short to read."""
    stage = Stage(1)
    stage.see("RUNNABLE")
    stage.pass_time(130)
    stage.see("RUNNING")
    stage.pass_time(1)
    stage.see("SUCCEEDED")

    assert stage.lines == [
        ("job0", "RUNNABLE for 1 s"),
        ("job0", "RUNNABLE for 61 s"),
        ("job0", "RUNNABLE for 2 min"),
        ("job0", "RUNNING for 1 s"),
        ("job0", "SUCCEEDED"),
    ]


@pytest.mark.parametrize("sizes", [(1,) * 15, (20,), (500,), (1,) * 500, (30, 30, 5)])
def test_less_than_ten_lines_a_minute_are_said_whatever_is_waited_for(
    sizes: tuple[int, ...],
) -> None:
    """However many jobs, however they are declared, and however much happens."""
    stage = Stage(*sizes)
    count = len(stage.jobs)
    for second in range(300):
        stage.see(("RUNNABLE", "RUNNING")[second % 2], job=second % count)
        stage.see(("SCHEDULED", "STARTING")[second % 2], job=(second * 7) % count)
        stage.pass_time(1)

    assert 5 <= len(stage.lines) < 10 * 5


def test_a_line_that_had_to_wait_says_what_is_true_by_then() -> None:
    """Ten jobs may change ten times a minute; nobody is told what is over."""
    stage = Stage(10)
    for status in ("SUBMITTED", "RUNNABLE", "SCHEDULED", "STARTING"):
        for job in range(10):
            stage.see(status, job=job)
        stage.pass_time(1)
    stage.lines.clear()
    stage.pass_time(MINUTE)

    assert {text.split(" ")[0] for _, text in stage.lines} == {"STARTING"}


def test_more_than_twenty_jobs_share_the_completions_row() -> None:
    """One line instead of a chatter of rows, the failures named in it."""
    stage = Stage(MAX_SINGLE_JOBS + 1)
    for job in range(MAX_SINGLE_JOBS + 1):
        stage.see("RUNNING", job=job)
    stage.pass_time(1)
    stage.see("FAILED", job=3)
    stage.pass_time(15)

    assert stage.lines == [
        ("completion0", "21 jobs: 0 succeeded, 21 running, 0 waiting, 0 failed"),
        ("completion0", "21 jobs: 0 succeeded, 20 running, 0 waiting, 1 failed; FAILED: job3"),
    ]


def test_many_single_completions_share_the_programs_row() -> None:
    """A loop over jobs and completions is as quiet as `jobs=`."""
    stage = Stage(*(1,) * 30)
    for job in range(30):
        stage.see("RUNNABLE", job=job)
    stage.pass_time(1)

    assert stage.lines == [(None, "30 jobs: 0 succeeded, 0 running, 30 waiting, 0 failed")]


def test_live_progress_comes_every_five_seconds() -> None:
    """For who wants to look at it."""
    stage = Stage(1, rate=REPORT_RATES["live"])
    stage.see("RUNNING")
    stage.pass_time(61)

    assert len(stage.lines) == 13


def test_a_wait_that_goes_on_knows_for_how_long() -> None:
    """A second `up` doesn't begin to count anew."""
    stage = Stage(1)
    stage.see("RUNNING", startedAt=(stage.now - 7200) * 1000)
    stage.reporter.on_idle()

    assert stage.lines == [("job0", "RUNNING for 2 h")]


def test_a_job_that_will_never_start_is_warned_of_once() -> None:
    """It is RUNNABLE for ever, and looks like one that waits its turn."""
    stage = Stage(1)
    reason = "MISCONFIGURATION:SERVICE_ENVIRONMENT_MAX_RESOURCE - cannot meet"
    stage.see("RUNNABLE", statusReason=reason)
    stage.see("RUNNABLE", statusReason=reason)

    (warning,) = stage.warnings
    assert warning.startswith("waiting for ServiceJob (job0): it will never start as things are")
    assert "raise max_capacity" in warning


def test_secrets_are_masked_in_what_is_said() -> None:
    """A reason may quote the payload, of one job or of a group."""
    for size in (1, 30):
        stage = Stage(size)
        for number, job in enumerate(stage.jobs):
            job.mask = lambda text: text.replace("hush", "[secret]")
            stage.see("RUNNABLE", job=number, statusReason="MISCONFIGURATION: hush")
        stage.pass_time(1)

        said = "\n".join([*stage.warnings, *(text for _, text in stage.lines)])
        assert "MISCONFIGURATION: [secret]" in stage.lines[0][1]
        assert "hush" not in said


def test_a_silence_of_aws_is_said_at_once_and_then_every_minute() -> None:
    """The wait goes on; a user whose credentials ended wants to know why nothing moves."""
    stage = Stage(1)
    for _ in range(130):
        stage.reporter.on_error(Unreachable("reading", "ServiceJob", "job", "no route"))
        stage.now += 1
    said = [text for _, text in stage.lines]

    assert said == [
        "no word from AWS, still trying: reading ServiceJob (job): no route",
        "no word from AWS for 60 s, still trying: reading ServiceJob (job): no route",
        "no word from AWS for 2 min, still trying: reading ServiceJob (job): no route",
    ]


def test_a_narrow_terminal_gets_sparse_lines_on_the_stacks_row() -> None:
    """Each five minutes at most, of what has changed, and none once all have ended."""
    stage = Stage(1, narrow=True)
    stage.see("RUNNABLE", statusReason="CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY")
    stage.pass_time(299)
    assert stage.kept == []
    stage.pass_time(3)
    ((row, line),) = stage.kept
    assert row is None
    assert line.startswith("ServiceJob (job0): RUNNABLE for 5 min: CAPACITY")
    stage.pass_time(1200)
    assert len(stage.kept) == 1
    stage.see("RUNNING")
    stage.pass_time(1)
    assert stage.kept[1][1].startswith("ServiceJob (job0): RUNNING")
    stage.see("SUCCEEDED")
    stage.pass_time(1200)
    assert len(stage.kept) == 2


def test_where_there_are_no_rows_each_line_names_its_job() -> None:
    """Those of one completion are alike else."""
    stage = Stage(2, names_jobs=True)
    for job in range(2):
        stage.see("RUNNING", job)
    stage.pass_time(1)

    assert stage.lines == [
        ("job0", "ServiceJob (job0): RUNNING for 1 s"),
        ("job1", "ServiceJob (job1): RUNNING for 1 s"),
    ]


def test_many_jobs_share_a_line_in_a_narrow_terminal_and_a_wide_one_has_none() -> None:
    """The stack's row says how many there are of each."""
    narrow, wide = Stage(2, 1, narrow=True), Stage(2, 1)
    for stage in (narrow, wide):
        for job in range(3):
            stage.see("RUNNING" if job else "FAILED", job)
        stage.pass_time(400)

    assert [line for _, line in narrow.kept] == [
        "3 jobs: 0 succeeded, 2 running, 0 waiting, 1 failed; FAILED: job0"
    ]
    assert wide.kept == []

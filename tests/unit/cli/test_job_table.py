"""The table of a sweep as it is seen: at 80 and 120 columns, in a pipe, without colours."""

from __future__ import annotations

import io
import re
from dataclasses import replace

import click
import pytest
from click.testing import CliRunner
from terminal import Tty, uncoloured

from sjresource.cli.job_selection import Selection, sorted_by
from sjresource.cli.job_table import closing_line, columns_of, line_of, metrics_of
from sjresource.cli.terminal.exit_codes import CommandFailure
from sjresource.cli.terminal.output import Output, table_option
from sjresource.cli.terminal.screen import Screen
from sjresource.cli.terminal.table import Column, fitted_widths
from sjresource.cli.views.job import JobView

NOW = 1_800_000_000.0
OOM = (
    "Received status from SageMaker: AlgorithmError: ExecuteUserScriptError: "
    "torch.cuda.OutOfMemoryError: CUDA out of memory. Tried to allocate 3.2 GiB, exit code: 1"
)
MODEL = "s3://models/vision/AWSBatchlr-0-03ae16bf01d649e53e0a25c1e07d9a2b4/output/model.tar.gz"
BEST = JobView(
    resource="lr-0_03",
    urn=None,
    arn="arn:1",
    job_id="1",
    job_name="lr",
    job_queue="gpus",
    status="SUCCEEDED",
    since=int((NOW - 180) * 1000),
    attempt=1,
    attempts=2,
    model_artifacts=MODEL,
    metrics={"loss": 0.012, "accuracy": 0.9853},
)
OTHER = replace(BEST, model_artifacts=None, metrics={})
LONG = "lr-3-with-a-name-that-takes-more-room-than-there-is-at-80"
JOBS = [
    replace(BEST, resource="lr-0_003", arn="arn:0", metrics={"loss": 0.31, "accuracy": 0.7}),
    BEST,
    replace(OTHER, resource="lr-0_3", arn="arn:2", status="FAILED", status_reason=OOM, attempt=2),
    replace(
        OTHER,
        resource=LONG,
        arn="arn:3",
        status="RUNNING",
        detail="Training, loss=0.5",
        metrics={"loss": 0.5},
    ),
    replace(
        OTHER,
        resource="lr-30",
        arn="arn:4",
        status="RUNNABLE",
        attempt=None,
        detail="1st in the queue; 8 of 8 ml.g5.xlarge in use",
    ),
]

AT_80 = """\
JOB                       STATUS     SINCE  ATTEMPT  loss   DETAIL
lr-0_003                  SUCCEEDED  3 min  1 of 2   0.31   …output/model.tar.gz
lr-0_03                   SUCCEEDED  3 min  1 of 2   0.012  …output/model.tar.gz
lr-0_3                    FAILED     3 min  2 of 2   -      torch.cuda.OutOfMem…
lr-3-with-a…ere-is-at-80  RUNNING    3 min  1 of 2   0.5    Training
lr-30                     RUNNABLE   3 min  -        -      1st in the queue; 8…
"""

AT_120 = """\
JOB                                 STATUS     SINCE  ATTEMPT  loss   accuracy  DETAIL
lr-0_003                            SUCCEEDED  3 min  1 of 2   0.31   0.7       …e53e0a25c1e07d9a2b4/output/model.tar.gz
lr-0_03                             SUCCEEDED  3 min  1 of 2   0.012  0.9853    …e53e0a25c1e07d9a2b4/output/model.tar.gz
lr-0_3                              FAILED     3 min  2 of 2   -      -         torch.cuda.OutOfMemoryError: CUDA out o…
lr-3-with-a-name…an-there-is-at-80  RUNNING    3 min  1 of 2   0.5    -         Training
lr-30                               RUNNABLE   3 min  -        -      -         1st in the queue; 8 of 8 ml.g5.xlarge i…
"""  # noqa: E501 - a screen of 120 columns


def shown(file: io.StringIO, width: int | None = None) -> str:
    """Return the table."""
    metrics = metrics_of(JOBS, None, wide=False)
    columns = columns_of(JOBS, None, wide=False)
    Screen(file, width=width).print_columns(columns, [line_of(job, metrics, NOW) for job in JOBS])
    return file.getvalue()


@pytest.mark.parametrize(("width", "screen"), [(80, AT_80), (120, AT_120)])
def test_a_job_is_a_line_that_fits(width: int, screen: str) -> None:
    """Names lose their middle, reasons their end, models their beginning."""
    assert uncoloured(shown(Tty(), width)) == screen


@pytest.mark.parametrize("width", [10, 20, 40, 60, 79])
def test_no_terminal_is_too_narrow(width: int) -> None:
    """What is left is the name and the state, cut at the edge."""
    lines = uncoloured(shown(Tty(), width)).splitlines()

    assert len(lines) == len(JOBS) + 1
    assert max(map(len, lines)) <= width


def test_a_pipe_gets_everything_in_a_line_a_job() -> None:
    """Nothing is cut, for grep and awk; the wrappings of a reason are left out."""
    _, _, best, failed, running, waiting = shown(io.StringIO()).splitlines()

    assert best.endswith(MODEL)
    assert "  torch.cuda.OutOfMemoryError: CUDA out of memory. Tried" in failed
    assert failed.endswith("exit code: 1")
    assert running.split() == [LONG, "RUNNING", "3", "min", "1", "of", "2", "0.5", "-", "Training"]
    assert waiting.endswith("1st in the queue; 8 of 8 ml.g5.xlarge in use")


def test_no_color_is_heeded(monkeypatch: pytest.MonkeyPatch) -> None:
    """The states are coloured else, and the words are the same."""
    coloured = shown(Tty(), 80)
    monkeypatch.setenv("NO_COLOR", "1")
    without = shown(Tty(), 80)

    assert "\x1b[1;31mFAILED" in coloured
    assert not re.search(r"\x1b\[[\d;]*3\dm", without)
    assert uncoloured(without) == uncoloured(coloured)


def test_the_closing_line_says_what_became_of_all() -> None:
    """And which is the best, by the metric that they are sorted by, if any."""
    expected = "5 jobs: 2 succeeded, 1 failed, 1 running, 1 waiting; best loss 0.012 lr-0_03"
    assert closing_line(JOBS) == expected
    assert closing_line(JOBS, "accuracy").endswith("best accuracy 0.9853 lr-0_03")
    assert closing_line(JOBS[:1]) == "1 job: 1 succeeded"


@pytest.mark.parametrize(
    ("column", "first", "last"),
    [
        ("loss", "lr-0_03", "lr-30"),
        ("-loss", LONG, "lr-30"),
        ("accuracy", "lr-0_03", "lr-30"),
        ("state", LONG, "lr-0_03"),
        ("job", "lr-0_003", "lr-30"),
        ("-job", "lr-30", "lr-0_003"),
        ("attempt", "lr-0_003", "lr-30"),
    ],
)
def test_jobs_are_sorted_by_any_column(column: str, first: str, last: str) -> None:
    """A metric's best is first; what has no value is last both ways."""
    order = [view.resource for view in sorted_by(JOBS, column)]

    assert (order[0], order[-1]) == (first, last)
    assert len(order) == len(JOBS)


def test_a_column_that_does_not_exist_is_told_with_what_there_is() -> None:
    """A metric's name is the jobs' own, as they write it."""
    with pytest.raises(CommandFailure, match=r"\(lss\).*did you mean loss\?"):
        Selection(sort="lss").applied(JOBS)
    with pytest.raises(CommandFailure, match=r"there are job, state, .*accuracy, loss"):
        Selection(sort="?").applied(JOBS)
    assert Selection(states=("FAILED",), sort="loss").applied(JOBS) == [JOBS[2]]


def test_one_form_is_asked_for_in_any_way_that_people_know() -> None:
    """`--json` as ever, `-o json` as with kubectl; two at once are a mistake."""

    @click.command()
    @table_option
    def command(output: Output) -> None:
        click.echo(f"{output.as_json} {output.is_wide}")

    def said(*arguments: str) -> str:
        return CliRunner().invoke(command, arguments).output

    assert said() == said("-o", "table") == "False False\n"
    assert said("--json") == said("-o", "json") == said("--output=json", "--json") == "True False\n"
    assert said("--wide") == said("-o", "wide") == "False True\n"
    assert "one form at a time: json or wide" in said("--json", "-o", "wide")


def test_the_last_column_gives_way_first() -> None:
    """Then the name; then columns leave, the least needed first; a state never does."""
    columns = [Column("A", 4), Column("B"), Column("C", 0, 2), Column("D", 5, 1)]

    assert fitted_widths(columns, [10, 5, 5, 20], 60, 2) == [10, 5, 5, 20]
    assert fitted_widths(columns, [10, 5, 5, 20], 36, 2) == [10, 5, 5, 10]
    assert fitted_widths(columns, [10, 5, 5, 20], 28, 2) == [7, 5, 5, 5]
    assert fitted_widths(columns, [10, 5, 5, 20], 20, 2) == [6, 5, 0, 5]
    assert fitted_widths(columns, [10, 5, 5, 20], 12, 2) == [5, 5, 0, 0]
    columns[3] = Column("D", 5, 1, wants=9)
    assert fitted_widths(columns, [10, 5, 5, 20], 32, 2) == [7, 5, 5, 9]

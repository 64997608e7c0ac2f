"""`sjresource dashboard`: the page about AWS, which an emulator is here."""

from __future__ import annotations

import json
import os
import re
import sys
from typing import TYPE_CHECKING, Any

import pytest
from dashboard_process import DashboardProcess
from emulator_requests import client, make_environment, make_queue, scripted, submit
from page_scene import fill, write_log
from playwright.sync_api import expect

from sjresource.aws.clients import RegionalClients, regional_clients
from sjresource.aws.settings import Settings
from sjresource.cli.dashboard_source import AwsDataSource
from sjresource.cli.stack.context import StackContext
from sjresource.cli.stack.find_queue import queues_to_show
from sjresource.cli.stack.state import StackQueue
from sjresource.emulator import Clock, Emulator, Fault
from sjresource.errors import NotFound
from sjresource.page import SourceError
from sjresource.status.masking import Mask

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from playwright.sync_api import BrowserContext, Page, Response

REGION = "us-east-1"
ACCESS = "AccessDeniedException"


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    """Serve the scene; its clock stands still."""
    with Emulator(clock=Clock(0)) as serving:
        fill(serving)
        yield serving


def environment(emulator: Emulator, home: Path) -> dict[str, str]:
    """Return a shell's variables, outside of any project."""
    key = emulator.credentials
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "AWS_ACCESS_KEY_ID": key.aws_access_key_id,
        "AWS_SECRET_ACCESS_KEY": key.aws_secret_access_key,
        "AWS_REGION": REGION,
        "AWS_ENDPOINT_URL": emulator.url,
    }


@pytest.fixture(scope="module")
def dashboard(
    emulator: Emulator, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[DashboardProcess]:
    """Look at the region."""
    home = tmp_path_factory.mktemp("dashboard")
    with DashboardProcess(home, environment(emulator, home)) as started:
        yield started


def settings(emulator: Emulator) -> Settings:
    """Return what a stack's config would say."""
    key = emulator.credentials
    return Settings(
        region=REGION,
        access_key=key.aws_access_key_id,
        secret_key=key.aws_secret_access_key,
        endpoints=tuple((name, emulator.url) for name in ("batch", "logs", "sagemaker", "sts")),
    )


def answers(emulator: Emulator, mask: Mask | None = None, *queues: str) -> AwsDataSource:
    """Ask the emulator as AWS is asked."""
    return AwsDataSource(regional_clients(settings(emulator)), mask or Mask(), "here", queues)


def arn_of(emulator: Emulator, name: str) -> str:
    """Return the ARN of a job in the queue `training`."""
    listed: list[dict[str, Any]] = client(emulator, "batch").list_service_jobs(
        jobQueue="training", filters=[{"name": "JOB_NAME", "values": [name]}]
    )["jobSummaryList"]
    return str(listed[0]["jobArn"])


def test_the_same_page_is_shown_of_aws(
    dashboard: DashboardProcess,
    emulator: Emulator,
    context: BrowserContext,
    visit: Callable[[str], Page],
) -> None:
    """Queues, shares, reasons, models, attempts, logs: by AWS's calls alone, and read-only."""
    answered: list[str] = []

    def heard(response: Response) -> None:
        if "/_page/" in response.url:
            answered.append(response.text())

    context.on("response", heard)
    write_log(emulator, arn_of(emulator, "bert"), "epoch 1 loss 0.5")
    page = visit(dashboard.url)

    expect(page.locator("#title")).to_have_text(f"{REGION} · read only")
    expect(page.get_by_role("article", name="Queue teams")).to_contain_text("borrows 1")
    page.get_by_role("searchbox").fill("bert")
    expect(page.locator(".row:not([hidden])")).to_have_count(1)
    failed = page.locator(".row:not([hidden]) .span.failed")
    expect(failed).to_have_attribute("title", re.compile("out of memory"))
    page.get_by_text("bert", exact=True).click()
    expect(page.locator(".log")).to_have_text("epoch 1 loss 0.5")
    page.get_by_role("searchbox").fill("resnet-0")
    expect(page.locator(".row:not([hidden]) .model")).to_have_text(
        re.compile("s3://models/output/.*model.tar.gz")
    )
    expect(page.get_by_role("button", name="Faults and clock")).to_be_hidden()
    told = " ".join(answered)
    assert "out of memory" in told
    for secret in (*vars(emulator.credentials).values(), "env-secret"):
        assert str(secret) not in told


def test_it_says_where_it_is_and_ends_cleanly(emulator: Emulator, tmp_path: Path) -> None:
    """The URL stands in JSON too, and is there at once; Ctrl-C is no traceback."""
    options = ("--no-browser", "--queue", "teams", "--json")
    started = DashboardProcess(tmp_path, environment(emulator, tmp_path), *options)

    shown = started.overview()
    code, errors = started.end()

    assert [queue["name"] for queue in shown["queues"]] == ["teams"]
    assert (code, errors.strip()) == (130, "")


def test_queue_that_is_gone_hides_no_other(
    emulator: Emulator, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A stack may still name a queue that somebody deleted; it is told, and the rest is shown."""
    teams, gone = (f"arn:aws:batch:{REGION}:123456789012:job-queue/{n}" for n in ("teams", "gone"))
    context = StackContext(tmp_path)
    vars(context).update(
        clients=regional_clients(settings(emulator)),
        queues=[StackQueue("old", "old", gone), StackQueue("teams", "teams", teams)],
        jobs=[],
    )

    assert queues_to_show(context, []) == [teams]
    assert "job-queue/gone" in capsys.readouterr().err
    with pytest.raises(NotFound):
        queues_to_show(context, [gone])


def test_browser_that_returns_when_it_is_closed_is_served(
    emulator: Emulator, tmp_path: Path
) -> None:
    """As BROWSER may name one, or a terminal's; it has a URL that opens once."""
    browser = tmp_path / "browser"
    script = (
        f"#!{sys.executable}\n"
        "import os, pathlib, signal, sys, urllib.request\n"
        "seen = urllib.request.urlopen(sys.argv[1], timeout=60).status\n"
        "pathlib.Path(__file__).with_name('seen').write_text(f'{seen} {sys.argv[1]}')\n"
        "os.kill(os.getppid(), signal.SIGINT)\n"
    )
    browser.write_text(script)
    browser.chmod(0o700)
    known = {**environment(emulator, tmp_path), "BROWSER": f"{browser} %s"}

    started = DashboardProcess(tmp_path, known, "--all")
    code, _ = started.ended()

    status, url = (tmp_path / "seen").read_text().split()
    assert (code, status) == (130, "200")
    assert url.partition("?")[0] == started.url.partition("?")[0]
    assert url != started.url


@pytest.mark.parametrize(
    ("options", "code", "said"),
    [
        (["--queue", "nothing"], 3, "reading JobQueue (nothing): not found"),
        (["--port", "PORT"], 1, "give another --port"),
    ],
)
def test_what_can_not_be_shown_is_said_at_once(
    emulator: Emulator, tmp_path: Path, options: list[str], code: int, said: str
) -> None:
    """A queue that is not there, a port that is taken."""
    port = emulator.url.rpartition(":")[2]
    given = [each.replace("PORT", port) for each in options]
    started = DashboardProcess(tmp_path, environment(emulator, tmp_path), "--no-browser", *given)

    ended, errors = started.end()
    assert (started.url, ended, said in errors) == ("", code, True), errors
    assert len(errors.splitlines()) == 1


def test_refusals_become_sentences(emulator: Emulator) -> None:
    """With what to do, and without the secrets of the stack."""
    emulator.faults.add(fault("GetJobQueueSnapshot"))
    queue = f"arn:aws:batch:{REGION}:123456789012:job-queue/training"

    with pytest.raises(SourceError, match=r"reading JobQueue .*allow these credentials batch:"):
        answers(emulator).snapshot(queue)


def fault(operation: str) -> Fault:
    """Make a call refused for want of a permission."""
    return Fault(operation, "error", code=ACCESS, status=403, message="not authorized")


def test_secrets_of_the_stack_are_masked_in_awss_words(emulator: Emulator) -> None:
    """In reasons of jobs and attempts, and in log lines; names and ARNs stay."""
    arn = arn_of(emulator, "bert")
    write_log(emulator, arn, "the token is memory")
    asked = answers(emulator, Mask(["memory", "bert"]))

    detail = asked.service_job(arn)
    trained = detail["latestAttempt"]["serviceResourceId"]["value"]

    assert detail["jobName"] == "bert"
    assert "out of [secret]" in detail["attempts"][0]["statusReason"]
    assert "the token is [secret]" in asked.log_tail(trained)


def test_a_secret_among_the_hyperparameters_stays_out(emulator: Emulator) -> None:
    """Even if it is a number: the page shows only these, and does not know which are secret."""
    parameters = {"learning_rate": "0.5", "pin": "271828", "SECRET": "env-secret"}
    resources = {"InstanceCount": 1, "InstanceType": "ml.m5.large", "VolumeSizeInGB": 1}
    sent = scripted({}, ResourceConfig=resources, HyperParameters=parameters)
    make_queue(emulator, make_environment(emulator, "pins"), name="pins")
    submit(emulator, "pins", jobName="pinned", serviceRequestPayload=sent)
    emulator.clock.advance(60)
    listed = client(emulator, "batch").list_service_jobs(jobQueue="pins", jobStatus="SUCCEEDED")
    described = answers(emulator).service_job(listed["jobSummaryList"][0]["jobArn"])
    trained = described["latestAttempt"]["serviceResourceId"]["value"]

    known = answers(emulator).training_job(trained)["HyperParameters"]
    masked = answers(emulator, Mask(["271828"])).training_job(trained)["HyperParameters"]

    assert (known, masked) == (
        {"learning_rate": "0.5", "pin": "271828"},
        {"learning_rate": "0.5"},
    )


def test_lists_are_bounded_and_calls_are_paced() -> None:
    """Three pages a status; after many calls it rests longer."""
    asked: list[str] = []

    class Pages:
        """A queue of endless jobs."""

        def service_job_pages(self, queue: str, status: str) -> Iterator[Sequence[Any]]:
            """Yield page after page."""
            while True:
                asked.append(f"{queue} {status}")
                yield [{"jobArn": "arn"}] * 100

    clients: Any = RegionalClients(lambda _: Pages(), lambda _: None, lambda _: None)  # type: ignore[arg-type, return-value] # a small fake
    bounded = AwsDataSource(clients, Mask(), "here")

    listed, more = bounded.service_jobs("arn:aws:batch:eu-west-1:1:job-queue/q", "SUCCEEDED")

    assert (len(listed), more) == (300, True)
    assert bounded.pause_seconds() == 10
    for _ in range(20):
        bounded.service_jobs("arn:aws:batch:eu-west-1:1:job-queue/q", "SUCCEEDED")
    assert bounded.pause_seconds() == 30
    assert json.dumps(listed[0]) == '{"jobArn": "arn"}'

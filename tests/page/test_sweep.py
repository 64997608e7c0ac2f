"""Many runs on the queue page: sorted, plotted, saved, linked to, and read by everybody."""

from __future__ import annotations

import csv
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import page_sweep
import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped] # it has no types
from emulator_requests import submit
from page_answers import NOON, Region, job, training
from page_scene import fill as fill_queues
from page_scene import request as scene_request
from page_sweep import name
from playwright.sync_api import expect

from sjresource.emulator import Clock, Emulator
from sjresource.emulator.server.server import Server
from sjresource.page import PageApp

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from playwright.sync_api import Browser, Locator, Page

    Visit = Callable[[str], Page]


OF_COLOURS = ["color-contrast", "link-in-text-block"]
OF_A_PAGE = ["wcag2a", "wcag2aa", "wcag21aa", "best-practice"]
AXE_RULES: Mapping[Literal["light", "dark"], Mapping[str, Any]] = {
    "light": {"type": "tag", "values": OF_A_PAGE},
    "dark": {"type": "rule", "values": OF_COLOURS},
}
"""What axe-core looks at in each colour scheme."""


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    """Serve a sweep."""
    with Emulator(clock=Clock(0, start=1_800_000_000.0)) as serving:
        page_sweep.fill(serving)
        yield serving


def rows(page: Page) -> Locator:
    """Return the lines of the list."""
    return page.locator(".row:not([hidden])")


def named(page: Page) -> list[int]:
    """Return the runs' numbers in the list, from top to bottom."""
    found = rows(page).evaluate_all(
        "rows => rows.map(row => [Number(row.getAttribute('aria-rowindex')),"
        " row.querySelector('.name').textContent])"
    )
    return [int(each.rpartition("-")[2]) for _, each in sorted(found)]


def sort(page: Page, column: str) -> None:
    """Click the heading of a column."""
    page.get_by_role("group", name="Sort").get_by_role("button", name=column).click()


def plot(page: Page) -> Locator:
    """Open the plot; return it."""
    page.get_by_role("button", name="Plot").click()
    drawn = page.get_by_role("region", name="Plot")
    expect(drawn.locator(".point")).to_have_count(8)
    return drawn


def test_columns_sort_both_ways_and_not_at_all(page: Page) -> None:
    """Numbers in names by their value."""
    usual = named(page)
    expect(rows(page)).to_have_count(10)
    sort(page, "Job")
    expect(rows(page).locator(".name").first).to_have_text(re.compile(r"lr-\d+$"))
    expect(page.locator("#sort-job")).to_have_attribute("aria-pressed", "true")
    page.wait_for_function("document.querySelector('#job-0 .name').textContent.endsWith('lr-1')")
    assert named(page) == [1, 2, 3, 4, 5, 6, 7, 8, 10, 11]
    sort(page, "Job")
    page.wait_for_function("document.querySelector('#job-0 .name').textContent.endsWith('lr-11')")
    assert named(page) == [11, 10, 8, 7, 6, 5, 4, 3, 2, 1]
    sort(page, "Job")
    page.wait_for_function("first => document.querySelector('#job-0 .name').textContent"
                           ".endsWith(`lr-${first}`)", arg=usual[0])  # fmt: skip
    assert named(page) == usual
    sort(page, "Status")
    page.wait_for_function("document.querySelector('#job-2 .name').textContent.endsWith('lr-1')")
    assert named(page) == [10, 11, 1, 2, 3, 4, 5, 6, 7, 8]


def test_failed_runs_show_what_differs(page: Page) -> None:
    """Not how all of them begin; the whole reason is in the title and in the job."""
    page.locator(".stage.failed").click()
    expect(rows(page)).to_have_count(2)
    sort(page, "Job")

    first = rows(page).filter(has_text="lr-10").locator(".note-text")
    expect(first).to_have_text(re.compile(r"^… loss is nan in epoch 7 of 30"))
    expect(first).to_have_attribute("title", re.compile("AlgorithmError: ExecuteUserScriptError"))
    rows(page).filter(has_text="lr-11").click()
    detail = page.get_by_role("region", name="Job")
    expect(detail).to_contain_text("AlgorithmError: ExecuteUserScriptError")
    expect(detail).to_contain_text("To try: the training code failed: its log says where")
    expect(detail.get_by_role("link")).to_have_count(0)  # no console shows an emulator's jobs


def test_names_and_models_are_cut_in_the_middle(page: Page) -> None:
    """Their ends are seen, and there is more room for them than for the axis."""
    page.set_viewport_size({"width": 1000, "height": 700})
    page.locator(".stage.succeeded").click()
    expect(rows(page).first.locator(".model")).to_be_visible()
    cut = rows(page).first.evaluate(
        """row => [".name", ".model"].map(each => {
            const box = row.querySelector(each);
            const [head, tail] = box.children;
            const right = Math.max(box.getBoundingClientRect().right,
                                   box.parentElement.getBoundingClientRect().right);
            return [head.scrollWidth > head.clientWidth,
                    tail.scrollWidth <= tail.clientWidth + 1,
                    tail.getBoundingClientRect().right <= right + 1, tail.textContent];
        })"""
    )
    widths = rows(page).first.evaluate(
        "row => ['.who', '.note', '.line'].map(each => row.querySelector(each).clientWidth)"
    )

    for is_cut, whole, inside, _ in cut:
        assert (is_cut, whole, inside) == (True, True, True)
    assert re.search(r"lr-\d$", cut[0][3])
    assert cut[1][3].endswith("/output/model.tar.gz")
    assert widths[0] + widths[1] > 1.5 * widths[2]


def test_a_link_shows_the_same_again(page: Page, browser: Browser, emulator: Emulator) -> None:
    """After a reload, in another tab, and at the first visit, behind the URL with its token."""
    drawn = plot(page)
    drawn.get_by_label("Metric").select_option("accuracy")
    drawn.get_by_role("button", name="Sort the jobs by it").click()
    page.get_by_role("searchbox").fill("RESNET50")
    page.get_by_label("Queue", exact=True).select_option("sweeps")
    page.locator(".stage.succeeded").click()
    page.wait_for_function("document.querySelector('#job-0 .name').textContent.endsWith('lr-1')")
    rows(page).filter(has_text="lr-5").click()
    link = page.url
    assert "token" not in link
    page.reload()
    second = page.context.new_page()
    second.goto(link)
    fresh = browser.new_context()
    first_visit = fresh.new_page()
    first_visit.goto(emulator.page_url + link[link.index("#") :])

    by_accuracy = sorted(range(1, 9), key=lambda number: -page_sweep.LOSSES[number - 1])
    for shown in (page, second, first_visit):
        expect(
            shown.get_by_role("region", name="Job").get_by_role("heading", level=2)
        ).to_have_text(name(5))
        expect(shown.get_by_role("searchbox")).to_have_value("resnet50")
        expect(shown.locator(".stage.succeeded")).to_have_attribute("aria-pressed", "true")
        expect(shown.get_by_label("Metric")).to_have_value("accuracy")
        expect(shown.locator(".point.open")).to_have_count(1)
        assert named(shown) == by_accuracy
        assert shown.url == link
    page.get_by_role("button", name="Close").click()
    page.locator(".stage.succeeded").click()
    assert "job=" not in page.url
    assert "stage=" not in page.url
    second.evaluate("location.hash = '#stage=failed&sort=-job&text=LR-1'")
    expect(rows(second)).to_have_count(2)
    assert named(second) == [11, 10]
    first_visit.goto(f"{emulator.url}/#stage=nonsense&job=gone&sort=nonsense&what=this")
    expect(first_visit.locator(".stage.all")).to_have_attribute("aria-pressed", "true")
    for _ in range(2):  # the second is asked for when the first one has been shown
        with first_visit.expect_response("**/_page/overview*"):
            first_visit.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(first_visit.get_by_role("alert")).to_contain_text("The job of this link is not among")
    expect(first_visit.get_by_role("region", name="Job")).to_have_count(0)
    rows(first_visit).first.click()
    expect(first_visit.get_by_role("alert")).to_have_count(0)
    fresh.close()
    second.close()


def test_a_metric_is_seen_over_a_hyperparameter(page: Page) -> None:
    """The best by sight and in words; by keyboard, too; what does not differ is not offered."""
    drawn = plot(page)
    words = drawn.get_by_role("status")
    expect(words).to_have_text(
        f"8 jobs: loss lowest 0.012 at learning_rate 0.01 ({name(5)}), "
        f"highest 0.9 at learning_rate 1e-4 ({name(1)})"
    )
    expect(drawn.get_by_label("over").locator("option")).to_have_text(["learning_rate"])
    expect(drawn.locator(".axis-words")).to_have_text(["learning_rate (log)", "loss"])
    lowest = drawn.locator(".point").evaluate_all(
        "points => points.map(each => [Number(each.getAttribute('cy')), each.textContent])"
    )
    assert max(lowest)[1] == f"{name(5)}: loss 0.012, learning_rate 0.01"

    drawn.get_by_role("img").focus()
    page.keyboard.press("End")
    expect(words).to_have_text(f"{name(8)}: loss 0.8, learning_rate 0.3")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Enter")
    detail = page.get_by_role("region", name="Job")
    expect(detail.get_by_role("heading", name=name(7))).to_be_visible()
    drawn.locator(".point").first.click()
    expect(detail.get_by_role("heading", name=name(1))).to_be_visible()
    page.get_by_role("searchbox").fill("lr-1")
    expect(words).to_have_text(
        "No number among the hyperparameters differs between the jobs with loss."
    )


def test_pictures_of_a_plot(page: Page, tmp_path: Path) -> None:
    """SJRESOURCE_PICTURES=docs/pictures makes the one of the docs anew."""
    picture = Path(os.environ.get("SJRESOURCE_PICTURES", tmp_path)) / "queue-page-plot.png"
    page.set_viewport_size({"width": 1280, "height": 640})
    page.locator(".stage.succeeded").click()
    plot(page)
    expect(rows(page).first.locator(".model")).to_be_visible()

    page.screenshot(path=picture)

    assert 10_000 < picture.stat().st_size < 200_000


def test_the_jobs_are_saved_for_a_spreadsheet(
    page: Page, emulator: Emulator, tmp_path: Path
) -> None:
    """Those that are shown, each with its numbers; no text is taken for a formula."""
    script = {"running": 5, "outcome": "Failed", "failure_reason": '=cmd|"/C calc"!A0'}
    submit(emulator, "sweeps", jobName="hostile", serviceRequestPayload=scene_request(script))
    emulator.clock.advance(60)
    expect(rows(page)).to_have_count(11)
    sort(page, "Job")
    with page.expect_download() as caught:
        page.get_by_role("button", name="CSV").click()
    caught.value.save_as(tmp_path / "jobs.csv")
    with (tmp_path / "jobs.csv").open(newline="") as file:
        saved = {each["job"]: each for each in csv.DictReader(file)}

    assert caught.value.suggested_filename == "jobs.csv"
    assert set(saved) == {name(number) for number in (*range(1, 9), 10, 11)} | {"hostile"}
    best = saved[name(5)]
    assert (best["loss"], best["learning_rate"], best["epochs"]) == ("0.012", "0.01", "30")
    assert best["model"].startswith("s3://models/output/")
    assert (best["status"], best["queue"]) == ("SUCCEEDED", "sweeps")
    assert "epoch 7 of 30" in saved[name(10)]["why"]
    assert not [
        each for line in saved.values() for each in line.values() if each[:1] in "=+-@" and each
    ]
    assert "hyper-secret" not in (tmp_path / "jobs.csv").read_text()


def test_aws_has_links_to_its_console(visit: Visit) -> None:
    """To the queue, the training job and its log."""
    ended = {"scheduledAt": NOON, "startedAt": NOON, "stoppedAt": NOON + 1}
    region = Region(job("done", "SUCCEEDED", **ended, **training("done")))
    site = PageApp(region)
    server = Server(site, "127.0.0.1", 0)
    server.start()
    page = visit(site.auth.url(server.url))
    rows(page).first.click()
    links = page.get_by_role("region", name="Job").get_by_role("link")

    expect(links).to_have_text(["Queue", "Training job", "Log"])
    for link, where in zip(links.all(), ("/batch/", "/sagemaker/", "/cloudwatch/"), strict=True):
        address = link.get_attribute("href")
        assert address is not None
        assert address.startswith("https://eu-west-1.console.aws.amazon.com" + where)
        assert link.get_attribute("rel") == "noopener noreferrer"
    page.close()
    server.stop()


def test_everything_is_read_by_everybody(browser: Browser) -> None:
    """axe-core finds no want of contrast (4.5 to 1), name, role or heading in any state.

    Names, roles and headings are asked for once: the dark scheme sets colours only.
    """
    with Emulator(clock=Clock(0, start=1_800_000_000.0)) as serving:
        fill_queues(serving)
        page_sweep.fill(serving)
        visitor = browser.new_context(reduced_motion="reduce", bypass_csp=True)
        page = visitor.new_page()
        page.goto(serving.page_url)
        page.evaluate(Axe().axe_script)
        expect(rows(page).first).to_be_visible()
        expect(page.get_by_role("heading", level=3, name="teams")).to_be_visible()
        expect(page.get_by_role("heading", level=2)).to_have_text(["Queues", "Jobs"])
        found = {"list": _violations(page)}
        plot(page)
        found["plot"] = _violations(page)
        for stage in ("failed", "waiting", "running", "succeeded"):
            page.locator(f".stage.{stage}").click()
            page.locator(f"#job-0.{stage}").click()
            expect(page.locator(".facts")).to_be_visible()
            expect(page.locator(f".badge.{stage}")).to_be_visible()
            found[stage] = _violations(page)
            page.get_by_role("button", name="Close").click()
        page.get_by_role("button", name="Faults and clock").click()
        found["controls"] = _violations(page)
        assert {state: each for state, each in found.items() if each} == {}
        page.evaluate("document.querySelector('.title-words').style.color = '#888'")
        (title,) = _violations(page, ".title-words")
        assert title.startswith("light: color-contrast")  # this grey is seen on black
        visitor.close()


def _violations(page: Page, part: str = "html") -> list[str]:
    """Look at a part of a page that axe-core has been loaded into, in each colour scheme."""
    violations = []
    for scheme, rules in AXE_RULES.items():
        page.emulate_media(color_scheme=scheme)
        # What is no violation is counted and not described, which takes twice as long.
        options = {"runOnly": rules, "resultTypes": ["violations"]}
        found = page.evaluate("given => axe.run(...given)", [part, options])
        violations += [
            f"{scheme}: {each['id']}: {node['html']}"
            for each in found["violations"]
            for node in each["nodes"]
        ]
    return violations

"""The queue page of an emulator, in Chromium."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from emulator_requests import client, submit
from page_answers import NOON as LISTED_AT
from page_answers import Region, job, training
from page_scene import MARKUP, fill, request, write_log
from playwright.sync_api import expect

from sjresource.emulator import Clock, Emulator
from sjresource.emulator.server.server import Server
from sjresource.page import PageApp

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser, BrowserContext, Locator, Page, Route

    Visit = Callable[[str], Page]

SIXTY = "60\N{MULTIPLICATION SIGN}"
NOON = 1_800_000_000.0
LATER = LISTED_AT + 1
HOLD_DOWN = """times => {
    for (let pressed = 0; pressed < times; pressed++) {
        document.activeElement.dispatchEvent(
            new KeyboardEvent("keydown", {key: "ArrowDown", bubbles: true, cancelable: true}));
    }
}"""
"""Keys that come faster than the page asks, however busy the machine is."""
ENDS_WITHIN = """(node, around) => {
    const text = document.createRange();
    text.selectNodeContents(node);
    return text.getBoundingClientRect().right <= around.getBoundingClientRect().right;
}"""
"""Whether the end of a text is in sight."""


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    """Serve the scene; its clock stands still unless a test moves it."""
    with Emulator(clock=Clock(0, start=NOON)) as serving:
        fill(serving)
        yield serving


def row(page: Page, name: str) -> Locator:
    """Return the line of a job."""
    return page.locator(".row:not([hidden])", has=page.get_by_text(name, exact=True))


def card(page: Page, queue: str) -> Locator:
    """Return the card of a queue."""
    return page.get_by_role("article", name=f"Queue {queue}")


def stage(page: Page, word: str) -> Locator:
    """Return the button that shows only the jobs of a stage."""
    return page.locator(f".stage.{word}")


def running_in_training(emulator: Emulator) -> str:
    """Return the id of the job that runs in the plain queue, `bert`."""
    running = client(emulator, "batch").list_service_jobs(jobQueue="training")
    (job_id,) = (each["jobId"] for each in running["jobSummaryList"])
    return str(job_id)


def named(page: Page) -> list[str]:
    """Return the names in the list, from top to bottom."""
    rows = page.locator(".row:not([hidden])").evaluate_all(
        "rows => rows.map(row => [Number(row.ariaRowIndex || row.getAttribute('aria-rowindex')),"
        " row.querySelector('.name').textContent])"
    )
    return [name for _, name in sorted(rows)]


def test_what_runs_waits_and_failed_is_seen_in_one_look(page: Page) -> None:
    """What runs is first, what waits says why, what failed says why."""
    expect(row(page, "bert").locator(".status")).to_have_text(
        re.compile(r"Running · 2/3 · \d+ min")
    )
    preempted = page.locator(".row.waiting", has=page.locator(".span.preempted"))
    expect(preempted.locator(".status")).to_have_text("Runnable · 15 min")
    expect(row(page, "giant").locator(".note")).to_contain_text(
        "it asks for 99 ml.m5.large, more than its environments can ever give: 8 instances"
    )
    expect(row(page, "llama").locator(".note")).to_contain_text("2nd in the queue, behind giant")
    assert named(page)[0].startswith(("nightly", "sweep", "bert"))
    stage(page, "failed").click()
    expect(row(page, "broken").locator(".note")).to_contain_text("no data under s3://data/11")


def test_full_queues_and_their_shares_are_seen(page: Page) -> None:
    """By unit and by share, with who borrows and who waits."""
    expect(card(page, "training")).to_contain_text("2 of 8 instances, 6 free")
    teams = card(page, "teams")
    expect(teams).to_contain_text("quota shares")
    expect(teams).to_contain_text("8 of 8 ml.p5.48xlarge, 0 free")
    expect(teams).to_contain_text("5 of 4 ml.p5.48xlarge, borrows 1")
    expect(teams).to_contain_text("3 of 4 ml.p5.48xlarge, has 1 to lend")
    expect(teams).to_contain_text("lends, borrows up to 100 %")


def test_a_lowered_limit_leaves_nothing_free(page: Page) -> None:
    """What runs goes on; less than nothing can't be free."""

    def lower(asked: Route) -> None:
        answer = asked.fetch()
        shown = answer.json()
        (queue,) = (each for each in shown["queues"] if each["name"] == "training")
        queue["units"][0]["limit"] = 1
        asked.fulfill(response=answer, json=shown)

    page.route("**/_page/overview?*", lower)
    expect(card(page, "training")).to_contain_text("2 of 1 instances, 0 free")


def test_model_is_seen_and_copied(page: Page) -> None:
    """Its S3 URI stands in the list, with a button; where there is little room its end stays."""
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    stage(page, "succeeded").click()
    model = row(page, "resnet-0").locator(".model")
    expect(model).to_have_text(re.compile(r"s3://models/output/.*/model.tar.gz"))
    row(page, "resnet-0").get_by_role("button", name="Copy the model's S3 URI").click()

    copied = page.evaluate("navigator.clipboard.readText()")

    assert copied == model.text_content()
    row(page, "resnet-0").click()
    expect(page.locator(".facts")).to_be_visible()
    tail = model.locator(".cut-tail")
    assert tail.evaluate(ENDS_WITHIN, row(page, "resnet-0").locator(".note").element_handle())


def test_until_there_is_an_answer_no_other_job_is_shown(page: Page) -> None:
    """AWS may take seconds; the name of the job that was chosen stands there by then."""
    row(page, "bert").click()
    detail = page.get_by_role("region", name="Job")
    expect(detail).to_contain_text("Attempts")
    held: list[Route] = []
    page.route("**/_page/job?*", lambda asked: held.append(asked))  # noqa: PLW0108 - no built-in
    with page.expect_request("**/_page/job?*"):
        row(page, "llama").click()
    expect(detail.locator("h2")).to_have_text("llama")
    expect(detail).not_to_contain_text("Attempts")
    held.pop(0).continue_()
    page.unroute("**/_page/job?*")  # which lets go on what was asked since
    expect(detail).to_contain_text("Why it waits")


def test_timeline_shows_attempts_and_preemptions(page: Page) -> None:
    """Each with its reason, where the mouse is held."""
    failed = row(page, "bert").locator(".span.failed")
    expect(failed).to_have_attribute("title", re.compile("failed attempt .*15 min.*out of memory"))
    preempted = page.locator(".row:not([hidden]) .span.preempted").first
    expect(preempted).to_have_attribute("title", re.compile("Cross-share preemption"))


def test_new_and_changed_jobs_appear_by_themselves(page: Page, emulator: Emulator) -> None:
    """Without a reload."""
    script = {"outcome": "Failed", "running": 5, "failure_reason": "it broke just now"}
    submit(emulator, "teams", jobName="fresh", quotaShareName="production",
           serviceRequestPayload=request(script, 1, "ml.p5.48xlarge"))  # fmt: skip
    page.get_by_role("searchbox").fill("fresh")

    expect(row(page, "fresh").locator(".status")).to_contain_text("Submitted")
    emulator.clock.advance(1)
    expect(row(page, "fresh").locator(".status")).to_contain_text("Running")
    emulator.clock.advance(10)
    expect(row(page, "fresh").locator(".note")).to_contain_text("it broke just now")


def test_text_status_queue_and_share_narrow_the_list(page: Page) -> None:
    """Together; the counts tell what the rest of the filter leaves."""
    page.get_by_role("searchbox").fill("sweep")
    expect(stage(page, "all")).to_have_text("6 all")
    stage(page, "waiting").click()
    expect(row(page, "sweep-5")).to_be_visible()
    assert {name.partition("-")[0] for name in named(page)} == {"sweep"}
    page.get_by_role("searchbox").fill("")
    stage(page, "waiting").click()
    page.get_by_label("Queue", exact=True).select_option("teams")
    page.get_by_label("Share", exact=True).select_option("production")
    expect(row(page, "nightly-0")).to_be_visible()
    expect(row(page, "sweep-0")).to_have_count(0)
    page.get_by_role("searchbox").fill("nothing is called so")
    expect(page.get_by_text("No jobs match the filter.")).to_be_visible()


def test_click_on_a_share_shows_its_jobs(page: Page) -> None:
    """And another click shows all again."""
    share = card(page, "teams").get_by_role("button", name="research")
    share.click()
    expect(row(page, "nightly-0")).to_have_count(0)
    expect(row(page, "sweep-0")).to_be_visible()
    card(page, "teams").get_by_role("button", name="research").click()
    expect(row(page, "nightly-0")).to_be_visible()


def test_detail_tells_why_a_job_waits(page: Page) -> None:
    """In Batch's words and, with numbers, in the scheduler's."""
    row(page, "giant").click()

    detail = page.get_by_role("region", name="Job")
    expect(detail).to_contain_text("Why it waits")
    expect(detail).to_contain_text("MISCONFIGURATION:SERVICE_ENVIRONMENT_MAX_RESOURCE")
    expect(detail).to_contain_text("no environment of the queue is large enough: it needs 99")
    expect(detail).to_contain_text("It has not started.")


def test_detail_shows_the_end_of_the_log_as_it_grows(page: Page, emulator: Emulator) -> None:
    """Attempts with their reasons, and new lines without a click."""
    bert = running_in_training(emulator)
    write_log(emulator, bert, "epoch 1 loss 0.5")
    row(page, "bert").click()
    detail = page.get_by_role("region", name="Job")

    expect(detail.locator(".log")).to_have_text("epoch 1 loss 0.5")
    expect(detail.locator(".attempts")).to_contain_text("failed after 15 min")
    write_log(emulator, bert, "epoch 2 loss 0.3")
    expect(detail.locator(".log")).to_contain_text("epoch 2 loss 0.3")


def test_keyboard_is_enough(page: Page) -> None:
    """Arrows choose, Enter opens, Escape closes and gives the focus back, `/` filters."""
    jobs = page.get_by_role("grid")
    jobs.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    second = named(page)[1]
    expect(page.locator(".row.active .name")).to_have_text(second)
    page.keyboard.press("Enter")
    detail = page.get_by_role("region", name="Job")
    expect(detail.get_by_role("heading", name=second, exact=True)).to_be_visible()
    expect(detail).to_be_focused()
    page.keyboard.press("Tab")
    expect(detail.get_by_role("button", name="Close")).to_be_focused()
    page.keyboard.press("Escape")
    expect(detail).to_be_hidden()
    expect(jobs).to_be_focused()
    page.keyboard.press("End")
    active = jobs.get_attribute("aria-activedescendant")
    assert active is not None
    page.keyboard.press("/")
    page.keyboard.type("bert")
    expect(page.locator(".row:not([hidden])")).to_have_count(1)
    page.keyboard.press("Escape")
    expect(page.get_by_role("searchbox")).to_have_value("")


def test_focus_and_selection_outlive_what_changes_by_itself(page: Page, emulator: Emulator) -> None:
    """A count, a longer log: what somebody stands on, or marks, stays."""
    bert = running_in_training(emulator)
    write_log(emulator, bert, "first line")
    stage(page, "waiting").focus()
    before = stage(page, "all").text_content()
    submit(emulator, "training", jobName="more", serviceRequestPayload=request({}, 99))
    expect(stage(page, "all")).not_to_have_text(str(before))
    expect(stage(page, "waiting")).to_be_focused()
    row(page, "bert").click()
    log = page.locator(".log")
    log.focus()
    page.evaluate("getSelection().selectAllChildren(document.querySelector('.facts'))")
    marked = page.evaluate("String(getSelection())")
    write_log(emulator, bert, "another line")
    expect(log).to_contain_text("another line")
    expect(log).to_be_focused()
    assert page.evaluate("String(getSelection())") == marked != ""


def test_keys_that_are_held_ask_for_the_last_job_alone(
    visit: Visit, context: BrowserContext
) -> None:
    """Each that is opened is several calls of AWS; and what was throttled is asked for again."""
    region = Region(*(job(f"train-{number:02}", "RUNNABLE") for number in range(20)))
    ended = {"scheduledAt": LISTED_AT, "startedAt": LISTED_AT, "stoppedAt": LATER}
    region.jobs.append(job("done", "SUCCEEDED", **ended, **training("done")))
    region.trained = {"ModelArtifacts": {"S3ModelArtifacts": "s3://models/done/model.tar.gz"}}
    region.refused = {"training job"}
    asked: list[str] = []
    context.on("request", lambda sent: asked.append(sent.url) if "/job?" in sent.url else None)
    context.clock.install()
    site = PageApp(region)
    server = Server(site, "127.0.0.1", 0)
    server.start()
    page = visit(site.auth.url(server.url))
    context.clock.run_for(100)
    expect(stage(page, "waiting")).to_have_text("20 waiting")
    page.get_by_role("grid").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_role("region", name="Job")).to_contain_text("train-00")
    page.get_by_role("grid").focus()
    page.evaluate(HOLD_DOWN, 10)
    context.clock.run_for(200)
    expect(page.get_by_role("region", name="Job")).to_contain_text("train-10")
    assert {url.rpartition("%2F")[2] for url in asked} == {"train-00", "train-10"}
    page.get_by_role("button", name="Close").click()
    stage(page, "succeeded").click()
    context.clock.run_for(2000)
    expect(row(page, "done").locator(".status")).to_contain_text("Succeeded")
    region.refused = set()
    with page.expect_response(lambda got: "/rows?" in got.url):
        context.clock.run_for(31_000)
    context.clock.run_for(1000)
    expect(row(page, "done").locator(".model")).to_have_text("s3://models/done/model.tar.gz")
    page.close()
    server.stop()


def test_every_control_has_a_name_and_a_visible_focus(page: Page) -> None:
    """Nothing is a mystery to who does not see it, or has no mouse."""
    page.get_by_role("button", name="Faults and clock").click()
    nameless = page.evaluate(
        "[...document.querySelectorAll('button, input, select')].filter(each => "
        "!(each.ariaLabel || each.textContent.trim() || each.labels?.length)).length"
    )
    assert nameless == 0
    page.keyboard.press("Tab")
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline == "solid"


def test_zoom_narrows_the_time_and_fit_shows_all_again(page: Page) -> None:
    """By button, key and wheel."""
    ticks = page.locator(".tick")
    whole = ticks.all_text_contents()
    page.get_by_role("grid").focus()
    for _ in range(4):
        page.keyboard.press("+")
    expect(ticks.first).not_to_have_text(whole[0])
    page.get_by_role("button", name="Earlier").click()
    page.get_by_role("button", name="Fit").click()
    expect(ticks).to_have_text(whole)
    page.locator(".row .line").first.hover()
    page.keyboard.down("Control")
    page.mouse.wheel(0, -400)
    page.keyboard.up("Control")
    expect(ticks.first).not_to_have_text(whole[0])


def test_clock_is_moved(page: Page, emulator: Emulator) -> None:
    """By steps and by rate; what is wrong is told."""
    page.get_by_role("button", name="Faults and clock").click()
    before = emulator.clock.now()
    page.get_by_role("button", name="+1 min").click()
    expect(page.get_by_text("60 s have passed.")).to_be_visible()
    assert emulator.clock.now() == before + 60
    page.get_by_role("button", name=SIXTY, exact=True).click()
    expect(page.get_by_text("The clock goes at 60 s a second.")).to_be_visible()
    expect(page.get_by_role("button", name=SIXTY, exact=True)).to_have_attribute(
        "aria-pressed", "true"
    )
    page.get_by_role("button", name="Stand still").click()
    expect(page.locator("#connection")).to_have_text("live, clock stands still")
    assert emulator.clock.rate == 0


def test_fault_is_injected_and_cleared(page: Page, emulator: Emulator) -> None:
    """As over the emulator's own routes."""
    page.get_by_role("button", name="Faults and clock").click()
    page.get_by_label("Operation").fill("SubmitServiceJob")
    page.get_by_label("Kind").select_option("delay")
    page.get_by_label("Calls").fill("3")
    page.get_by_label("Seconds").last.fill("1.5")
    page.get_by_role("button", name="Inject fault").click()
    faults = page.locator("#faults li")
    expect(faults).to_contain_text("SubmitServiceJob delay 1.5 s: the next 3 calls")
    (fault,) = emulator.faults.pending()
    assert (fault["kind"], fault["count"], fault["seconds"]) == ("delay", 3, 1.5)
    page.get_by_label("Kind").select_option("throttle")
    page.get_by_label("Calls").fill("")
    page.get_by_role("button", name="Inject fault").click()
    expect(faults.last).to_contain_text("SubmitServiceJob throttle: every call")
    page.get_by_role("button", name="Clear SubmitServiceJob delay").click()
    expect(faults).to_have_count(1)
    assert [each["kind"] for each in emulator.faults.pending()] == ["throttle"]
    page.get_by_role("button", name="Clear all faults").click()
    expect(faults).to_have_text("No fault is waiting for a call.")
    assert emulator.faults.pending() == []


def test_markup_in_reasons_and_logs_is_text(page: Page, emulator: Emulator) -> None:
    """It is shown as it was written, nothing of it runs, and nothing runs backwards."""
    script = {"outcome": "Failed", "running": 5, "failure_reason": f"bad {MARKUP}\u202eback"}
    job = submit(emulator, "teams", jobName="hostile", quotaShareName="production",
                 serviceRequestPayload=request(script, 1, "ml.p5.48xlarge"))  # fmt: skip
    emulator.clock.advance(10)
    write_log(emulator, job, f"line {MARKUP}", "\x1b[31mred\x1b[0m")
    page.get_by_role("searchbox").fill("hostile")
    expect(row(page, "hostile").locator(".note")).to_contain_text(f"bad {MARKUP}\\u202eback")
    row(page, "hostile").click()

    expect(page.locator(".log")).to_contain_text(f"line {MARKUP}\n\\x1b[31mred\\x1b[0m")
    assert page.locator("img[src=x]").count() == 0
    assert page.locator("script").count() == 1


def test_nothing_secret_and_no_token_is_in_the_page_or_its_requests(
    visit: Visit, context: BrowserContext, emulator: Emulator
) -> None:
    """After the first visit the token is nowhere; payloads never come."""
    token = urlsplit(emulator.page_url).query
    requests: list[str] = []
    answers: list[str] = []
    context.on(
        "request", lambda sent: requests.append(f"{sent.url} {sent.headers} {sent.post_data}")
    )
    context.on("response", lambda got: answers.append(got.text()) if "?" in got.url else None)
    page = visit(emulator.page_url)
    row(page, "bert").click()
    expect(page.locator(".facts")).to_be_visible()

    assert token.removeprefix("token=") not in " ".join(requests[1:])
    assert all(each.startswith(f"{emulator.url}/") for each in requests)
    assert page.url.startswith(f"{emulator.url}/#job=arn")
    assert "bert" in " ".join(answers)
    assert "env-secret" not in " ".join(answers)
    assert page.evaluate("document.cookie") == ""


def test_hidden_tab_asks_nothing(context: BrowserContext, visit: Visit, emulator: Emulator) -> None:
    """And asks at once when it is looked at again."""
    asked: list[str] = []
    context.on("request", lambda sent: asked.append(sent.url) if "overview" in sent.url else None)
    context.clock.install()
    page = visit(emulator.page_url)
    context.clock.run_for(100)
    expect(page.locator("#connection")).to_have_text("live, clock stands still")
    hide = (
        "value => { Object.defineProperty(document, 'hidden', {value, configurable: true});"
        " document.dispatchEvent(new Event('visibilitychange')); }"
    )
    page.evaluate(hide, arg=True)
    before = len(asked)
    context.clock.run_for(60_000)
    assert len(asked) == before
    with page.expect_request(lambda sent: "overview" in sent.url):
        page.evaluate(hide, arg=False)


def test_ended_session_says_what_to_do(page: Page, complaints: list[str]) -> None:
    """As after a restart of the emulator."""
    page.context.clear_cookies()

    expect(page.get_by_role("alert")).to_contain_text(
        "open the page again by the URL with its token"
    )
    assert all("403" in complaint for complaint in complaints)
    complaints.clear()


def test_server_that_is_gone_is_told_in_the_same_words_by_every_browser(
    page: Page, complaints: list[str]
) -> None:
    """A browser's own are of its fetches."""
    page.route("**/_page/overview?*", lambda asked: asked.abort())
    gone = "No answer, trying again: the server has ended or is out of reach"
    expect(page.get_by_role("alert")).to_have_text(gone)
    page.unroute("**/_page/overview?*")
    expect(page.locator("#connection")).to_contain_text("live")
    assert all("ERR_FAILED" in complaint for complaint in complaints)
    complaints.clear()


def test_of_a_thousand_jobs_only_what_is_seen_is_drawn(visit: Visit) -> None:
    """And the last one is a key away; a name of markup is text."""
    region = Region(*(job(f"train-{number:03}", "RUNNABLE") for number in range(999)))
    region.jobs.append(job(MARKUP, "RUNNABLE", createdAt=LATER))
    region.queue["jobQueueName"] = MARKUP
    site = PageApp(region)
    server = Server(site, "127.0.0.1", 0)
    server.start()
    page = visit(site.auth.url(server.url))
    expect(stage(page, "waiting")).to_have_text("1000 waiting")
    page.get_by_role("grid").focus()
    page.keyboard.press("End")

    expect(page.locator(".row.active .name")).to_have_text(MARKUP)
    expect(card(page, MARKUP)).to_be_visible()
    assert page.locator(".row").count() < 60
    assert page.locator("img[src=x]").count() == 0
    page.close()
    server.stop()


def test_page_without_controls_only_shows(visit: Visit) -> None:
    """As of AWS: it says so, and has no button that changes anything."""
    region = Region(job("train", "RUNNING"))
    region.refused = {"snapshot"}
    site = PageApp(region)
    server = Server(site, "127.0.0.1", 0)
    server.start()
    page = visit(site.auth.one_time_url(server.url))

    expect(row(page, "train")).to_be_visible()
    expect(page.locator("#title")).to_have_text("eu-west-1 · read only")
    expect(page.get_by_role("button", name="Faults and clock")).to_be_hidden()
    expect(page.get_by_role("alert")).to_contain_text("snapshot: not now")
    page.close()
    server.stop()


def test_page_fits_every_window(page: Page) -> None:
    """Nothing is wider than the screen, and the list can be reached."""
    for width in (1280, 1000, 760, 420, 320):
        page.set_viewport_size({"width": width, "height": 800})

        assert page.evaluate("document.scrollingElement.scrollWidth") <= width
        page.locator(".row").first.scroll_into_view_if_needed()


def test_pictures_of_the_docs(browser: Browser, tmp_path: Path) -> None:
    """SJRESOURCE_PICTURES=docs/pictures makes them anew; small enough for a repository."""
    folder = Path(os.environ.get("SJRESOURCE_PICTURES", tmp_path))
    with Emulator(clock=Clock(0, start=NOON)) as posing:
        fill(posing)
        lines = [f"epoch {number} loss {3 / number:.4f}" for number in range(1, 12)]
        write_log(posing, running_in_training(posing), *lines)
        visitor = browser.new_context(timezone_id="UTC", reduced_motion="reduce")
        page = visitor.new_page()
        page.goto(posing.page_url)
        for name, width, opened in (
            ("queue-page", 1280, ""),
            ("queue-page-narrow", 420, ""),
            ("queue-page-job", 1280, "bert"),
            ("queue-page-dark", 1280, "giant"),
        ):
            is_dark = "dark" in name
            page.set_viewport_size({"width": width, "height": 760})
            page.emulate_media(color_scheme="dark" if is_dark else "light")
            expect(row(page, "bert").locator(".span.failed")).to_be_visible()
            if opened:
                row(page, opened).click()
                expect(page.get_by_role("heading", name=opened, exact=True)).to_be_visible()
            if opened == "bert":
                expect(page.locator(".log")).to_contain_text(lines[-1])
            page.screenshot(path=folder / f"{name}.png")
            ground = page.evaluate("getComputedStyle(document.body).backgroundColor")

            assert 10_000 < (folder / f"{name}.png").stat().st_size < 200_000
            assert (sum(map(int, re.findall(r"\d+", ground)[:3])) < 200) == is_dark
        visitor.close()

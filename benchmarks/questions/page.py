"""The queue page with many jobs: what a look costs the emulator, and how long a frame takes.

Frames are measured where there is a Chromium: the list is scrolled from end to end, and zoomed. A
display shows one in 16.7 ms; what takes longer is a stutter.
"""

from __future__ import annotations

import json
import shutil
import statistics
import time
import urllib.request
from typing import TYPE_CHECKING, Any

import boto3
from playwright.sync_api import sync_playwright

from benchmarks.questions.emulator import PAYLOAD, REGION
from benchmarks.table import Row
from sjresource.emulator import Clock, Emulator

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

FRAMES = 240
FRAME_MS = 1000 / 60
_OPTIONS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
_MEASURE = """
async ([act, frames]) => {
  const list = document.getElementById('jobs');
  const step = list.scrollHeight / frames;
  const took = [];
  let last = await new Promise(requestAnimationFrame);
  for (let frame = 0; frame < frames; frame += 1) {
    if (act === 'scroll') list.scrollTop += step;
    else {
      const key = frame % 80 < 40 ? '+' : '-';
      list.dispatchEvent(new KeyboardEvent('keydown', {key, bubbles: true}));
    }
    const now = await new Promise(requestAnimationFrame);
    took.push(now - last);
    last = now;
  }
  return took;
}
"""


def rows(sizes: Sequence[int]) -> Iterator[Row]:
    """Measure with so many waiting jobs each; a ratio compares with the first size."""
    first: dict[str, float] = {}
    for size in sizes:
        found = _measured(size)
        for what, took in found.items():
            before = first.get(what)
            ratio = took / before if before else None
            goal = FRAME_MS * 1.1 if "median frame" in what and before is None else None
            yield Row("page", f"{size} jobs: {what}", took, "ms", before, ratio, goal)
        first = first or found


def _measured(size: int) -> dict[str, float]:
    with Emulator(clock=Clock(0)) as emulator:
        _fill(emulator, size)
        found = _looks(emulator)
        if browser := shutil.which("chromium") or shutil.which("google-chrome"):
            found |= _frames(emulator, browser)
    return found


def _fill(emulator: Emulator, size: int) -> None:
    """Submit jobs to a queue in which none has room."""
    batch: Any = boto3.client(
        "batch", endpoint_url=emulator.url, region_name=REGION, **vars(emulator.credentials)
    )
    batch.create_service_environment(
        serviceEnvironmentName="env",
        serviceEnvironmentType="SAGEMAKER_TRAINING",
        capacityLimits=[{"maxCapacity": 0, "capacityUnit": "NUM_INSTANCES"}],
    )
    emulator.clock.advance(1)
    batch.create_job_queue(
        jobQueueName="queue",
        jobQueueType="SAGEMAKER_TRAINING",
        priority=1,
        serviceEnvironmentOrder=[{"order": 1, "serviceEnvironment": "env"}],
    )
    emulator.clock.advance(1)
    for number in range(size):
        batch.submit_service_job(
            jobName=f"job-{number}",
            jobQueue="queue",
            serviceJobType="SAGEMAKER_TRAINING",
            serviceRequestPayload=PAYLOAD,
        )
    emulator.clock.advance(1)


def _looks(emulator: Emulator) -> dict[str, float]:
    """Ask as a page does: for everything, and for what has changed when nothing has."""
    with urllib.request.urlopen(emulator.page_url) as entered:  # noqa: S310 - our own URL
        cookie = entered.headers["Set-Cookie"].partition(";")[0]

    def ask(version: str) -> tuple[float, str]:
        url = f"{emulator.url}/_page/overview?since={version}"
        sent = urllib.request.Request(url, headers={"Cookie": cookie})  # noqa: S310 - as above
        began = time.perf_counter()
        with urllib.request.urlopen(sent) as answer:  # noqa: S310 - as above
            told = json.load(answer)
        return (time.perf_counter() - began) * 1000, str(told["version"])

    first, version = ask("")
    return {
        "first look": first,
        "nothing new": statistics.median(ask(version)[0] for _ in range(50)),
    }


def _frames(emulator: Emulator, browser: str) -> dict[str, float]:
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=browser, args=_OPTIONS)
        page = started.new_page(viewport={"width": 1280, "height": 800})
        page.goto(emulator.page_url)
        page.wait_for_selector(".row")
        found = {}
        for act in ("scroll", "zoom"):
            took = sorted(page.evaluate(_MEASURE, [act, FRAMES]))
            found[f"{act}, median frame"] = statistics.median(took)
            found[f"{act}, 95th percentile frame"] = took[int(len(took) * 0.95)]
        started.close()
    return found

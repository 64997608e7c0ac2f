"""Writes the tables of docs/resources/*.md, docs/validation.md and docs/emulator.md from the code.

    python tools/reference_tables.py

A resource's page has its arguments, their update rules and its outputs; the page on validation has
the rules that no model holds, and the warnings; the emulator's page has the beliefs, with the
results under probes/results/ that tried them, and the switches. The words are those of docstrings,
the rules those that the providers compare with, so a page can't say something else than the code:
a test compares.
"""

from __future__ import annotations

import inspect
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from docstrings import described_arguments, described_attributes, one_line

import sjresource as sj
from sjresource.checks.rules.bounds import BOUNDS
from sjresource.checks.rules.job import JOB_RULES
from sjresource.checks.rules.queues import QUEUE_RULES, QUOTA_MANAGEMENT
from sjresource.checks.warnings.queues import QUEUE_WARNINGS
from sjresource.checks.warnings.requests import JOB_WARNINGS
from sjresource.emulator import Behaviour
from sjresource.probes.beliefs import PROBES
from sjresource.probes.results import tried_by
from sjresource.resources.completion import RULES as COMPLETION_RULES
from sjresource.resources.job_queue import JobQueueProvider
from sjresource.resources.quota_share import QuotaShareProvider
from sjresource.resources.scheduling_policy import SchedulingPolicyProvider
from sjresource.resources.service_environment import ServiceEnvironmentProvider
from sjresource.resources.service_job import RULES
from sjresource.stack.diff import IN_PLACE, REPLACES, REPLACES_IF_ADDED_OR_REMOVED, Rules

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sjresource.probes.session.probe import Probe

DOCS = Path(__file__).parents[1] / "docs"
RESULTS = DOCS.parent / "probes" / "results"
"""What probes have seen on AWS, a file for each run."""

RESOURCES: dict[type, Rules] = {
    sj.ServiceEnvironment: ServiceEnvironmentProvider.rules,
    sj.SchedulingPolicy: SchedulingPolicyProvider.rules,
    sj.JobQueue: JobQueueProvider.rules,
    sj.QuotaShare: QuotaShareProvider.rules,
    sj.ServiceJob: RULES,
    sj.ServiceJobCompletion: {**COMPLETION_RULES, "job": IN_PLACE},
}
"""In the order in which their pages' examples build on each other."""

DIFFED = {"region": REPLACES, "adopt_job_id": REPLACES}
"""What a diff compares with the id, beside the tables."""

WORDS = {
    REPLACES: "replaces",
    IN_PLACE: "in place",
    REPLACES_IF_ADDED_OR_REMOVED: "in place for another value; adding or removing it replaces",
    None: "changes nothing",
}

_GENERATED = re.compile(
    r"(<!-- made by tools/reference_tables.py -->\n).*?(<!-- end -->)", re.DOTALL
)


def page_of(resource: type) -> Path:
    """Return the page of a resource: docs/resources/job_queue.md."""
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", resource.__name__)
    return DOCS / "resources" / f"{words.lower()}.md"


def pages() -> dict[Path, str]:
    """Return every page that has tables, with the text that it should have."""
    tables = {
        page_of(resource): [*_arguments(resource), "", *_outputs(resource)]
        for resource in RESOURCES
    }
    tables[DOCS / "validation.md"] = list(_rules())
    tables[DOCS / "emulator.md"] = [*beliefs(RESULTS), *_switches()]
    return {page: _with(page.read_text(), lines) for page, lines in tables.items()}


def _with(text: str, lines: list[str]) -> str:
    made = "\n".join([*lines, ""])
    return _GENERATED.sub(lambda found: f"{found[1]}{made}{found[2]}", text)


def _rules() -> Iterator[str]:
    """Yield the tables of bounds, of rules and of warnings, with the pages that they are from.

    A rule or a warning is told by the first line of its docstring.
    """
    yield from ("| An argument | must be | from |", "| --- | --- | --- |")
    for operation, pages_ in BOUNDS.items():
        for page, bounds in pages_.items():
            for path, allowed in bounds:
                told = (
                    f"`{operation}`: `{path}` | {_cell(allowed.meaning)} | [{_last(page)}]({page})"
                )
                yield f"| {told} |"
    yield ""
    queue_side: list[Any] = [*dict.fromkeys(rule for each in QUEUE_RULES.values() for rule in each)]
    queue_side.extend(QUOTA_MANAGEMENT)
    queue_warnings = dict.fromkeys(warn for each in QUEUE_WARNINGS.values() for warn in each)
    for title, rules in (
        ("A job's rules", JOB_RULES),
        ("The queue side's rules", queue_side),
        ("Warnings", (*JOB_WARNINGS, *queue_warnings)),
    ):
        yield from (f"| {title} | from |", "| --- | --- |")
        for rule in rules:
            first, _, rest = inspect.cleandoc(rule.__doc__ or "").partition("\n")
            links = " ".join(f"[{_last(url)}]({url})" for url in re.findall(r"https://\S+", rest))
            yield f"| {_cell(first)} | {links} |"
        yield ""


def _switches() -> Iterator[str]:
    """Yield the table of the emulator's switches, told by their docstrings."""
    yield from ("### The switches", "", "| Switch | Default | |", "| --- | --- | --- |")
    for name, told in described_attributes(Behaviour).items():
        yield f"| `{name}` | `{json.dumps(getattr(Behaviour(), name))}` | {_cell(told)} |"


def beliefs(results: Path) -> Iterator[str]:
    """Yield the beliefs, the emulator's own and the resources' too, with what tried them."""
    files = tried_by(results)
    for believer, title in (("emulator", "The emulator"), ("sjresource", "sjresource")):
        yield f"| {title} believes | what there is about it | probe | tried on AWS |"
        yield "| --- | --- | --- | --- |"
        for probe in PROBES:
            if probe.believer == believer:
                tried = ", ".join(
                    f"[{verdict}](../probes/results/{file})"
                    for file, verdict in files.get(probe.name, [])
                )
                cells = (probe.belief, probe.source, f"`{probe.name}`", tried or _untried(probe))
                yield f"| {' | '.join(map(_cell, cells))} |"
        yield ""


def _untried(probe: Probe) -> str:
    return "no" if probe.run is not None else f"no: {probe.why_untried}"


def _last(url: str) -> str:
    *_, repository, _, page = url.split("/")
    if url.startswith("https://github.com/"):
        return f"{repository}#{page}"
    return page.removesuffix(".html").removeprefix("API_")


def _arguments(resource: type) -> Iterator[str]:
    yield "| argument | a change of it | |"
    yield "| --- | --- | --- |"
    described = described_arguments(vars(resource)["__init__"].__doc__)
    for name, parameter in inspect.signature(resource).parameters.items():
        if name in ("resource_name", "opts"):
            continue
        required = "" if parameter.default is not inspect.Parameter.empty else " (required)"
        rule = WORDS[{**DIFFED, **RESOURCES[resource]}.get(name)]
        yield f"| `{name}`{required} | {rule} | {_cell(described[name])} |"


def _outputs(resource: type) -> Iterator[str]:
    yield "| output | |"
    yield "| --- | --- |"
    for name, text in described_attributes(resource).items():
        yield f"| `{name}` | {_cell(text)} |"


def _cell(text: str) -> str:
    return one_line(text).replace("|", "\\|")


def main() -> None:
    """Bring every page up to date."""
    for page, text in pages().items():
        page.write_text(text)


if __name__ == "__main__":
    main()

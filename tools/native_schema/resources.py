"""The resources of the schema: their arguments, outputs and update rules."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

from docstrings import described_arguments, described_attributes
from reference_tables import DIFFED, RESOURCES

from native_schema.names import detail_shape
from native_schema.type_table import ANY, Spec, array, described, mapping
from native_schema.words import in_schema_words
from sjresource.args import TimeoutsArgs
from sjresource.aws.models import input_shape, output_shape
from sjresource.stack.diff import REPLACES
from sjresource.stack.spelling.resources import JOB_RECORD, PAYLOAD, SPELLINGS, TYPED, UNTYPED
from sjresource.stack.spelling.words import camel_case
from sjresource.vocabulary import NATIVE_PREFIX

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from native_schema.type_table import TypeTable
    from sjresource.stack.spelling.resources import Spelling

_TEXT: Spec = {"type": "string"}
_COUNT: Spec = {"type": "integer"}
_NUMBER: Spec = {"type": "number"}
_FLAG: Spec = {"type": "boolean"}

_OWN: Mapping[str, Spec] = {
    "region": _TEXT,
    "triggers": array(ANY),
    "rerun_on_failure": _FLAG,
    "adopt_job_id": _TEXT,
    "deleted_with": _FLAG,
    "max_instance_hours": _NUMBER,
    "record_expired": _FLAG,
    "orphans": array(_TEXT),
    "recorded_runs": array(_TEXT),
    "job": _TEXT,
    "jobs": array(_TEXT),
    "named_jobs": mapping(_TEXT),
    "min_succeeded": _COUNT,
    "timeout_seconds": _NUMBER,
    "on_failure": _TEXT,
    "log_lines": _COUNT,
    "job_name": _TEXT,
    "status": _TEXT,
    "status_reason": _TEXT,
    "failure_reason": _TEXT,
    "training_job_arn": _TEXT,
    "training_job_name": _TEXT,
    "model_artifacts": _TEXT,
    "final_metrics": mapping(_NUMBER),
    "training_seconds": _NUMBER,
    "billable_seconds": _NUMBER,
    "log_group": _TEXT,
    "log_stream": _TEXT,
}
"""The types of what AWS has no member for, or has it elsewhere."""

_COMPLETION = "ServiceJobCompletion"

_TOLD: Mapping[str, Mapping[str, str]] = {
    "ServiceJob": {
        TYPED: "What SageMaker is to run: CreateTrainingJob's request, with names and types. "
        f"Either this or `{UNTYPED}` is required.",
        UNTYPED: "CreateTrainingJob's request in AWS's own names, as an object or as JSON text: "
        f"also what `{TYPED}` does not know yet. Instead of `{TYPED}`.",
        "deletedWith": "Whether it has the resource option of this name, of which no provider is "
        "told: the delete of its queue or share may end the job then.",
    },
    _COMPLETION: {
        "job": "The ARN of the job to wait for: a ServiceJob's `jobArn`.",
        "jobs": "Instead of `job`: the ARNs of many, whose order `results` has.",
        "namedJobs": "Instead of `jobs`: the ARNs of many, by names that `namedResults` has.",
        "minSucceeded": "How many of the jobs have to succeed; all, if it is not given. The wait "
        "ends as soon as that is certain either way; the jobs that still run go on.",
        "timeoutSeconds": "Ends the wait with an error, and not the job; without it there is no "
        "limit.",
        "onFailure": "`raise` fails the update with what is known of the failure. `record` records "
        "a failure like any outcome, and warns.",
        "results": "The outcome of each job, in the order of `jobs`.",
        "namedResults": "The outcome of each job of `namedJobs`, by its name.",
        "status": "SUCCEEDED, or FAILED where `onFailure` is `record`; of many jobs, whether "
        "enough did.",
    },
}
"""Words of the schema's own: a program in Python passes resources, and reads AWS's names alone."""

_LEFT_OUT = ("outcome", "secret_results", "registered_at", "resolved_arn")
"""Outputs by which a dynamic provider tells its program what the engine knows of a native one."""


def resources(types: TypeTable) -> dict[str, Spec]:
    """Return every resource, by its token; their types go to the table."""
    by_name: dict[str, type] = {resource.__name__: resource for resource in RESOURCES}
    return {
        token: _resource(spelling, by_name[spelling.name], types)
        for token, spelling in SPELLINGS.items()
    }


def _resource(spelling: Spelling, dynamic: type, types: TypeTable) -> Spec:
    inputs = dict(sorted(_inputs(spelling, dynamic, types)))
    outputs = dict(sorted(_outputs(spelling, dynamic, types)))
    needed = _required(spelling, dynamic)
    return {
        "description": in_schema_words(inspect.getdoc(dynamic) or ""),
        "inputProperties": inputs,
        "requiredInputs": sorted(needed),
        "properties": {**inputs, **outputs},
        "required": sorted(needed | _always_known(spelling)),
        "aliases": [{"type": spelling.dynamic_token}],
    }


def _inputs(spelling: Spelling, dynamic: type, types: TypeTable) -> Iterator[tuple[str, Spec]]:
    told = described_arguments(vars(dynamic)["__init__"].__doc__)
    parameters = inspect.signature(dynamic).parameters
    rules = {**DIFFED, **RESOURCES[dynamic]}
    for name, core in spelling.arguments.items():
        spec = dict(_type_of(spelling, name, core, str(parameters.get(core)), types))
        spec["description"] = _told(spelling, name) or in_schema_words(told[core])
        if core in spelling.defaults:
            spec["default"] = spelling.defaults[core]
        if rules.get(core) == REPLACES:
            spec["willReplaceOnChanges"] = True
        yield name, spec


def _told(spelling: Spelling, name: str) -> str | None:
    return _TOLD.get(spelling.name, {}).get(name)


def _type_of(
    spelling: Spelling, name: str, core: str, annotation: str, types: TypeTable
) -> Mapping[str, Any]:
    if name == TYPED:
        return types.payload(input_shape("CreateTrainingJob", "sagemaker"))
    if name == UNTYPED:
        return ANY
    if core == "timeouts":
        return _timeouts(types)
    if core in spelling.own_arguments:
        return _OWN[core]
    return types.argument(input_shape(str(spelling.request)).members[name], annotation)


def _timeouts(types: TypeTable) -> Spec:
    texts = described_attributes(TimeoutsArgs)
    members = {name: described(_NUMBER, in_schema_words(text)) for name, text in texts.items()}
    return types.object("Timeouts", members, in_schema_words(TimeoutsArgs.__doc__ or ""))


def _outputs(spelling: Spelling, dynamic: type, types: TypeTable) -> Iterator[tuple[str, Spec]]:
    texts = described_attributes(dynamic)
    for core in _output_names(spelling, texts):
        name = next((n for n, (c, _) in spelling.names.members.items() if c == core), None)
        if name is None or (name in spelling.arguments and name != "status"):
            continue
        spec = _output_type(spelling, name, core, types)
        told = _told(spelling, name) or in_schema_words(texts.get(core, ""))
        yield name, described(spec, told)


def _output_names(spelling: Spelling, texts: Mapping[str, str]) -> list[str]:
    found = [name for name in texts if name not in _LEFT_OUT]
    return [*found, "named_results"] if spelling.name == _COMPLETION else found


def _output_type(spelling: Spelling, name: str, core: str, types: TypeTable) -> Spec:
    if core == "attempts" and spelling.name == _COMPLETION:
        return types.batch(output_shape("DescribeServiceJob").members["attempts"])
    if core in ("results", "named_results"):
        record = _job_record(types)
        return array(record) if core == "results" else mapping(record)
    if core == "summary":
        counts = dict.fromkeys(("jobs", "succeeded", "failed", "unfinished"), _COUNT)
        return types.object("JobSummary", counts, "How many jobs there are, by how they ended.")
    if core == "console_urls":
        pages = dict.fromkeys(("jobQueue", "trainingJob", "log", "page"), _TEXT)
        return types.object("ConsoleUrls", pages, "Pages of the AWS console, or of an emulator.")
    if core in _OWN:
        return dict(_OWN[core])
    return types.batch(detail_shape(spelling).members[name])


def _job_record(types: TypeTable) -> Spec:
    completion = next(each for each in RESOURCES if each.__name__ == _COMPLETION)
    texts = described_attributes(completion)
    texts |= {"job": "Its ARN.", "job_name": "Its name in Batch.", "status": "How it ended."}
    members = {}
    for core in JOB_RECORD:
        spec = _output_type(SPELLINGS[NATIVE_PREFIX + _COMPLETION], camel_case(core), core, types)
        members[camel_case(core)] = described(spec, in_schema_words(texts[core]))
    members["name"] = described(_TEXT, "Its name among the `namedJobs`.")
    return types.object("JobResult", members, "What is recorded of a job that has ended.")


def _required(spelling: Spelling, dynamic: type) -> set[str]:
    parameters = inspect.signature(dynamic).parameters
    return {
        name
        for name, core in spelling.arguments.items()
        if core in parameters
        and parameters[core].default is inspect.Parameter.empty
        and core != PAYLOAD
    }


def _always_known(spelling: Spelling) -> set[str]:
    if spelling.name == _COMPLETION:
        return {"status", "summary", "results"}
    if spelling.name == "ServiceJob":
        return {"jobArn", "jobId", "jobName", "status", "serviceJobType"}
    answered = spelling.names.members
    noun = spelling.name[:1].lower() + spelling.name[1:]
    found = {f"{noun}Arn", f"{noun}Name", "arn", "name", "status", "state"} & set(answered)
    return found | {name for name, core in spelling.arguments.items() if core in spelling.defaults}

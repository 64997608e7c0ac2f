"""The payload of a SageMaker SDK ModelTrainer, as the SDK's own queue would submit it.

The SDK (`sagemaker-train`) is optional, and never imported here: the trainer comes from the
program. The payload comes from a method of it that is not public, called as the SDK's own
`TrainingQueue` does, so a newer SDK may need a newer sjresource.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import TYPE_CHECKING, Any

import pulumi

from sjresource.checks.function_arguments import describe, is_awaited, refuse
from sjresource.problem import Problem
from sjresource.sanitize import plain
from sjresource.stack.inputs.arguments import type_of

if TYPE_CHECKING:
    from collections.abc import Iterator


def from_model_trainer(trainer: Any, inputs: Sequence[Any] = ()) -> dict[str, Any]:
    """Return the `service_request_payload` of a trainer, and of inputs as for `trainer.train`.

    The training job's name is left out, since the SDK makes a new one at every run of the program.
    The trainer's tags are left out too, with a warning: give them as the job's `tags`.

    Raises:
        pulumi.RunError: this is no ModelTrainer, or its inputs are no list; or it would upload
            local files (source code, data). The SDK does that under a new name at every run,
            previews included, so that the job would run again each time. Upload them once, and use
            their S3 URIs.
    """
    refuse("reading ModelTrainer", [*_no_trainer(trainer), *_wrong_inputs(inputs)])
    payload: dict[str, Any] = trainer._create_training_job_args(  # noqa: SLF001 - see above
        input_data_config=list(inputs), boto3=True
    )
    name = payload.pop("TrainingJobName")
    whose = f"reading ModelTrainer ({plain(str(trainer.base_job_name))})"
    if name in json.dumps(payload, default=type_of):
        seen = (
            "are uploaded under a new name at every run, which would run the job again; upload "
            "them once, and name S3 URIs in inputs, source_code and checkpoint_config"
        )
        refuse(whose, [Problem("local files", seen)])
    if payload.pop("Tags", None):
        pulumi.log.warn(f"{whose}: its tags are not in the payload; give them as the job's tags")
    return payload


def _no_trainer(trainer: Any) -> Iterator[Problem]:
    """Yield a problem unless it is an instance; Outputs and classes have that member as well."""
    is_one = not is_awaited(trainer) and not isinstance(trainer, type)
    if not (is_one and callable(getattr(trainer, "_create_training_job_args", None))):
        kind = f"the class {trainer.__name__}" if isinstance(trainer, type) else describe(trainer)
        yield Problem("trainer", f"must be a sagemaker.train ModelTrainer, got {kind}")


def _wrong_inputs(inputs: Any) -> Iterator[Problem]:
    """Yield what can't be an input; the SDK would iterate over a text, and fail with an Output."""
    no_list = (str, bytes, Mapping, AbstractSet)
    if is_awaited(inputs) or isinstance(inputs, no_list) or not isinstance(inputs, Iterable):
        yield Problem("inputs", f"must be a list of InputData or Channel, got {describe(inputs)}")
        return
    for at, item in enumerate(inputs if isinstance(inputs, Sequence) else ()):
        if item is None or is_awaited(item) or isinstance(item, (str, bytes, int, float)):
            hint = "; the SDK needs it at once" if is_awaited(item) else ""
            seen = f"must be an InputData or a Channel, got {describe(item)}{hint}"
            yield Problem(f"inputs[{at}]", seen)

"""Prepares a training job's folder and environment variables before anything of it runs."""

from __future__ import annotations

import json
import logging
import os
from typing import TYPE_CHECKING, Any, Final

from sjresource.emulator.executors.process import container
from sjresource.emulator.store.data_folder import mark

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sjresource.emulator.executors.interface import TrainingJob
    from sjresource.emulator.executors.process.container import ContainerRoot

_INHERITED: Final = ("PATH", "LANG", "LC_ALL")
"""The emulator's variables that a job inherits; others may hold what it must not see."""


def prepare(
    job: TrainingJob, root: ContainerRoot, aws_variables: Mapping[str, str]
) -> dict[str, str]:
    """Make the folders, write the configuration files, and return the process's variables.

    The request's Environment overrides all but the training job's name and ARN.
    """
    root.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    root.path.mkdir(mode=0o700)  # hyperparameters may be secrets
    mark(root.path)
    for folder in (root.config, root.data, root.model, root.output, root.temporary):
        folder.mkdir(parents=True)
    for name, content in {
        "hyperparameters": container.hyperparameters(job.request, root),
        "resourceconfig": container.resource_config(job.request),
        "inputdataconfig": container.input_data_config(job.request),
    }.items():
        (root.config / f"{name}.json").write_text(json.dumps(content))
    return {
        **{name: os.environ[name] for name in _INHERITED if name in os.environ},
        "HOME": str(root.path),
        "TMPDIR": str(root.temporary),
        "PYTHONUNBUFFERED": "1",  # as in AWS's images: lines are logged when they are printed
        **aws_variables,
        **toolkit_variables(job, root, cpus=os.cpu_count() or 1),
        **container.variables(job, root),
    }


def toolkit_variables(job: TrainingJob, root: ContainerRoot, *, cpus: int) -> dict[str, str]:
    """Return a training job's SM_* variables; there is never a GPU.

    They are not SageMaker's but its training toolkit's, which AWS's own images have; names and
    forms as in
    https://github.com/aws/sagemaker-training-toolkit/blob/master/ENVIRONMENT_VARIABLES.md
    """
    hyperparameters = container.hyperparameters(job.request, root)
    resource_config = container.resource_config(job.request)
    input_data_config = container.input_data_config(job.request)
    values = {name: _decoded(text) for name, text in hyperparameters.items()}
    channels = {name: str(root.data / name) for name in input_data_config}
    shared = {
        "model_dir": str(root.model),
        "input_dir": str(root.config.parent),
        "input_config_dir": str(root.config),
        "output_dir": str(root.failure.parent),
        "output_data_dir": str(root.output),
        "current_host": resource_config["current_host"],
        "current_instance_type": resource_config["current_instance_type"],
        "current_instance_group": resource_config["current_group_name"],
        "hosts": resource_config["hosts"],
        "network_interface_name": resource_config["network_interface_name"],
        "resource_config": resource_config,
        "input_data_config": input_data_config,
        "num_cpus": cpus,
        "num_gpus": 0,
        "num_neurons": 0,
        "log_level": logging.INFO,
    }
    training_env = {
        **shared,
        "job_name": job.name,
        "hyperparameters": values,
        "channel_input_dirs": channels,
    }
    named = {
        **shared,
        "hps": values,
        "channels": sorted(channels),
        "user_args": [
            word for name in sorted(values) for word in (f"--{name}", hyperparameters[name])
        ],
        "training_env": training_env,
        **{f"channel_{name}": folder for name, folder in channels.items()},
        **{f"hp_{name}": value for name, value in values.items()},
    }
    return {f"SM_{name.upper()}": _encoded(value) for name, value in named.items()}


def _decoded(text: str) -> Any:
    # The toolkit reads each hyperparameter as JSON if it is, else as the text it is.
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def _encoded(value: object) -> str:
    if value is None:
        return ""
    return (
        value
        if isinstance(value, str)
        else json.dumps(value, sort_keys=True, separators=(",", ":"))
    )

"""The SM_* variables: not SageMaker's but its training toolkit's, which AWS's own images have.

Pure. Names and forms as in
https://github.com/aws/sagemaker-training-toolkit/blob/master/ENVIRONMENT_VARIABLES.md
"""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sjresource.emulator.executors.process.contract import Tree


def toolkit_variables(
    job_name: str,
    tree: Tree,
    *,
    hyperparameters: Mapping[str, str],
    resource_config: Mapping[str, Any],
    input_data_config: Mapping[str, Any],
    cpus: int,
) -> dict[str, str]:
    """Give all SM_* variables for one training job; there is never a GPU."""
    values = {name: _decoded(text) for name, text in hyperparameters.items()}
    channels = {name: str(tree.data / name) for name in input_data_config}
    facts = {
        "model_dir": str(tree.model),
        "input_dir": str(tree.config.parent),
        "input_config_dir": str(tree.config),
        "output_dir": str(tree.failure.parent),
        "output_data_dir": str(tree.output),
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
        **facts,
        "job_name": job_name,
        "hyperparameters": values,
        "channel_input_dirs": channels,
    }
    named = {
        **facts,
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

"""Puts a training job's folder and variables in order before anything of it runs."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Final

from sjresource.emulator.executors.process import contract
from sjresource.emulator.executors.process.toolkit_variables import toolkit_variables
from sjresource.emulator.store.data_folder import mark

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sjresource.emulator.executors.interface import TrainingJob
    from sjresource.emulator.executors.process.contract import Tree

_INHERITED: Final = ("PATH", "LANG", "LC_ALL")
"""Of the emulator's own variables; the others may hold what is no training job's business."""


def prepare(job: TrainingJob, tree: Tree, aws_variables: Mapping[str, str]) -> dict[str, str]:
    """Make the tree, write its configuration files, and give the variables of the process.

    The request's Environment goes before all others, but for the training job's name and ARN.
    """
    tree.root.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    tree.root.mkdir(mode=0o700)  # hyperparameters may be secrets
    mark(tree.root)
    for folder in (tree.config, tree.data, tree.model, tree.output, tree.temporary):
        folder.mkdir(parents=True)
    hyperparameters = contract.hyperparameters(job.request, tree)
    resource_config = contract.resource_config(job.request)
    input_data_config = contract.input_data_config(job.request)
    for name, content in {
        "hyperparameters": hyperparameters,
        "resourceconfig": resource_config,
        "inputdataconfig": input_data_config,
    }.items():
        (tree.config / f"{name}.json").write_text(json.dumps(content))
    toolkit = toolkit_variables(
        job.name,
        tree,
        hyperparameters=hyperparameters,
        resource_config=resource_config,
        input_data_config=input_data_config,
        cpus=os.cpu_count() or 1,
    )
    return {
        **{name: os.environ[name] for name in _INHERITED if name in os.environ},
        "HOME": str(tree.root),
        "TMPDIR": str(tree.temporary),
        "PYTHONUNBUFFERED": "1",  # as in AWS's images: lines are logged when they are printed
        **aws_variables,
        **toolkit,
        **contract.variables(job, tree),
    }

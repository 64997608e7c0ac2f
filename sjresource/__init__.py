"""AWS Batch service jobs (queued SageMaker training) as resources of a Pulumi stack.

    import sjresource as sj

    env = sj.ServiceEnvironment(
        "gpus", capacity_limits=[{"max_capacity": 2, "capacity_unit": "NUM_INSTANCES"}])
    queue = sj.JobQueue("training", priority=1, service_environment_order=[
        {"order": 1, "service_environment": env.service_environment_arn}])
    train = sj.ServiceJob(
        "train", job_queue=queue.job_queue_arn, service_request_payload={...})
    done = sj.ServiceJobCompletion("trained", job=train)

docs/architecture.md has the map of the folders, and says where to look for what.

The public names are those that `__init__.pyi` imports. A name's module is imported when the name is
first asked for: the emulator needs none of them and the engine's plugin one resource's, and neither
loads more of Pulumi's SDK than it needs. https://scientific-python.org/specs/spec-0001/
"""

import ast
from importlib import import_module
from pathlib import Path

_MODULE_OF = {
    alias.name: str(node.module)
    for node in ast.parse(Path(__file__).with_suffix(".pyi").read_text()).body
    if isinstance(node, ast.ImportFrom)
    for alias in node.names
}

__all__ = sorted(_MODULE_OF)  # noqa: PLE0605 - one table is enough


def __getattr__(name: str) -> object:
    """Import the module of a public name; https://peps.python.org/pep-0562/."""
    if name not in _MODULE_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(_MODULE_OF[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__

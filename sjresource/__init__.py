"""AWS Batch service jobs (queued SageMaker training) as resources of a Pulumi stack.

    import sjresource as sj

    env = sj.ServiceEnvironment(
        "gpus", capacity_limits=[{"max_capacity": 2, "capacity_unit": "NUM_INSTANCES"}])
    queue = sj.JobQueue("training", priority=1, service_environment_order=[
        {"order": 1, "service_environment": env.service_environment_arn}])
    train = sj.ServiceJob(
        "train", job_queue=queue.job_queue_arn, service_request_payload={...})
    done = sj.ServiceJobCompletion("trained", job=train)

The folders, each of which imports only those below it:

    cli         the `sjresource` command
    resources   the resources that a program declares, and their providers
    waiting     a program's wait for its jobs, and the record of their outcome
    checks      what a preview catches
    stack       config, identity, ownership and diffs: our side of Pulumi
    page        the queue page, of AWS's jobs or the emulator's
    status      what AWS's answers about a job mean, in words
    aws         the only calls of AWS: settings, clients, waiters, payloads

`sjresource.emulator` is a program of its own: it imports the page alone, and nothing imports it.
docs/architecture.md has the map with all imports, and says where to look for what.

A public name's module is imported when the name is first asked for: the emulator needs none of
them and the engine's plugin one resource's, and neither loads more of Pulumi's SDK than it needs.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sjresource.args import (
        CapacityLimitArgs,
        EvaluateOnExitArgs,
        FairsharePolicyArgs,
        JobPreemptionConfigurationArgs,
        JobStateTimeLimitActionArgs,
        QuotaShareCapacityLimitArgs,
        QuotaSharePolicyArgs,
        ResourceSharingConfigurationArgs,
        RetryStrategyArgs,
        ServiceEnvironmentOrderArgs,
        ShareDistributionArgs,
        SharePreemptionConfigurationArgs,
        TimeoutConfigArgs,
        TimeoutsArgs,
    )
    from sjresource.errors import NotFound, RequestFailed, SjresourceError, Unreachable, WaitTimeout
    from sjresource.functions import (
        get_job_queue_snapshot,
        get_job_queue_snapshot_output,
        get_service_job,
        get_service_job_output,
        list_service_jobs,
        list_service_jobs_output,
    )
    from sjresource.model_trainer import from_model_trainer
    from sjresource.orphans import Orphan, find_orphans
    from sjresource.resources.completion import ServiceJobCompletion
    from sjresource.resources.job_queue import JobQueue
    from sjresource.resources.quota_share import QuotaShare
    from sjresource.resources.scheduling_policy import SchedulingPolicy
    from sjresource.resources.service_environment import ServiceEnvironment
    from sjresource.resources.service_job import ServiceJob
    from sjresource.training_job_request import CreateTrainingJobArgs

__all__ = [
    "CapacityLimitArgs",
    "CreateTrainingJobArgs",
    "EvaluateOnExitArgs",
    "FairsharePolicyArgs",
    "JobPreemptionConfigurationArgs",
    "JobQueue",
    "JobStateTimeLimitActionArgs",
    "NotFound",
    "Orphan",
    "QuotaShare",
    "QuotaShareCapacityLimitArgs",
    "QuotaSharePolicyArgs",
    "RequestFailed",
    "ResourceSharingConfigurationArgs",
    "RetryStrategyArgs",
    "SchedulingPolicy",
    "ServiceEnvironment",
    "ServiceEnvironmentOrderArgs",
    "ServiceJob",
    "ServiceJobCompletion",
    "ShareDistributionArgs",
    "SharePreemptionConfigurationArgs",
    "SjresourceError",
    "TimeoutConfigArgs",
    "TimeoutsArgs",
    "Unreachable",
    "WaitTimeout",
    "find_orphans",
    "from_model_trainer",
    "get_job_queue_snapshot",
    "get_job_queue_snapshot_output",
    "get_service_job",
    "get_service_job_output",
    "list_service_jobs",
    "list_service_jobs_output",
]

_MODULES = {
    "args": (
        "CapacityLimitArgs",
        "EvaluateOnExitArgs",
        "FairsharePolicyArgs",
        "JobPreemptionConfigurationArgs",
        "JobStateTimeLimitActionArgs",
        "QuotaShareCapacityLimitArgs",
        "QuotaSharePolicyArgs",
        "ResourceSharingConfigurationArgs",
        "RetryStrategyArgs",
        "ServiceEnvironmentOrderArgs",
        "ShareDistributionArgs",
        "SharePreemptionConfigurationArgs",
        "TimeoutConfigArgs",
        "TimeoutsArgs",
    ),
    "resources.completion": ("ServiceJobCompletion",),
    "errors": ("NotFound", "RequestFailed", "SjresourceError", "Unreachable", "WaitTimeout"),
    "functions": (
        "get_job_queue_snapshot",
        "get_job_queue_snapshot_output",
        "get_service_job",
        "get_service_job_output",
        "list_service_jobs",
        "list_service_jobs_output",
    ),
    "resources.job_queue": ("JobQueue",),
    "model_trainer": ("from_model_trainer",),
    "orphans": ("Orphan", "find_orphans"),
    "resources.quota_share": ("QuotaShare",),
    "resources.scheduling_policy": ("SchedulingPolicy",),
    "resources.service_environment": ("ServiceEnvironment",),
    "resources.service_job": ("ServiceJob",),
    "training_job_request": ("CreateTrainingJobArgs",),
}
_MODULE_OF = {name: module for module, names in _MODULES.items() for name in names}


if not TYPE_CHECKING:  # a type checker would take any name for one of ours

    def __getattr__(name: str) -> object:
        """Import what a name needs once it is asked for; https://peps.python.org/pep-0562/."""
        if name not in _MODULE_OF:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        value = getattr(import_module(f"{__name__}.{_MODULE_OF[name]}"), name)
        globals()[name] = value
        return value


def __dir__() -> list[str]:
    return __all__

# ruff: noqa: I001, PYI035 - one statement for each module; __init__.py has the value
# The public names, each with its module: type checkers and editors read this file, and so does
# __init__.py when it runs.

from sjresource.args import (
    CapacityLimitArgs as CapacityLimitArgs,
    EvaluateOnExitArgs as EvaluateOnExitArgs,
    FairsharePolicyArgs as FairsharePolicyArgs,
    JobPreemptionConfigurationArgs as JobPreemptionConfigurationArgs,
    JobStateTimeLimitActionArgs as JobStateTimeLimitActionArgs,
    QuotaShareCapacityLimitArgs as QuotaShareCapacityLimitArgs,
    QuotaSharePolicyArgs as QuotaSharePolicyArgs,
    ResourceSharingConfigurationArgs as ResourceSharingConfigurationArgs,
    RetryStrategyArgs as RetryStrategyArgs,
    ServiceEnvironmentOrderArgs as ServiceEnvironmentOrderArgs,
    ShareDistributionArgs as ShareDistributionArgs,
    SharePreemptionConfigurationArgs as SharePreemptionConfigurationArgs,
    TimeoutConfigArgs as TimeoutConfigArgs,
    TimeoutsArgs as TimeoutsArgs,
)
from sjresource.errors import (
    NotFound as NotFound,
    RequestFailed as RequestFailed,
    SjresourceError as SjresourceError,
    Unreachable as Unreachable,
    WaitTimeout as WaitTimeout,
)
from sjresource.functions import (
    get_job_queue_snapshot as get_job_queue_snapshot,
    get_job_queue_snapshot_output as get_job_queue_snapshot_output,
    get_service_job as get_service_job,
    get_service_job_output as get_service_job_output,
    list_service_jobs as list_service_jobs,
    list_service_jobs_output as list_service_jobs_output,
)
from sjresource.model_trainer import from_model_trainer as from_model_trainer
from sjresource.orphans import (
    Orphan as Orphan,
    find_orphans as find_orphans,
)
from sjresource.resources.completion import ServiceJobCompletion as ServiceJobCompletion
from sjresource.resources.job_queue import JobQueue as JobQueue
from sjresource.resources.quota_share import QuotaShare as QuotaShare
from sjresource.resources.scheduling_policy import SchedulingPolicy as SchedulingPolicy
from sjresource.resources.service_environment import ServiceEnvironment as ServiceEnvironment
from sjresource.resources.service_job import ServiceJob as ServiceJob
from sjresource.training_job_request import CreateTrainingJobArgs as CreateTrainingJobArgs

__all__: list[str]

"""The Batch operations that are emulated: the table of them, and one file for each noun."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sjresource.emulator.api.job_queues import (
    create_job_queue,
    delete_job_queue,
    describe_job_queues,
    update_job_queue,
)
from sjresource.emulator.api.listing import list_service_jobs
from sjresource.emulator.api.quota_shares import (
    create_quota_share,
    delete_quota_share,
    describe_quota_share,
    list_quota_shares,
    update_quota_share,
)
from sjresource.emulator.api.scheduling_policies import (
    create_scheduling_policy,
    delete_scheduling_policy,
    describe_scheduling_policies,
    list_scheduling_policies,
    update_scheduling_policy,
)
from sjresource.emulator.api.service_environments import (
    create_service_environment,
    delete_service_environment,
    describe_service_environments,
    update_service_environment,
)
from sjresource.emulator.api.service_jobs import (
    describe_service_job,
    terminate_service_job,
    terminate_service_jobs,
    update_service_job,
)
from sjresource.emulator.api.snapshots import get_job_queue_snapshot
from sjresource.emulator.api.submission import submit_service_job
from sjresource.emulator.api.tags import list_tags_for_resource, tag_resource, untag_resource

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Final

    from sjresource.emulator.api.call import Call

OPERATIONS: Final[Mapping[str, Callable[[Call, dict[str, Any]], dict[str, Any]]]] = {
    "SubmitServiceJob": submit_service_job,
    "DescribeServiceJob": describe_service_job,
    "ListServiceJobs": list_service_jobs,
    "TerminateServiceJob": terminate_service_job,
    "TerminateServiceJobs": terminate_service_jobs,
    "UpdateServiceJob": update_service_job,
    "CreateServiceEnvironment": create_service_environment,
    "UpdateServiceEnvironment": update_service_environment,
    "DeleteServiceEnvironment": delete_service_environment,
    "DescribeServiceEnvironments": describe_service_environments,
    "CreateJobQueue": create_job_queue,
    "UpdateJobQueue": update_job_queue,
    "DeleteJobQueue": delete_job_queue,
    "DescribeJobQueues": describe_job_queues,
    "GetJobQueueSnapshot": get_job_queue_snapshot,
    "CreateQuotaShare": create_quota_share,
    "UpdateQuotaShare": update_quota_share,
    "DeleteQuotaShare": delete_quota_share,
    "DescribeQuotaShare": describe_quota_share,
    "ListQuotaShares": list_quota_shares,
    "CreateSchedulingPolicy": create_scheduling_policy,
    "UpdateSchedulingPolicy": update_scheduling_policy,
    "DeleteSchedulingPolicy": delete_scheduling_policy,
    "DescribeSchedulingPolicies": describe_scheduling_policies,
    "ListSchedulingPolicies": list_scheduling_policies,
    "TagResource": tag_resource,
    "UntagResource": untag_resource,
    "ListTagsForResource": list_tags_for_resource,
}

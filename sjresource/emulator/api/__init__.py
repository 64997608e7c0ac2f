"""The Batch operations that are emulated: the table of them, and a file for each noun.

In the order in which a stack calls them:

    scheduling_policies.py  service_environments.py  job_queues.py  quota_shares.py  tags.py
    quota_management.py     which queues have quota shares, and which environments those may use
    submission.py           a job comes into its queue
    service_jobs.py         what is shown of jobs, and what ends them
    snapshots.py            what waits in a queue, and what it uses
    behaviour.py            the switches: what AWS leaves open
    batch.py, call.py       from HTTP to an operation, and what every operation gets
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sjresource.emulator.api import (
    job_queues,
    quota_shares,
    scheduling_policies,
    service_environments,
    service_jobs,
    snapshots,
    submission,
    tags,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Final

    from sjresource.emulator.api.call import Call

OPERATIONS: Final[Mapping[str, Callable[[Call, dict[str, Any]], dict[str, Any]]]] = {
    "SubmitServiceJob": submission.submit_service_job,
    "DescribeServiceJob": service_jobs.describe_service_job,
    "ListServiceJobs": service_jobs.list_service_jobs,
    "TerminateServiceJob": service_jobs.terminate_service_job,
    "TerminateServiceJobs": service_jobs.terminate_service_jobs,
    "UpdateServiceJob": service_jobs.update_service_job,
    "CreateServiceEnvironment": service_environments.create_service_environment,
    "UpdateServiceEnvironment": service_environments.update_service_environment,
    "DeleteServiceEnvironment": service_environments.delete_service_environment,
    "DescribeServiceEnvironments": service_environments.describe_service_environments,
    "CreateJobQueue": job_queues.create_job_queue,
    "UpdateJobQueue": job_queues.update_job_queue,
    "DeleteJobQueue": job_queues.delete_job_queue,
    "DescribeJobQueues": job_queues.describe_job_queues,
    "GetJobQueueSnapshot": snapshots.get_job_queue_snapshot,
    "CreateQuotaShare": quota_shares.create_quota_share,
    "UpdateQuotaShare": quota_shares.update_quota_share,
    "DeleteQuotaShare": quota_shares.delete_quota_share,
    "DescribeQuotaShare": quota_shares.describe_quota_share,
    "ListQuotaShares": quota_shares.list_quota_shares,
    "CreateSchedulingPolicy": scheduling_policies.create_scheduling_policy,
    "UpdateSchedulingPolicy": scheduling_policies.update_scheduling_policy,
    "DeleteSchedulingPolicy": scheduling_policies.delete_scheduling_policy,
    "DescribeSchedulingPolicies": scheduling_policies.describe_scheduling_policies,
    "ListSchedulingPolicies": scheduling_policies.list_scheduling_policies,
    "TagResource": tags.tag_resource,
    "UntagResource": tags.untag_resource,
    "ListTagsForResource": tags.list_tags_for_resource,
}

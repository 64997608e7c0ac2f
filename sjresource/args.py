"""Types of nested arguments, for editors and type checkers; nothing here is read at run time.

A program passes plain dicts, which type checkers hold against these. Names are
`botocore.xform_name` of the API's members, and a test compares both. For the content of
`service_request_payload` see `training_job_request`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict, TypeVar

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pulumi import Input

    Member = TypeVar("Member")
    Inputs = Input[Sequence[Input[Member]]]
    """A list, whose items may be Outputs."""


class EvaluateOnExitArgs(TypedDict, total=False):
    """What to do after an attempt whose reason matches."""

    action: Input[str]
    """RETRY or EXIT."""
    on_status_reason: Input[str]
    """Up to 512 characters; a `*` at its end matches anything."""


class _RetryStrategyArgs(TypedDict):
    attempts: Input[int]
    """1 to 10, the first one included."""


class RetryStrategyArgs(_RetryStrategyArgs, total=False):
    """`retry_strategy` of a job."""

    evaluate_on_exit: Inputs[EvaluateOnExitArgs]
    """The first that matches decides; without a match an attempt is retried."""


class TimeoutConfigArgs(TypedDict, total=False):
    """`timeout_config` of a job."""

    attempt_duration_seconds: Input[int]
    """Batch ends an attempt that runs longer than this."""


class JobPreemptionConfigurationArgs(TypedDict, total=False):
    """`preemption_configuration` of a job."""

    preemption_retries_before_termination: Input[int]
    """How often a preempted job is queued again before it ends; unlimited if absent."""


class CapacityLimitArgs(TypedDict, total=False):
    """One of `capacity_limits` of a service environment."""

    max_capacity: Input[int]
    """How many instances all jobs together may use at a time."""
    capacity_unit: Input[str]
    """NUM_INSTANCES, or an instance type in an environment under quota management."""


class ServiceEnvironmentOrderArgs(TypedDict):
    """One of `service_environment_order` of a queue."""

    order: Input[int]
    """1, since a queue has one environment."""
    service_environment: Input[str]
    """Name or ARN."""


class JobStateTimeLimitActionArgs(TypedDict):
    """One of `job_state_time_limit_actions` of a queue."""

    reason: Input[str]
    """Batch's reason why the head of the queue waits, for example
    `MISCONFIGURATION:SERVICE_ENVIRONMENT_MAX_RESOURCE`."""
    state: Input[str]
    """RUNNABLE."""
    max_time_seconds: Input[int]
    """How long a job may wait for that reason, 600 to 86400."""
    action: Input[str]
    """TERMINATE: Batch takes CANCEL only for queues of containers."""


class _ShareDistributionArgs(TypedDict):
    share_identifier: Input[str]
    """A share's name, or a prefix of names with a `*`."""


class ShareDistributionArgs(_ShareDistributionArgs, total=False):
    """One share of a fair-share policy."""

    weight_factor: Input[float]
    """The smaller, the more capacity the share gets."""


class FairsharePolicyArgs(TypedDict, total=False):
    """`fairshare_policy` of a scheduling policy."""

    share_decay_seconds: Input[int]
    """For how long past use counts, at most a week; 0 is ten minutes."""
    compute_reservation: Input[int]
    """Per cent of the capacity, 0 to 99, that stays free for shares that are not active yet."""
    share_distribution: Inputs[ShareDistributionArgs]
    """The shares that have a weight; any other has the weight 1."""


class QuotaSharePolicyArgs(TypedDict):
    """`quota_share_policy` of a scheduling policy."""

    idle_resource_assignment_strategy: Input[str]
    """FIFO, the only value that Batch has: idle capacity goes to the oldest job."""


class QuotaShareCapacityLimitArgs(TypedDict):
    """One of `capacity_limits` of a quota share."""

    max_capacity: Input[int]
    """How many instances of the type are guaranteed to the share."""
    capacity_unit: Input[str]
    """An instance type."""


class _ResourceSharingConfigurationArgs(TypedDict):
    strategy: Input[str]
    """RESERVE, LEND or LEND_AND_BORROW."""


class ResourceSharingConfigurationArgs(_ResourceSharingConfigurationArgs, total=False):
    """`resource_sharing_configuration` of a quota share."""

    borrow_limit: Input[int]
    """Per cent of the share's own limits; -1 is without limit."""


class SharePreemptionConfigurationArgs(TypedDict):
    """`preemption_configuration` of a quota share."""

    in_share_preemption: Input[str]
    """ENABLED or DISABLED."""


class TimeoutsArgs(TypedDict, total=False):
    """`timeouts` of a resource, in seconds."""

    create: Input[float]
    """How long to wait until it is VALID; after that `pulumi up` goes on with its status."""
    update: Input[float]
    """The same, after a change."""
    delete: Input[float]
    """How long to wait until it is no longer in use, and until it is gone; then an error."""

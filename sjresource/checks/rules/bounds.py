"""Bounds of single values that AWS gives in words: its models' metadata lacks nearly all of them.

One table, with the bounds of Batch's arguments by operation and those of the payload under
CreateTrainingJob. Those that botocore's models do have (min, max, pattern, enum) are checked by
`checks/values/shapes.py`. How values depend on each other is in the modules of rules; the sizes
of a payload and of a whole request are in `request_size`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from sjresource.aws.arn import LONGEST_NAME, is_name, parse_arn
from sjresource.stack.identity import OWN_TAGS
from sjresource.vocabulary import SAGEMAKER_TRAINING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    Test = Callable[[Any], bool]
    Bound = tuple[str, "Allowed"]
    Bounds = Mapping[str, tuple[Bound, ...]]

DEFAULT_RUN_SECONDS = 24 * 3600
"""https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_StoppingCondition.html"""

_LONGEST_RUN = 28 * 24 * 3600
_INTERVALS = (100, 200, 500, 1000, 5000, 60000)


class Allowed(NamedTuple):
    """What is allowed, in words that follow "must be", and the test of a value of the right type.

    `is_ours` is a bound that sjresource itself needs to find its own resources again, whatever AWS
    takes.
    """

    meaning: str
    test: Test
    is_ours: bool = False


def _between(low: float, high: float) -> Test:
    return lambda value: low <= value <= high


def _has_length(low: int, high: int) -> Test:
    return lambda value: low <= len(value) <= high


def _matches(pattern: str) -> Test:
    return lambda value: re.fullmatch(pattern, value, re.ASCII) is not None


_JOB_NAME = Allowed(f"1 to {LONGEST_NAME} letters, digits, hyphens or underscores", is_name)
_NAME = Allowed(
    f"{_JOB_NAME.meaning}, of which a letter or digit is first",
    lambda value: is_name(value) and value[0] not in "_-",
)
"""AWS's pages leave out what has to be first; Batch refuses the rest, as others have seen.

https://github.com/hashicorp/terraform-provider-aws/pull/2159
"""
_POSITIVE = Allowed("an integer of at least 1", _between(1, 2**31 - 1))
_NOT_NEGATIVE = Allowed("an integer of at least 0", _between(0, 2**31 - 1))
_SHARE_IDENTIFIER = Allowed(
    "up to 255 characters, which an asterisk may follow", _matches(r"[^*]{1,255}|[^*]{0,255}\*")
)
_BORROW_LIMIT = Allowed(
    "an integer of at least 0 (per cent), or -1 (unlimited)", _between(-1, 2**31 - 1)
)
_NOT_AWS_KEY = Allowed(
    "a key that does not begin with aws:, which is AWS's own",
    lambda value: not value.lower().startswith("aws:"),
)
_INSTANCE_TYPE = Allowed("an instance type (ml.…)", lambda value: value.startswith("ml."))
_READ_ONLY = Allowed("absent: it can only be read, not requested", lambda _: False)


def _integer(low: int, high: int) -> Allowed:
    return Allowed(f"an integer from {low} to {high}", _between(low, high))


def _at_most(length: int, unit: str) -> Allowed:
    return Allowed(f"at most {length} {unit}", _has_length(0, length))


def _only(value: str, why: str) -> Allowed:
    return Allowed(f"{value}, {why}", lambda given: given == value)


def _arn_of(kind: str) -> Allowed:
    return Allowed(f"the ARN of a {kind}", lambda value: _is_arn(kind, value))


def _name_or_arn_of(kind: str) -> Allowed:
    return Allowed(
        f"the name or the ARN of a {kind}",
        lambda value: _is_arn(kind, value) if ":" in value else is_name(value),
    )


def _is_arn(kind: str, value: str) -> bool:
    arn = parse_arn(value)
    return arn is not None and (arn.service, arn.kind) == ("batch", kind) and is_name(arn.name)


_MOST_TAGS = 50 - len(OWN_TAGS)
_TAGS = Allowed(
    f"at most {_MOST_TAGS} tags, none of them named sjresource:… or aws:…",
    lambda value: (
        len(value) <= _MOST_TAGS
        and not any(
            key.lower().startswith(("sjresource:", "aws:")) for key in set(value) - OWN_TAGS
        )
    ),
)
_NOT_OUR_TAGS = Allowed(_TAGS.meaning, OWN_TAGS.isdisjoint, is_ours=True)
_TAG_FORM = re.compile(r"[\w .:/=+\-@]*")
_TAG_TEXT = Allowed(
    "tags of letters, digits, spaces and _ . : / = + - @",
    lambda value: all(
        _TAG_FORM.fullmatch(text)
        for item in value.items()
        for text in item
        if isinstance(text, str)
    ),
)


def _batch(page: str) -> str:
    return f"https://docs.aws.amazon.com/batch/latest/{page}.html"


def _sagemaker(page: str) -> str:
    return f"https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_{page}.html"


_TAG_BOUNDS: Bounds = {
    _batch("userguide/using-tags"): (("tags", _NOT_OUR_TAGS), ("tags", _TAGS), ("tags", _TAG_TEXT))
}
_QUOTA_SHARES = _batch("userguide/quota-shares")
_LIMIT_COUNT = ("capacity_limits", Allowed("1 to 5 limits", _has_length(1, 5)))
_LIMIT_BOUNDS: Bounds = {
    _batch("APIReference/API_CapacityLimit"): (("capacity_limits[].max_capacity", _NOT_NEGATIVE),),
}

BOUNDS: Mapping[str, Bounds] = {
    "CreateTrainingJob": {
        _sagemaker("StoppingCondition"): (
            (
                "StoppingCondition.MaxRuntimeInSeconds",
                Allowed(f"at most {_LONGEST_RUN} (28 days)", _between(0, _LONGEST_RUN)),
            ),
        ),
        _sagemaker("ResourceConfig"): (
            ("ResourceConfig.SelectedInstanceType", _READ_ONLY),
            ("ResourceConfig.SelectedInstanceCount", _READ_ONLY),
        ),
        _sagemaker("PlacementSpecification"): (
            (
                "ResourceConfig.InstancePlacementConfig.PlacementSpecifications[].InstanceCount",
                _POSITIVE,
            ),
        ),
        _sagemaker("ProfilerConfig"): (
            (
                "ProfilerConfig.ProfilingIntervalInMilliseconds",
                Allowed(f"one of {', '.join(map(str, _INTERVALS))}", _INTERVALS.__contains__),
            ),
        ),
        "https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html": (
            ("Tags[].Key", _NOT_AWS_KEY),
        ),
    },
    "SubmitServiceJob": {
        _batch("APIReference/API_SubmitServiceJob"): (
            ("job_name", _JOB_NAME),
            ("job_queue", _name_or_arn_of("job-queue")),
            ("quota_share_name", _JOB_NAME),
            ("scheduling_priority", _integer(0, 9999)),
            ("timeout_config.attempt_duration_seconds", _POSITIVE),
            ("preemption_configuration.preemption_retries_before_termination", _NOT_NEGATIVE),
        ),
        _batch("APIReference/API_ShareAttributes"): (
            ("share_identifier", Allowed("1 to 255 characters", _has_length(1, 255))),
        ),
        _batch("APIReference/API_ServiceJobRetryStrategy"): (
            ("retry_strategy.attempts", _integer(1, 10)),
        ),
        _batch("userguide/service-job-retries"): (
            ("retry_strategy.evaluate_on_exit", _at_most(5, "conditions")),
        ),
        _batch("APIReference/API_ServiceJobEvaluateOnExit"): (
            ("retry_strategy.evaluate_on_exit[].on_status_reason", _at_most(512, "characters")),
        ),
        **_TAG_BOUNDS,
    },
    "CreateJobQueue": {
        _batch("userguide/service_limits"): (
            (
                "service_environment_order",
                Allowed("a list of one: a queue has one service environment", _has_length(1, 1)),
            ),
        ),
        _batch("APIReference/API_CreateJobQueue"): (
            ("job_queue_name", _NAME),
            ("job_queue_type", _only(SAGEMAKER_TRAINING, "the type for service jobs")),
            ("priority", _integer(0, 1000)),
            ("scheduling_policy_arn", _arn_of("scheduling-policy")),
            (
                "service_environment_order[].service_environment",
                _name_or_arn_of("service-environment"),
            ),
            ("job_state_time_limit_actions[].max_time_seconds", _integer(600, 86400)),
        ),
        _batch("APIReference/API_JobStateTimeLimitAction"): (
            (
                "job_state_time_limit_actions[].action",
                _only("TERMINATE", "as training jobs are never cancelled"),
            ),
        ),
        **_TAG_BOUNDS,
    },
    "CreateServiceEnvironment": {
        _batch("APIReference/API_CreateServiceEnvironment"): (("service_environment_name", _NAME),),
        **_LIMIT_BOUNDS,
        **_TAG_BOUNDS,
    },
    "CreateSchedulingPolicy": {
        _batch("APIReference/API_CreateSchedulingPolicy"): (("name", _NAME),),
        _batch("APIReference/API_FairsharePolicy"): (
            (
                "fairshare_policy.share_decay_seconds",
                Allowed("an integer from 0 to 604800 (a week)", _between(0, 604800)),
            ),
            ("fairshare_policy.compute_reservation", _integer(0, 99)),
            ("fairshare_policy.share_distribution", _at_most(500, "shares")),
        ),
        _batch("APIReference/API_ShareAttributes"): (
            ("fairshare_policy.share_distribution[].share_identifier", _SHARE_IDENTIFIER),
            (
                "fairshare_policy.share_distribution[].weight_factor",
                Allowed("a number from 0.0001 to 999.9999", _between(0.0001, 999.9999)),
            ),
        ),
        **_TAG_BOUNDS,
    },
    "CreateQuotaShare": {
        _batch("APIReference/API_CreateQuotaShare"): (
            ("quota_share_name", _NAME),
            ("job_queue", _name_or_arn_of("job-queue")),
        ),
        **_LIMIT_BOUNDS,
        _QUOTA_SHARES: (_LIMIT_COUNT, ("capacity_limits[].capacity_unit", _INSTANCE_TYPE)),
        _batch("APIReference/API_QuotaShareResourceSharingConfiguration"): (
            ("resource_sharing_configuration.borrow_limit", _BORROW_LIMIT),
        ),
        **_TAG_BOUNDS,
    },
}
"""By operation and by the AWS page that gives them, the bounds of a path such as `a.b[].c`."""


def bounds_of(operation: str) -> Iterator[Bound]:
    """Yield the path and what is allowed there, for each bound of an operation's arguments."""
    for bounds in BOUNDS[operation].values():
        yield from bounds

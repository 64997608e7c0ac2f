"""The bounds that AWS Batch documents in words: its model's metadata has almost none of them.

A table for each operation, from the path of a property to what is allowed there. How properties
depend on each other is in the modules of rules.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from sjresource.aws.arn import parse_arn
from sjresource.stack.identity import OWN_TAGS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


class Bound(NamedTuple):
    """What is allowed, in words, and whether a value of the right kind keeps it.

    `is_ours` is a bound without which we would not find our own again, whatever AWS takes.
    """

    meaning: str
    allows: Callable[[Any], bool]
    is_ours: bool = False


def _between(low: float, high: float) -> Callable[[Any], bool]:
    return lambda value: low <= value <= high


def _at_most(length: int) -> Callable[[Any], bool]:
    return lambda value: len(value) <= length


def _matches(pattern: str) -> Callable[[Any], bool]:
    return lambda value: re.fullmatch(pattern, value, re.ASCII) is not None


_is_name = _matches(r"[A-Za-z0-9_-]{1,128}")
_JOB_NAME = Bound("1 to 128 letters, digits, hyphens or underscores", _is_name)
_NAME = Bound(
    "1 to 128 letters, digits, hyphens or underscores, of which a letter or digit is first",
    _matches(r"[A-Za-z0-9][A-Za-z0-9_-]{0,127}"),
)
"""AWS's pages leave out what has to be first; Batch refuses the rest, as others have seen.

https://github.com/hashicorp/terraform-provider-aws/pull/2159
"""
_POSITIVE = Bound("an integer of at least 1", _between(1, 2**31 - 1))
_CAPACITY = Bound("an integer of at least 0", _between(0, 2**31 - 1))
_LIMITS = Bound("1 to 5 limits", lambda value: 1 <= len(value) <= 5)  # noqa: PLR2004 - said beside it


def _arn_of(kind: str) -> Bound:
    return Bound(f"the ARN of a {kind}", lambda value: _is_arn(kind, value))


def _named(kind: str) -> Bound:
    """A thing of Batch that may be named by its name or its ARN."""
    return Bound(
        f"the name or the ARN of a {kind}",
        lambda value: _is_arn(kind, value) if ":" in value else _is_name(value),
    )


def _is_arn(kind: str, value: str) -> bool:
    arn = parse_arn(value)
    return arn is not None and (arn.service, arn.kind) == ("batch", kind) and _is_name(arn.name)


_MOST_TAGS = 50 - len(OWN_TAGS)
_TAGS = Bound(
    f"at most {_MOST_TAGS} tags, none of them named sjresource:… or aws:…",
    lambda value: (
        len(value) <= _MOST_TAGS
        and not any(
            key.lower().startswith(("sjresource:", "aws:")) for key in set(value) - OWN_TAGS
        )
    ),
)
_OWN_TAGS = Bound(_TAGS.meaning, OWN_TAGS.isdisjoint, is_ours=True)
_TAG_FORM = re.compile(r"[\w .:/=+\-@]*")
_TAG_TEXT = Bound(
    "tags of letters, digits, spaces and _ . : / = + - @",
    lambda value: all(
        _TAG_FORM.fullmatch(text)
        for item in value.items()
        for text in item
        if isinstance(text, str)
    ),
)
"""https://docs.aws.amazon.com/batch/latest/userguide/using-tags.html"""

Bounds = tuple[tuple[str, Bound], ...]

BOUNDS: Mapping[str, Bounds] = {
    # https://docs.aws.amazon.com/batch/latest/APIReference/API_SubmitServiceJob.html
    "SubmitServiceJob": (
        ("job_name", _JOB_NAME),
        ("job_queue", _named("job-queue")),
        ("quota_share_name", _JOB_NAME),
        # https://docs.aws.amazon.com/batch/latest/APIReference/API_ShareAttributes.html
        ("share_identifier", Bound("1 to 255 characters", lambda value: 1 <= len(value) <= 255)),  # noqa: PLR2004 - said beside it
        ("scheduling_priority", Bound("an integer from 0 to 9999", _between(0, 9999))),
        # https://docs.aws.amazon.com/batch/latest/APIReference/API_ServiceJobRetryStrategy.html
        ("retry_strategy.attempts", Bound("an integer from 1 to 10", _between(1, 10))),
        # https://docs.aws.amazon.com/batch/latest/userguide/service-job-retries.html
        ("retry_strategy.evaluate_on_exit", Bound("at most 5 conditions", _at_most(5))),
        # https://docs.aws.amazon.com/batch/latest/APIReference/API_ServiceJobEvaluateOnExit.html
        (
            "retry_strategy.evaluate_on_exit[].on_status_reason",
            Bound("at most 512 characters", _at_most(512)),
        ),
        ("timeout_config.attempt_duration_seconds", _POSITIVE),
        (
            "preemption_configuration.preemption_retries_before_termination",
            Bound("an integer of at least 0", _between(0, 2**31 - 1)),
        ),
        ("tags", _OWN_TAGS),
        ("tags", _TAGS),
        ("tags", _TAG_TEXT),
    ),
    # https://docs.aws.amazon.com/batch/latest/APIReference/API_CreateJobQueue.html
    "CreateJobQueue": (
        ("job_queue_name", _NAME),
        ("priority", Bound("an integer from 0 to 1000", _between(0, 1000))),
        ("scheduling_policy_arn", _arn_of("scheduling-policy")),
        (
            "service_environment_order",
            Bound("at least 1 service environment", lambda value: len(value) > 0),
        ),
        ("service_environment_order[].service_environment", _named("service-environment")),
        (
            "job_state_time_limit_actions[].max_time_seconds",
            Bound("an integer from 600 to 86400", _between(600, 86400)),
        ),
        ("tags", _OWN_TAGS),
        ("tags", _TAGS),
        ("tags", _TAG_TEXT),
    ),
    # https://docs.aws.amazon.com/batch/latest/APIReference/API_CreateServiceEnvironment.html
    "CreateServiceEnvironment": (
        ("service_environment_name", _NAME),
        ("capacity_limits", _LIMITS),
        ("capacity_limits[].max_capacity", _CAPACITY),
        ("tags", _OWN_TAGS),
        ("tags", _TAGS),
        ("tags", _TAG_TEXT),
    ),
    # https://docs.aws.amazon.com/batch/latest/APIReference/API_CreateSchedulingPolicy.html
    "CreateSchedulingPolicy": (
        ("name", _NAME),
        (
            "fairshare_policy.share_decay_seconds",
            Bound("an integer from 0 to 604800 (a week)", _between(0, 604800)),
        ),
        ("fairshare_policy.compute_reservation", Bound("an integer from 0 to 99", _between(0, 99))),
        ("fairshare_policy.share_distribution", Bound("at most 500 shares", _at_most(500))),
        # https://docs.aws.amazon.com/batch/latest/APIReference/API_ShareAttributes.html
        (
            "fairshare_policy.share_distribution[].share_identifier",
            Bound("1 to 255 characters, which an asterisk may follow", _matches(r"[^*]{1,255}\*?")),
        ),
        (
            "fairshare_policy.share_distribution[].weight_factor",
            Bound("a number from 0.0001 to 999.9999", _between(0.0001, 999.9999)),
        ),
        ("tags", _OWN_TAGS),
        ("tags", _TAGS),
        ("tags", _TAG_TEXT),
    ),
    # https://docs.aws.amazon.com/batch/latest/APIReference/API_CreateQuotaShare.html
    # https://docs.aws.amazon.com/batch/latest/userguide/quota-shares.html (1 to 5 limits)
    "CreateQuotaShare": (
        ("quota_share_name", _NAME),
        ("job_queue", _named("job-queue")),
        ("capacity_limits", _LIMITS),
        ("capacity_limits[].max_capacity", _CAPACITY),
        (
            "resource_sharing_configuration.borrow_limit",
            Bound(
                "an integer of at least 0 (per cent), or -1 (unlimited)", _between(-1, 2**31 - 1)
            ),
        ),
        ("tags", _OWN_TAGS),
        ("tags", _TAGS),
        ("tags", _TAG_TEXT),
    ),
}

"""Create, update, delete, describe and list scheduling policies."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from sjresource.emulator.api.call import (
    Answer,
    Call,
    Parameters,
    find,
    page,
    related,
    require,
    require_at_most,
    require_between,
    require_new,
)
from sjresource.emulator.protocol.errors import ClientException
from sjresource.emulator.store.arns import batch_arn, check_name
from sjresource.emulator.store.records import Resource

if TYPE_CHECKING:
    from typing import Final

    from sjresource.emulator.store.records import Kind

KIND: Final[Kind] = "scheduling-policy"
_POLICIES: Final = ("fairsharePolicy", "quotaSharePolicy")
_MOST_SHARES: Final = 500
_SHARE_IDENTIFIER: Final = re.compile(r"[^*]{1,255}|[^*]{0,255}\*")
_LEAST_WEIGHT: Final = 0.0001
_MOST_WEIGHT: Final = 999.9999


def policy_kind(policy: Resource) -> str:
    """Return which of the two policies a scheduling policy has; it can't change."""
    return "quotaSharePolicy" if "quotaSharePolicy" in policy.detail else "fairsharePolicy"


def create_scheduling_policy(call: Call, parameters: Parameters) -> Answer:
    """Create a policy, which can be used at once."""
    name = parameters["name"]
    check_name("name", name)
    _check(parameters)
    arn = batch_arn(call.region, KIND, name)
    require_new(call, arn)
    if (
        not any(policy in parameters for policy in _POLICIES)
        and call.behaviour.policy_with_name_alone == "refuse"
    ):
        raise ClientException("one of fairsharePolicy and quotaSharePolicy must be set")
    detail = {"name": name, "arn": arn, "tags": parameters.get("tags", {})}
    detail |= {policy: parameters[policy] for policy in _POLICIES if policy in parameters}
    if not any(policy in detail for policy in _POLICIES):
        detail["fairsharePolicy"] = {}
    call.store.put_resource(Resource(KIND, arn, name, call.region, detail, call.now))
    return {"name": name, "arn": arn}


def update_scheduling_policy(call: Call, parameters: Parameters) -> Answer:
    """Change a policy, but not which of the two it is."""
    policy = require(call, KIND, parameters["arn"])
    _check(parameters)
    for kind in _POLICIES:
        if kind not in parameters:
            continue
        if kind != policy_kind(policy):
            raise ClientException(f"{kind} can't be set: the policy has a {policy_kind(policy)}")
        detail = {**policy.detail, kind: parameters[kind]}
        call.store.put_resource(replace(policy, detail=detail, since=call.now))
    return {}


def delete_scheduling_policy(call: Call, parameters: Parameters) -> Answer:
    """Delete a policy that no queue uses."""
    policy = require(call, KIND, parameters["arn"])
    queues = call.store.resources("job-queue", call.region)
    if any(queue.detail.get("schedulingPolicyArn") == policy.arn for queue in queues):
        raise related(call, "JobQueue")
    call.store.remove_resource(policy.arn)
    return {}


def describe_scheduling_policies(call: Call, parameters: Parameters) -> Answer:
    """Describe policies by their ARNs; missing ones are left out."""
    require_at_most(parameters, "arns")
    arns = dict.fromkeys(parameters["arns"])
    found = [policy for arn in arns if (policy := find(call, KIND, arn)) is not None]
    return {"schedulingPolicies": [policy.detail for policy in found]}


def list_scheduling_policies(call: Call, parameters: Parameters) -> Answer:
    """List the region's policies, sorted by name."""
    policies = call.store.resources(KIND, call.region)
    return page("schedulingPolicies", policies, parameters, lambda each: {"arn": each.arn})


def _check_overlap(names: list[str]) -> None:
    """Raise ClientException if one entry covers another one.

    https://docs.aws.amazon.com/batch/latest/APIReference/API_ShareAttributes.html
    """
    for number, name in enumerate(names):
        others = names[:number] + names[number + 1 :]
        prefix = name.removesuffix("*")
        if any(other == name or (name != prefix and other.startswith(prefix)) for other in others):
            raise ClientException(f"shareIdentifier {name} overlaps with another one")


def _check(parameters: Parameters) -> None:
    if all(policy in parameters for policy in _POLICIES):
        raise ClientException("only one of fairsharePolicy and quotaSharePolicy can be set")
    fair = parameters.get("fairsharePolicy", {})
    require_between(fair, "shareDecaySeconds", 0, 604_800)
    require_between(fair, "computeReservation", 0, 99)
    distribution = fair.get("shareDistribution", [])
    if len(distribution) > _MOST_SHARES:
        raise ClientException(f"shareDistribution must have at most {_MOST_SHARES} entries")
    _check_overlap([share["shareIdentifier"] for share in distribution])
    for share in distribution:
        if not _SHARE_IDENTIFIER.fullmatch(share["shareIdentifier"]):
            raise ClientException(
                "shareIdentifier must have at most 255 characters, which one * may follow"
            )
        weight = share.get("weightFactor", 1.0)
        if not _LEAST_WEIGHT <= weight <= _MOST_WEIGHT:
            raise ClientException(
                f"weightFactor must be between {_LEAST_WEIGHT} and {_MOST_WEIGHT}"
            )

"""Rules of a payload's `ResourceConfig`: which instances, how many, and their storage.

Nothing is said of an instance family that is in no table here: it is newer than the tables.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sjresource.aws.payload import is_unknown
from sjresource.checks.values.job_arguments import in_payload
from sjresource.checks.values.lookups import (
    each_at,
    is_given,
    is_true,
    may_be_given,
    repeated_at,
    value_at,
    whole_number_at,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sjresource.checks.values.job_arguments import JobArguments, Payload, Rule
    from sjresource.problem import Problem

_GROUPS = "ResourceConfig.InstanceGroups"
_PREFERENCES = "ResourceConfig.InstancePreferences"
_COUNT = "ResourceConfig.InstanceCount"

_WITH_STORAGE = frozenset(
    (
        *("g4dn", "g5", "g6", "g6e", "g7e", "p3dn", "p4d", "p4de", "p5", "p5e", "p5en"),
        *("p6-b200", "p6-b300", "p6e-gb200", "r5d", "trn1", "trn1n", "trn2"),
    )
)
"""Families with instance storage, for which SageMaker provisions no volume.

https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instance-store-volumes.html
"""

_WITHOUT_STORAGE = frozenset(
    (
        *("c4", "c5", "c5n", "c6i", "c7i", "c7i-flex", "c8i", "c8i-flex", "p2", "p3", "t3"),
        *("m4", "m5", "m6i", "m7i", "m7i-flex", "m8i", "m8i-flex"),
        *("r5", "r6i", "r7i", "r8i", "r8i-flex"),
    )
)
"""Families without instance storage: all their storage is an EBS volume.

https://docs.aws.amazon.com/ec2/latest/instancetypes/instance-types.html
"""

_ACCELERATED = ("p", "g", "trn", "inf")
"""Prefixes of the names of families with accelerators.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_StoppingCondition.html
"""


def one_way_to_name_instances(job: JobArguments) -> Iterator[Problem]:
    """Instances are given by a type and a count, by instance groups, or by preferences.

    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ResourceConfig.html
    """
    if may_be_given(job.payload, "ServerlessJobConfig") or not job.payload:
        return
    resources = value_at(job.payload, "ResourceConfig")
    by = next((each for each in _EXCLUDED if may_be_given(resources, each)), "")
    if resources is None:
        yield in_payload("ResourceConfig", "is required, unless ServerlessJobConfig is given")
    for name in _EXCLUDED.get(by, ()):
        if is_given(resources, name):
            yield in_payload(f"ResourceConfig.{name}", f"can't be given with {by}")
    for name in ("InstanceType", "InstanceCount"):
        if not by and isinstance(resources, dict) and not may_be_given(resources, name):
            reason = "is required, unless InstanceGroups are given"
            yield in_payload(f"ResourceConfig.{name}", reason)


_EXCLUDED = {
    "InstanceGroups": ("InstanceType", "InstanceCount", "InstancePreferences"),
    "InstancePreferences": ("InstanceType", "InstancePlacementConfig"),
}


def preferences_count_in_one_place(job: JobArguments) -> Iterator[Problem]:
    """Each preference has its count, or one count is for all.

    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_InstancePreference.html
    """
    preferences = list(each_at(job.payload, _PREFERENCES))
    known = all(isinstance(preference, dict) for _, preference in preferences)
    if not preferences or not known or is_unknown(value_at(job.payload, _COUNT)):
        return
    counted = {path: may_be_given(each, "InstanceCount") for path, each in preferences}
    for_all = may_be_given(job.payload, _COUNT)
    if not for_all and not any(counted.values()):
        reason = "is required, unless each of InstancePreferences has an InstanceCount"
        yield in_payload(_COUNT, reason)
        return
    reason = "is required, since other preferences have one"
    if for_all:
        reason = f"can't be given with {_COUNT}, which is for all preferences"
    for path, is_counted in counted.items():
        if is_counted == for_all:
            yield in_payload(f"{path}.InstanceCount", reason)


def preferences_are_distinct(job: JobArguments) -> Iterator[Problem]:
    """An instance type is preferred once.

    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_InstancePreference.html
    """
    for repeated in repeated_at(job.payload, _PREFERENCES, "InstanceType"):
        yield in_payload(repeated, "is the type of an earlier preference too")


def training_plans_in_one_place(job: JobArguments) -> Iterator[Problem]:
    """A training plan is given for the job or for its preferences, not for both.

    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_InstancePreference.html
    """
    if not is_given(job.payload, "ResourceConfig.TrainingPlanArn"):
        return
    for path, preference in each_at(job.payload, _PREFERENCES):
        if is_given(preference, "TrainingPlanArns"):
            reason = "can't be given with ResourceConfig.TrainingPlanArn"
            yield in_payload(f"{path}.TrainingPlanArns", reason)


def volumes_have_a_size(job: JobArguments) -> Iterator[Problem]:
    """An instance type without storage needs a volume; a serverless job has its size chosen.

    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ResourceConfig.html
    """
    path = "ResourceConfig.VolumeSizeInGB"
    if may_be_given(job.payload, "ServerlessJobConfig"):
        if is_given(job.payload, "ServerlessJobConfig") and is_given(job.payload, path):
            yield in_payload(path, "can't be given with ServerlessJobConfig")
        return
    found = instance_families(job.payload)
    without = [where for where, family in found if family in _WITHOUT_STORAGE]
    if without and not may_be_given(job.payload, path):
        yield in_payload(path, f"is required: the type at {without[0]} has no storage of its own")


def local_storage_has_no_key(job: JobArguments) -> Iterator[Problem]:
    """Instance storage is encrypted by its hardware, and takes no key.

    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ResourceConfig.html
    """
    path = "ResourceConfig.VolumeKmsKeyId"
    found = instance_families(job.payload)
    local = found and all(family in _WITH_STORAGE for _, family in found)
    if local and is_given(job.payload, path):
        reason = f"can't be given: the type at {found[0][0]} has its own storage, and no volume"
        yield in_payload(path, reason)


def warm_pools_are_on_demand_and_of_one_type(job: JobArguments) -> Iterator[Problem]:
    """Warm pools cannot be used with spot instances, nor with a heterogeneous cluster.

    https://docs.aws.amazon.com/sagemaker/latest/dg/train-warm-pools.html
    """
    path = "ResourceConfig.KeepAlivePeriodInSeconds"
    if not whole_number_at(job.payload, path):
        return
    if is_true(job.payload, "EnableManagedSpotTraining"):
        yield in_payload(path, "can't be more than 0 with EnableManagedSpotTraining")
    elif is_given(job.payload, _GROUPS):
        yield in_payload(path, "can't be more than 0 with InstanceGroups")


INSTANCE_RULES: tuple[Rule, ...] = (
    one_way_to_name_instances,
    preferences_count_in_one_place,
    preferences_are_distinct,
    training_plans_in_one_place,
    volumes_have_a_size,
    local_storage_has_no_key,
    warm_pools_are_on_demand_and_of_one_type,
)


def instance_families(payload: Payload) -> list[tuple[str, str]]:
    """Return the path of every instance type in a payload, with its family; "" if not known."""
    holders = [("ResourceConfig", value_at(payload, "ResourceConfig"))]
    holders.extend(each_at(payload, _GROUPS))
    holders.extend(each_at(payload, _PREFERENCES))
    found = [(f"{path}.InstanceType", value_at(each, "InstanceType")) for path, each in holders]
    return [(path, _family(instance_type)) for path, instance_type in found if instance_type]


def has_no_accelerator(family: str) -> bool:
    """Return whether a family is known to have no accelerator."""
    return family in _WITH_STORAGE | _WITHOUT_STORAGE and not family.startswith(_ACCELERATED)


def _family(instance_type: Any) -> str:
    """Return `p6-b200` of `ml.p6-b200.48xlarge`; "" of anything else."""
    if not isinstance(instance_type, str) or is_unknown(instance_type):
        return ""
    prefix, _, rest = instance_type.partition(".")
    return rest.partition(".")[0] if prefix == "ml" else ""

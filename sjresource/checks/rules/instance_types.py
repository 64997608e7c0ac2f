"""What AWS says of families of training instances: where their storage is, what they compute on.

A family that is in no table here is newer than this, and nothing is said of it.
"""

from __future__ import annotations

from typing import Any

from sjresource.aws.payload import is_unknown

_LOCAL = frozenset(
    (
        *("g4dn", "g5", "g6", "g6e", "g7e", "p3dn", "p4d", "p4de", "p5", "p5e", "p5en"),
        *("p6-b200", "p6-b300", "p6e-gb200", "r5d", "trn1", "trn1n", "trn2"),
    )
)
"""Families with instance storage, beside which SageMaker provisions no volume.

https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instance-store-volumes.html
"""

_VOLUMES = frozenset(
    (
        *("c4", "c5", "c5n", "c6i", "c7i", "c7i-flex", "c8i", "c8i-flex", "p2", "p3", "t3"),
        *("m4", "m5", "m6i", "m7i", "m7i-flex", "m8i", "m8i-flex"),
        *("r5", "r6i", "r7i", "r8i", "r8i-flex"),
    )
)
"""Families without: all their storage is a volume of EBS.

https://docs.aws.amazon.com/ec2/latest/instancetypes/instance-types.html
"""

_ACCELERATED = ("p", "g", "trn", "inf")
"""How the names of accelerated families begin.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_StoppingCondition.html
"""


def has_local_storage(instance_type: Any) -> bool:
    """Whether a type is known to have its storage in the instance."""
    return _family(instance_type) in _LOCAL


def needs_volume(instance_type: Any) -> bool:
    """Whether a type is known to have no storage but a volume."""
    return _family(instance_type) in _VOLUMES


def computes_on_cpus(instance_type: Any) -> bool:
    """Whether a type is known to have no accelerator."""
    family = _family(instance_type)
    return family in _LOCAL | _VOLUMES and not family.startswith(_ACCELERATED)


def _family(instance_type: Any) -> str:
    """`p6-b200` of `ml.p6-b200.48xlarge`, empty for all else."""
    if not isinstance(instance_type, str) or is_unknown(instance_type):
        return ""
    prefix, _, rest = instance_type.partition(".")
    return rest.partition(".")[0] if prefix == "ml" else ""

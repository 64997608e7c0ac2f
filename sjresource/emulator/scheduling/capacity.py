"""Service environments, and what is free in them while jobs reserve and release it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

NUM_INSTANCES: Final = "NUM_INSTANCES"
"""The capacity unit that counts instances of any type."""


@dataclass(frozen=True)
class Environment:
    """A service environment: its limit of each capacity unit, and whether it takes new jobs."""

    arn: str
    open: bool
    limits: Mapping[str, int]

    def unit(self, instance_type: str) -> str:
        """Return the unit in which instances of a type are counted here."""
        return NUM_INSTANCES if NUM_INSTANCES in self.limits else instance_type

    def units(self, capacity: Mapping[str, int]) -> Mapping[str, int]:
        """Convert instances by type to the units of this environment's limits."""
        if NUM_INSTANCES in self.limits:
            return {NUM_INSTANCES: sum(capacity.values())}
        return capacity

    def could_hold(self, capacity: Mapping[str, int]) -> bool:
        """Return whether this capacity fits when nothing else runs here."""
        return all(
            count <= self.limits.get(unit, 0) for unit, count in self.units(capacity).items()
        )

    @property
    def name(self) -> str:
        """The environment's name, which its ARN ends with."""
        return self.arn.rpartition("/")[2]


class FreeCapacity:
    """What is free, by environment and unit; below zero after a limit was lowered."""

    def __init__(
        self,
        environments: Mapping[str, Environment],
        used: Iterable[tuple[str, Mapping[str, int]]] = (),
    ) -> None:
        self.environments = environments
        self._free = {arn: dict(each.limits) for arn, each in environments.items()}
        for arn, capacity in used:
            self.reserve(arn, capacity)

    def known(self, arns: Iterable[str]) -> list[Environment]:
        """Return the environments of these ARNs that exist."""
        return [self.environments[arn] for arn in arns if arn in self.environments]

    def copy(self) -> FreeCapacity:
        """Return an independent copy."""
        copied = FreeCapacity(self.environments)
        copied._free = {arn: dict(units) for arn, units in self._free.items()}
        return copied

    def reserve(self, arn: str, capacity: Mapping[str, int]) -> None:
        """Reserve capacity; an environment that does not exist is ignored."""
        environment = self.environments.get(arn)
        if environment is not None:
            free = self._free[arn]
            for unit, count in environment.units(capacity).items():
                free[unit] = free.get(unit, 0) - count

    def release(self, arn: str, capacity: Mapping[str, int]) -> None:
        """Return reserved capacity."""
        self.reserve(arn, {unit: -count for unit, count in capacity.items()})

    def free(self, arn: str, unit: str) -> int:
        """Return how much of a unit is free."""
        return self._free[arn].get(unit, 0)

    def used(self, arn: str, unit: str) -> int:
        """Return how much of a unit is in use."""
        return self.environments[arn].limits.get(unit, 0) - self.free(arn, unit)

    def fits(self, arn: str, capacity: Mapping[str, int]) -> bool:
        """Return whether this capacity is free now."""
        free = self._free[arn]
        units = self.environments[arn].units(capacity)
        return all(count <= free.get(unit, 0) for unit, count in units.items())

    def first_that_fits(
        self, arns: Sequence[str], capacity: Mapping[str, int]
    ) -> Environment | None:
        """Return the first open environment with this capacity free, None if there is none."""
        return next(
            (each for each in self.known(arns) if each.open and self.fits(each.arn, capacity)), None
        )

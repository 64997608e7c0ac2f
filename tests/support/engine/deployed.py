"""A stack of a test as `orphans_of` asks it: under any name, and without the CLI."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, cast

from sjresource.aws.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from emulated import EmulatedBatch
    from pulumi_stack import PulumiStack

    from sjresource.stack.deployed_stack import DeployedStack


def unknown_to_its_state(aws: EmulatedBatch, name: str, config: Mapping[str, str]) -> DeployedStack:
    """Return a stack of Pulumi Cloud with an empty state.

    Args:
        aws: where its jobs are.
        name: `organization/project/stack`.
        config: the stack's, by its keys.
    """
    return cast("DeployedStack", _Emptied(aws, name, config))


class _Emptied(NamedTuple):
    aws: EmulatedBatch
    name: str
    told: Mapping[str, str]

    def qualified_name(self) -> str:
        return self.name

    def config(self) -> dict[str, Any]:
        return {key: {"value": value, "secret": False} for key, value in self.told.items()}

    def deployment(self) -> dict[str, Any]:
        return {}

    def settings_by(self, *_read: Any) -> Settings:
        return self.aws.settings


def deployed(stack: PulumiStack, name: str) -> DeployedStack:
    """Return the stack as if this were its name."""
    return cast("DeployedStack", _Deployed(stack, name))


class _Deployed:
    """What `orphans_of` asks of a stack."""

    def __init__(self, stack: PulumiStack, name: str) -> None:
        self._stack = stack
        self._name = name

    def qualified_name(self) -> str:
        return f"organization/{self._stack.project}/{self._name}"

    def deployment(self) -> dict[str, Any]:
        return self._stack.state()

    def config(self) -> dict[str, Any]:
        return {}

    def settings_by(self, *_read: Any) -> Settings:
        environment = self._stack.environment
        return Settings(
            region=environment["AWS_REGION"],
            access_key=environment["AWS_ACCESS_KEY_ID"],
            secret_key=environment["AWS_SECRET_ACCESS_KEY"],
            endpoints=(("batch", environment["AWS_ENDPOINT_URL"]),),
        )

"""Service environments: the capacity that queues share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sjresource.aws.calls import BatchCalls, only

if TYPE_CHECKING:
    from collections.abc import Mapping


class ServiceEnvironmentCalls(BatchCalls):
    """What Batch is asked about service environments, and told."""

    def create_service_environment(self, request: Mapping[str, Any]) -> str:
        """Create an environment and give its ARN; it becomes VALID some time after the answer."""
        name = request["serviceEnvironmentName"]
        answer = self._call(
            "creating", "ServiceEnvironment", name, "create_service_environment", **request
        )
        arn: str = answer["serviceEnvironmentArn"]
        return arn

    def find_service_environment(self, service_environment: str) -> dict[str, Any]:
        """Describe the environment with this name or ARN; one that is DELETED is not found."""
        answer = self._call(
            "reading",
            "ServiceEnvironment",
            service_environment,
            "describe_service_environments",
            serviceEnvironments=[service_environment],
        )
        return only(answer["serviceEnvironments"], "ServiceEnvironment", service_environment)

    def find_service_environments(self, service_environments: list[str]) -> list[dict[str, Any]]:
        """Describe those of the environments that exist."""
        answer = self._call(
            "reading",
            "ServiceEnvironment",
            ", ".join(service_environments),
            "describe_service_environments",
            serviceEnvironments=service_environments,
        )
        found: list[dict[str, Any]] = answer["serviceEnvironments"]
        return found

    def update_service_environment(self, request: Mapping[str, Any]) -> None:
        """Change an environment; it is VALID again some time after the answer."""
        self._call(
            "updating",
            "ServiceEnvironment",
            request["serviceEnvironment"],
            "update_service_environment",
            **request,
        )

    def delete_service_environment(self, service_environment: str) -> None:
        """Delete a DISABLED environment that no queue uses; it is gone some time later."""
        self._call(
            "deleting",
            "ServiceEnvironment",
            service_environment,
            "delete_service_environment",
            serviceEnvironment=service_environment,
        )

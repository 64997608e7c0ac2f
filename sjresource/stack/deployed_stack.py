"""A deployed stack, seen from outside of its program: what its config and its state say.

The Pulumi CLI is asked, through the Automation API, and changes nothing: reading takes no lock, so
it works while an update is under way or a lock was left behind. The state's secrets stay encrypted
unless `secrets` is said, which only masking needs.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from sjresource.aws.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pulumi.automation import LocalWorkspace, Stack


@dataclass(frozen=True)
class DeployedStack:
    """A stack that exists; `name` is any that the CLI takes: `dev`, `acme/vision/dev`.

    Every method runs the CLI, which takes 0.2 s and more, and raises the Automation API's
    CommandError if it fails.
    """

    workspace: LocalWorkspace
    name: str

    @classmethod
    def of(cls, stack: Stack) -> DeployedStack:
        """See a stack of the Automation API so."""
        return cls(cast("LocalWorkspace", stack.workspace), stack.name)

    def deployment(self, *, secrets: bool = False) -> dict[str, Any]:
        """Give what the state holds; empty for a stack that was never brought up."""
        shown = ["--show-secrets"] if secrets else []
        exported = self._answer("stack", "export", *shown)
        return exported.get("deployment") or {}

    def settings(self) -> Settings:
        """Read the stack's `aws:` config; what it leaves out the environment says, as in an `up`.

        Secrets are decrypted where that is possible; where it isn't, and `aws:` holds none, they
        aren't missed.

        Raises:
            pulumi.RunError: a value in it can't be read.
        """
        config = self._config()
        return Settings.from_config(lambda key: config.get(f"aws:{key}", {}).get("value"))

    def qualified_name(self) -> str:
        """Give `organization/project/stack`; a backend of files has no organizations of its own."""
        *organization, name = self.name.split("/")
        project = self.workspace.project_settings().name
        if organization:
            return f"{organization[0]}/{project}/{name}"
        who = self.workspace.who_am_i()
        on_service = (who.url or "").startswith("https://")
        return f"{who.user if on_service else 'organization'}/{project}/{name}"

    def _config(self) -> dict[str, Any]:
        from pulumi.automation import CommandError  # noqa: PLC0415 - 0.3 s that a program can save

        try:
            return self._answer("config", "--show-secrets", "--json")
        except CommandError:  # most likely the passphrase is missing
            config = self._answer("config", "--json")
            if any(key.startswith("aws:") and value["secret"] for key, value in config.items()):
                raise
            return config

    def _answer(self, *command: str) -> dict[str, Any]:
        """Run the CLI; `Workspace.export_stack` would do, but decrypts what nobody asked for."""
        home = self.workspace.pulumi_home
        environment: Mapping[str, str] = {
            **({"PULUMI_HOME": home} if home else {}),
            **self.workspace.env_vars,
        }
        arguments = [*command, "--stack", self.name]
        ran = self.workspace.pulumi_command.run(arguments, self.workspace.work_dir, environment)
        answer: dict[str, Any] = json.loads(ran.stdout)
        return answer

"""The stack that a command is about: the one selected in the folder, unless options say otherwise.

It is read through Pulumi's CLI, and only as far as a command needs. Outside of a Pulumi
project there is no stack: ARNs and queues are then looked up with boto3's own region and
credentials.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property, wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from sjresource.aws.arn import region_in
from sjresource.aws.clients import regional_clients
from sjresource.aws.settings import Settings
from sjresource.cli.stack.state import holds_secrets, jobs_in, queues_in, secret_texts
from sjresource.cli.terminal.exit_codes import CommandFailure, ExitCode, pulumi_message
from sjresource.stack.deployed_stack import (
    DeployedStack,
    SettingsSource,
    is_pulumis,
    settings_source,
)
from sjresource.status.masking import Mask
from sjresource.vocabulary import NATIVE_PREFIX

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future

    from sjresource.aws.batch import BatchClient
    from sjresource.aws.clients import RegionalClients
    from sjresource.cli.stack.state import StackJob, StackQueue

Read = TypeVar("Read")

PROJECT_FILES = ("Pulumi.yaml", "Pulumi.yml", "Pulumi.json")

WITHHELD = (
    "[withheld: it may quote a secret of the stack, and the state's secrets can't be read to mask "
    "it; see PULUMI_CONFIG_PASSPHRASE]"
)


def stack_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add `--stack` and `--cwd` to a command, which gets them as the argument `context`."""

    @wraps(command)
    def with_context(*args: Any, stack: str | None, cwd: Path, **options: Any) -> Any:
        return command(*args, context=StackContext(cwd, stack), **options)

    folder = click.Path(exists=True, file_okay=False, path_type=Path)
    cwd_option = click.option(
        "-C",
        "--cwd",
        type=folder,
        default=".",
        help="Folder in the Pulumi project. Default: the current folder.",
    )
    stack_option = click.option("-s", "--stack", help="Stack name. Default: the selected one.")
    return stack_option(cwd_option(with_context))


@dataclass(frozen=True)
class StackContext:
    """A stack with its state, settings and AWS clients; without a project, boto3's own settings.

    Everything is read at its first use and then kept. Each attribute may raise CommandFailure, and
    the Automation API's CommandError.
    """

    cwd: Path
    stack_name: str | None = None

    @cached_property
    def project(self) -> Path | None:
        """The folder of the Pulumi project that `cwd` is in; None outside of one."""
        folder = self.cwd.resolve()
        for each in (folder, *folder.parents):
            if any((each / name).is_file() for name in PROJECT_FILES):
                return each
        if self.stack_name:
            raise self._no_project()
        return None

    @cached_property
    def stack(self) -> DeployedStack | None:
        """The stack; None outside of a project."""
        if self.project is None:
            return None
        return DeployedStack.in_folder(self.project, self.stack_name)

    def require_stack(self) -> DeployedStack:
        """Return the stack, for a command that needs one.

        Raises:
            CommandFailure: there is none outside of a project.
        """
        if self.stack is None:
            raise self._no_project()
        return self.stack

    @cached_property
    def title(self) -> str:
        """The stack's short name; "" outside of a project."""
        return self.stack.short_name(self.deployment) if self.stack else ""

    @cached_property
    def settings(self) -> Settings:
        """The stack's AWS settings, or boto3's own."""
        if self.stack is None:
            return Settings.from_config(lambda _: None)
        return self.stack.settings_by(self._config_and_state[0].result(), self._source)

    @cached_property
    def is_native(self) -> bool:
        """Whether the settings are those of the native provider, and are called `sjresource:`."""
        return self.stack is not None and self._source.namespace == "sjresource"

    @cached_property
    def _source(self) -> SettingsSource:
        return settings_source(self._config_and_state[0].result(), self.deployment)

    @cached_property
    def uses_plugin(self) -> bool:
        """Whether the state has resources of the native provider, alone or beside dynamic ones."""
        resources = self.deployment.get("resources") or []
        return any(each["type"].startswith(NATIVE_PREFIX) for each in resources)

    @cached_property
    def clients(self) -> RegionalClients:
        """AWS's clients with these settings, by region."""
        return regional_clients(self.settings)

    def batch(self, arn_or_name: str) -> BatchClient:
        """Return the Batch client of an ARN's region; of a name, that of the settings' region."""
        return self.clients.batch(region_in(arn_or_name))

    @cached_property
    def deployment(self) -> dict[str, Any]:
        """The stack's state, secrets encrypted; empty outside of a project."""
        return self._config_and_state[1].result() if self.stack else {}

    @cached_property
    def jobs(self) -> list[StackJob]:
        """The stack's service jobs."""
        return jobs_in(self.deployment)

    @cached_property
    def queues(self) -> list[StackQueue]:
        """The stack's job queues."""
        return queues_in(self.deployment)

    @cached_property
    def mask(self) -> Mask:
        """Masks the stack's secrets in AWS's messages about its jobs.

        Secrets are decrypted only if the state has any, and never shown. If they can't be
        decrypted, such messages are withheld as a whole.
        """
        if self.stack is None or not holds_secrets(self.deployment):
            return Mask()
        try:
            return Mask(secret_texts(self.stack.deployment(secrets=True)))
        except Exception as error:  # CommandError, whose module would load Pulumi's SDK
            if is_pulumis(error):
                return RedactAll()
            raise

    @cached_property
    def _config_and_state(self) -> tuple[Future[dict[str, Any]], Future[dict[str, Any]]]:
        """Both at once, since each starts Pulumi's CLI."""
        stack = self.require_stack()
        with ThreadPoolExecutor(2) as pool:
            return (
                pool.submit(read, stack.config, self.project),
                pool.submit(read, stack.deployment, self.project),
            )

    def _no_project(self) -> CommandFailure:
        return CommandFailure(
            f"reading Stack ({self.stack_name or 'current'}): no Pulumi project in "
            f"{self.cwd.resolve()} or above it; run it in the project's folder, or give --cwd",
            ExitCode.PULUMI,
        )


class RedactAll(Mask):
    """Replaces every message, since the secrets to look for are unknown."""

    def text(self, said: str) -> str:
        """Return a notice in place of a message."""
        return WITHHELD if said else said


def read(reading: Callable[[], Read], project: Path | None) -> Read:
    """Return what `reading` reads of a stack; say what to do where none is selected.

    Raises:
        CommandFailure: none is.
    """
    try:
        return reading()
    except Exception as error:  # as above
        if not is_pulumis(error) or "no stack selected" not in pulumi_message(error):
            raise
        raise CommandFailure(
            f"reading Stack ({project}): no stack is selected; "
            "`pulumi stack select` one, or give --stack",
            ExitCode.NOT_FOUND,
        ) from None

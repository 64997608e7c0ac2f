"""The config and the state of a deployed stack, read from outside of its program.

They come from the Pulumi CLI. Reading takes no lock, so it works during an
update, or where a lock was left behind. The state's secrets stay encrypted unless they are asked
for, which only masking does.

The Automation API is used where a user's own program has loaded it: it takes half a second of
processor to load the whole SDK, and to ask for the CLI's version. Errors are the API's own.
"""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import dataclass
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, cast

from sjresource.aws.settings import Settings
from sjresource.sanitize import plain
from sjresource.stack.damage import RESTORE, resource_damages
from sjresource.vocabulary import NATIVE_PREFIX, TYPE_PREFIX

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from pulumi.automation import LocalWorkspace, Stack

    Resource = Mapping[str, Any]

_PROVIDER_TYPE = "pulumi:providers:sjresource"


@dataclass(frozen=True)
class DeployedStack:
    """A stack that exists: one of a name, which is any that the CLI takes, or the selected one.

    Every method runs the CLI, which takes 0.2 s or more, and raises the Automation API's
    CommandError if it fails.
    """

    _name: str | None
    """`dev`, `acme/vision/dev`; None for the one that is selected, which the CLI finds itself."""
    _run: Callable[..., str]
    _open_workspace: Callable[[], LocalWorkspace]

    @classmethod
    def of(cls, stack: Stack) -> DeployedStack:
        """Return the stack that the Automation API knows as `stack`."""
        workspace = cast("LocalWorkspace", stack.workspace)
        return cls(stack.name, partial(_run_in, workspace), lambda: workspace)

    @classmethod
    def in_folder(cls, project: Path, name: str | None) -> DeployedStack:
        """Return a stack of the project in a folder, without loading the Automation API.

        Args:
            project: the folder.
            name: the stack's; None for the selected one.
        """
        return cls(name, partial(run_pulumi, project), partial(_workspace, project))

    @cached_property
    def name(self) -> str:
        """The name as it was given; of the selected stack `organization/project/stack`."""
        if self._name:
            return self._name
        return self._run("stack", "--show-name", "--fully-qualify-stack-names").strip()

    def short_name(self, deployment: Mapping[str, Any]) -> str:
        """Return the stack's own name, which its state tells unless it is empty."""
        if not self._name:
            for resource in deployment.get("resources") or []:
                stack, *_ = resource["urn"].removeprefix("urn:pulumi:").split("::")
                return str(stack)
        return self.name.rsplit("/", 1)[-1]

    @cached_property
    def workspace(self) -> LocalWorkspace:
        """The stack's project, as the Automation API knows it, for what only that can tell."""
        return self._open_workspace()

    def deployment(self, *, secrets: bool = False) -> dict[str, Any]:
        """Return the state's deployment; empty for a stack that was never brought up.

        Raises:
            pulumi.RunError: it is damaged.
        """
        shown = ["--show-secrets"] if secrets else []
        exported = self._answer("stack", "export", *shown)
        deployment = exported.get("deployment") or {}
        _require_intact(deployment)
        return deployment

    def settings(self) -> Settings:
        """Return the stack's AWS settings; the environment fills their gaps, as in an `up`.

        Secrets are decrypted. Where they can't be, it works all the same if the settings have none.

        Raises:
            pulumi.RunError: a value in them can't be read.
        """
        config = self.config()
        return self.settings_by(config, settings_source(config, self.deployment()))

    def settings_by(self, config: Mapping[str, Any], source: SettingsSource) -> Settings:
        """Like `settings`, by the config and the source, which the caller knows already."""
        if source.is_encrypted:
            source = settings_source(config, self.deployment(secrets=True))
        return Settings.from_config(partial(source.text, config))

    def qualified_name(self) -> str:
        """Return `organization/project/stack`; a file backend has no organizations of its own."""
        *before, name = self.name.split("/")
        if len(before) == len(("organization", "project")):  # as of one that is selected
            return self.name
        project = self.workspace.project_settings().name
        if before:
            return f"{before[0]}/{project}/{name}"
        who = self._whoami
        on_service = (who["url"] or "").startswith("https://")
        return f"{who['user'] if on_service else 'organization'}/{project}/{name}"

    def backend_url(self) -> str:
        """Return where the state is kept, as Pulumi names it."""
        return self._whoami["url"] or ""

    @cached_property
    def _whoami(self) -> dict[str, Any]:
        """What the backend says; the Automation API would first ask for the CLI's version."""
        told: dict[str, Any] = json.loads(self._run("whoami", "--json"))
        return told

    def config(self) -> dict[str, Any]:
        """Return the stack's config, decrypted where that can be and AWS's settings need it."""
        try:
            return self._answer("config", "--show-secrets", "--json")
        except Exception as error:  # CommandError, whose module would load the whole SDK
            if not is_pulumis(error):
                raise
            # Most likely the passphrase is missing.
            config = self._answer("config", "--json")
            ours = ("aws:", "sjresource:")
            if any(key.startswith(ours) and value["secret"] for key, value in config.items()):
                raise
            return config

    def _answer(self, *command: str) -> dict[str, Any]:
        """Run the CLI: `Workspace.export_stack` always decrypts the secrets."""
        chosen = ["--stack", self._name] if self._name else []
        answer: dict[str, Any] = json.loads(self._run(*command, *chosen))
        return answer


@dataclass(frozen=True)
class SettingsSource:
    """Where a stack's settings stand: in its config, or in the inputs of an explicit provider.

    The dynamic resources have the stack's `aws:` config. The native ones have their provider's: the
    default provider reads the `sjresource:` config, an explicit one has inputs of its own.
    """

    namespace: str
    """Of the config: `aws`, or `sjresource`; the latter for an explicit provider, too."""
    inputs: Mapping[str, Any] | None = None
    """Those of an explicit provider, secrets as the state has them; None for the config."""

    @property
    def is_encrypted(self) -> bool:
        """Whether one of the inputs is a secret that has to be decrypted first."""
        return any(
            isinstance(value, dict) and "ciphertext" in value
            for value in (self.inputs or {}).values()
        )

    def text(self, config: Mapping[str, Any], key: str) -> str | None:
        """Return one setting as text, JSON if it has members; None if it is not set.

        Args:
            config: what `pulumi config --json` says.
            key: a name of pulumi-aws's.
        """
        if self.inputs is None:
            text: str | None = config.get(f"{self.namespace}:{key}", {}).get("value")
            return text
        value = self.inputs.get(key)
        if isinstance(value, dict) and "plaintext" in value:
            value = json.loads(value["plaintext"])
        return value if value is None or isinstance(value, str) else json.dumps(value)


def settings_source(config: Mapping[str, Any], deployment: Mapping[str, Any]) -> SettingsSource:
    """Return where the settings of a stack stand, by its config and by its state.

    A stack with resources of both kinds has the `aws:` config, and so has one that was never
    brought up, if it has any. Of several explicit providers the first counts: a job's and a queue's
    region are known by their ARNs.
    """
    living: list[Resource] = deployment.get("resources") or []
    has_aws = any(key.startswith("aws:") for key in config)
    native = [each for each in living if each["type"].startswith(NATIVE_PREFIX)]
    if any(each["type"].startswith(TYPE_PREFIX) for each in living) or not native:
        is_ours = not has_aws and any(key.startswith("sjresource:") for key in config)
        return SettingsSource("sjresource" if is_ours else "aws")
    # A provider that the engine has made by default has no parent, not even the stack.
    used = str(native[0].get("provider", "")).rpartition("::")[0]
    provider = next((each for each in living if each["urn"] == used), None)
    if provider is None or provider["type"] != _PROVIDER_TYPE or not provider.get("parent"):
        return SettingsSource("sjresource")
    return SettingsSource("sjresource", provider.get("inputs") or {})


def run_pulumi(folder: Path, *arguments: str) -> str:
    """Run `pulumi` in a project's folder, asking nobody anything; return its stdout.

    Raises:
        pulumi.automation.CommandError: it failed.
        pulumi.RunError: it can't be started.
    """
    try:
        ran = subprocess.run(  # noqa: S603 - our own words, and a stack's name
            ["pulumi", "--non-interactive", *arguments],  # noqa: S607 - the user's own, on PATH
            cwd=folder,
            env={**os.environ, "PULUMI_AUTOMATION_API": "true"},
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
    except OSError as error:
        from pulumi import RunError  # noqa: PLC0415 - as above

        why = error.strerror or error
        raise RunError(
            f"running pulumi: {why}; it must be on PATH to read a stack; "
            "`sjresource doctor` checks what Pulumi needs"
        ) from None
    if ran.returncode:
        from pulumi.automation import CommandError, CommandResult  # noqa: PLC0415 - as above

        code = ran.returncode
        raise CommandError(CommandResult(stdout=ran.stdout, stderr=ran.stderr, code=code))
    return ran.stdout


def is_pulumis(error: Exception) -> bool:
    """Return whether the CLI failed; so only then its class is loaded, with the whole SDK."""
    from pulumi.automation import CommandError  # noqa: PLC0415 - as above

    return isinstance(error, CommandError)


def _require_intact(deployment: Any) -> None:
    """Make sure that a deployment can be read: it may have been edited.

    Raises:
        pulumi.RunError: it can't; the text says what is wrong in which resource.
    """
    resources = deployment.get("resources") or [] if isinstance(deployment, dict) else None
    if not isinstance(resources, list):
        resources = [resources]
    for position, resource in enumerate(resources):
        for damage in resource_damages(resource):
            from pulumi import RunError  # noqa: PLC0415 - as above

            urn = resource.get("urn") if isinstance(resource, dict) else None
            which = urn if isinstance(urn, str) else f"resources[{position}]"
            raise RunError(plain(f"reading State ({which}): {damage}; {RESTORE}"))


def _run_in(workspace: LocalWorkspace, *command: str) -> str:
    home = workspace.pulumi_home
    environment: Mapping[str, str] = {
        **({"PULUMI_HOME": home} if home else {}),
        **workspace.env_vars,
    }
    return workspace.pulumi_command.run([*command], workspace.work_dir, environment).stdout


def _workspace(project: Path) -> LocalWorkspace:
    from pulumi.automation import LocalWorkspace  # noqa: PLC0415 - as above

    return LocalWorkspace(work_dir=str(project))

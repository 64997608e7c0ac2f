"""What `pulumi stack init` makes, made once a process: it takes half a second each time."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml  # type: ignore[import-untyped] # it has no types
from key_service import PROVIDER, key_service

if TYPE_CHECKING:
    from collections.abc import Mapping

PASSPHRASE = "test"


@dataclass(frozen=True)
class BlankStack:
    """A stack without resources, as the CLI has written it.

    `settings` say how secrets are encrypted, as the state does.
    """

    state: Mapping[str, Any]
    settings: Mapping[str, Any]

    def write(self, checkpoint: Path, project: str, name: str) -> None:
        """Write the state of a stack of this name where a file backend looks for it."""
        of_this_stack = {**self.state["checkpoint"], "stack": f"organization/{project}/{name}"}
        checkpoint.parent.mkdir(parents=True, exist_ok=True)
        checkpoint.write_text(json.dumps({**self.state, "checkpoint": of_this_stack}))
        (checkpoint.parents[2] / "meta.yaml").write_text("version: 1\n")


@cache
def blank_stack(engine: Path) -> BlankStack:
    """Have the CLI make one."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        (folder / "state").mkdir()
        (folder / "Pulumi.yaml").write_text('{"name": "blank", "runtime": "python"}')
        init = ["--non-interactive", "stack", "init", "blank"]
        subprocess.run(
            [engine / "pulumi", *init, "--secrets-provider", PROVIDER],
            cwd=folder,
            env=environment(engine, folder),
            check=True,
            capture_output=True,
        )
        state = json.loads(checkpoint_file(folder, "blank", "blank").read_text())
        settings = yaml.safe_load((folder / "Pulumi.blank.yaml").read_text())
    return BlankStack(state, settings)


def environment(engine: Path, folder: Path) -> dict[str, str]:
    """Return the variables that lead the CLI to a state, and to settings, of this folder's own."""
    return {
        "PATH": os.pathsep.join([str(engine), os.environ.get("PATH", os.defpath)]),
        "PULUMI_BACKEND_URL": (folder / "state").as_uri(),
        "PULUMI_CONFIG_PASSPHRASE": PASSPHRASE,
        "PULUMI_HOME": str(folder / "home"),
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        # The CLI lives for seconds: it need not tidy its memory up every time that it doubles.
        "GOGC": "400",
        **key_service(),
    }


def checkpoint_file(folder: Path, project: str, name: str) -> Path:
    """Return where the file backend keeps a stack's state."""
    return folder / "state" / ".pulumi" / "stacks" / project / f"{name}.json"

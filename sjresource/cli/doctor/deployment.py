"""Checks for what an interrupted update left behind: a lock, and creates that never finished."""

from __future__ import annotations

import json
import shutil
import socket
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

import psutil

from sjresource.aws.arn import name_in
from sjresource.cli.doctor.check import failed, ok, unknown
from sjresource.cli.terminal.exit_codes import CommandFailure, pulumi_message

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sjresource.cli.doctor.check import Check
    from sjresource.cli.stack.context import StackContext

_CLEAR = "`pulumi refresh --clear-pending-creates`; the next `pulumi up` finds our own jobs again"


def check_deployment(context: StackContext) -> Iterator[Check]:
    """Check the stack, its lock, and the operations that its state has as pending."""
    from pulumi import RunError  # noqa: PLC0415 - there is a project to ask about
    from pulumi.automation import CommandError  # noqa: PLC0415 - as above

    try:
        if context.project and shutil.which("pulumi") is None:
            yield failed("stack", "not read: there is no `pulumi`", "fix that first")
            return
        if context.stack is None:
            yield unknown("stack", "no Pulumi project here", "run it in the project's folder")
            return
        pending = context.deployment.get("pending_operations") or []
        yield ok("stack", context.stack.name)
    except CommandFailure as error:
        yield failed("stack", str(error), "see `pulumi stack ls`")
        return
    except CommandError as error:
        yield failed("stack", pulumi_message(error), "see `pulumi stack` for the same")
        return
    except RunError as error:  # the state
        yield failed("stack", str(error), "`pulumi stack export` shows it")
        return
    yield _check_lock(context)
    yield _check_pending(pending)


def _check_lock(context: StackContext) -> Check:
    stack = context.require_stack()
    url = stack.backend_url()
    backend = urlsplit(url)
    if backend.scheme == "file":
        state = backend_folder(url, context.project or Path(), Path.home())
        return _check_lock_files(state / ".pulumi" / "locks" / stack.qualified_name())
    if backend.scheme in ("http", "https"):
        name = name_in(stack.name)
        same = [each for each in stack.workspace.list_stacks() if name_in(each.name) == name]
        if any(each.update_in_progress for each in same):
            fix = "wait for it; if nothing runs any more, `pulumi cancel`"
            return unknown("lock", "an update is under way", fix)
        return ok("lock", "none")
    fix = "`pulumi up` says so if there is one; if nothing runs any more, `pulumi cancel`"
    return unknown("lock", f"a backend of {backend.scheme} is not looked into", fix)


def backend_folder(url: str, project: Path, home: Path) -> Path:
    """Return the folder of a backend of files, which Pulumi names as it was given.

    `pulumi login --local` is `file://~`. Any other relative folder is one from where Pulumi runs.
    https://github.com/pulumi/pulumi/blob/master/pkg/backend/diy/backend.go (`massageBlobPath`)
    """
    path = unquote(url.removeprefix("file://").partition("?")[0])
    return home / path[2:] if path.startswith("~") else project / path


def _check_lock_files(folder: Path) -> Check:
    """Check the files by which a file backend locks a stack."""
    held = [_read_lock(file) for file in sorted(folder.glob("*.json"))]
    if not held:
        return ok("lock", "none")
    here = [lock for lock in held if lock.get("hostname") == socket.gethostname()]
    if len(here) == len(held) and all(psutil.pid_exists(int(lock["pid"])) for lock in here):
        return ok("lock", f"an update is under way (pid {here[0]['pid']})")
    lock = held[0]
    owner = f"{lock.get('username')}@{lock.get('hostname')}"
    message = f"held by {owner} (pid {lock.get('pid')}) since {lock.get('timestamp')}"
    return failed("lock", message, "if nothing runs there any more, `pulumi cancel`")


def _read_lock(file: Path) -> dict[str, Any]:
    try:
        lock: dict[str, Any] = {"pid": -1, **json.loads(file.read_text())}
    except (OSError, ValueError):
        return {"pid": -1}
    return lock


def _check_pending(operations: list[dict[str, Any]]) -> Check:
    if not operations:
        return ok("pending operations", "none")
    names = ", ".join(
        f"{each.get('type')} {each['resource']['urn'].rpartition('::')[2]}" for each in operations
    )
    message = f"begun and not ended: {names}"
    return failed("pending operations", message, f"if no update is under way, {_CLEAR}")

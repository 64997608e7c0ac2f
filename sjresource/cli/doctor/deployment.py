"""What an update that died has left behind: a lock, and creates that were never finished."""

from __future__ import annotations

import json
import socket
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

import psutil

from sjresource.aws.arn import name_in
from sjresource.cli.doctor.findings import failed, ok, unproven
from sjresource.cli.terminal.exit_codes import CommandFailure, pulumi_message

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sjresource.cli.doctor.findings import Finding
    from sjresource.cli.stack.context import StackContext

_CLEAR = "`pulumi refresh --clear-pending-creates`; the next `pulumi up` finds our own jobs again"


def deployment_findings(context: StackContext) -> Iterator[Finding]:
    """Look at the stack, its lock, and what its state says was begun and not ended."""
    from pulumi.automation import CommandError  # noqa: PLC0415 - there is a project to ask about

    try:
        if context.stack is None:
            yield unproven("stack", "no Pulumi project here", "run it in the project's folder")
            return
        pending = context.deployment.get("pending_operations") or []
        yield ok("stack", context.stack.name)
    except CommandFailure as error:
        yield failed("stack", str(error), "see `pulumi stack ls`")
        return
    except CommandError as error:
        yield failed("stack", pulumi_message(error), "see `pulumi stack` for the same")
        return
    yield _lock(context)
    yield _pending(pending)


def _lock(context: StackContext) -> Finding:
    stack = context.require_stack()
    backend = urlsplit(stack.workspace.who_am_i().url or "")
    if backend.scheme == "file":
        folder = Path(unquote(backend.path)) / ".pulumi" / "locks" / stack.qualified_name()
        return _lock_in(folder)
    if backend.scheme in ("http", "https"):
        name = name_in(stack.name)
        same = [each for each in stack.workspace.list_stacks() if name_in(each.name) == name]
        if any(each.update_in_progress for each in same):
            fix = "wait for it; if nothing runs any more, `pulumi cancel`"
            return unproven("lock", "an update is under way", fix)
        return ok("lock", "none")
    fix = "`pulumi up` says so if there is one; if nothing runs any more, `pulumi cancel`"
    return unproven("lock", f"a backend of {backend.scheme} is not looked into", fix)


def _lock_in(folder: Path) -> Finding:
    """Look at the files by which a backend of files locks a stack."""
    held = [_read(file) for file in sorted(folder.glob("*.json"))]
    if not held:
        return ok("lock", "none")
    here = [lock for lock in held if lock.get("hostname") == socket.gethostname()]
    if len(here) == len(held) and all(psutil.pid_exists(int(lock["pid"])) for lock in here):
        return ok("lock", f"an update is under way (pid {here[0]['pid']})")
    lock = held[0]
    who = f"{lock.get('username')}@{lock.get('hostname')}"
    seen = f"held by {who} (pid {lock.get('pid')}) since {lock.get('timestamp')}"
    return failed("lock", seen, "if nothing runs there any more, `pulumi cancel`")


def _read(file: Path) -> dict[str, Any]:
    try:
        lock: dict[str, Any] = {"pid": -1, **json.loads(file.read_text())}
    except (OSError, ValueError):
        return {"pid": -1}
    return lock


def _pending(operations: list[dict[str, Any]]) -> Finding:
    if not operations:
        return ok("pending operations", "none")
    named = ", ".join(
        f"{each.get('type')} {each['resource']['urn'].rpartition('::')[2]}" for each in operations
    )
    seen = f"begun and not ended: {named}"
    return failed("pending operations", seen, f"if no update is under way, {_CLEAR}")

"""Who a resource is, across runs, crashes and machines.

A resource's identity is its organization and URN. It comes from the program, since a dynamic
provider is told neither stack nor URN, and everything that must be the same after a crash is
derived from it: the names of queues, the clientToken of a submission, the tags by which a run
finds its own again.
"""

from __future__ import annotations

import hashlib
import json
import re
from typing import TYPE_CHECKING, Any

import pulumi

from sjresource.inline_program import require_python_for_plugin

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

IDENTITY_TAG = "sjresource:identity"
RUN_TAG = "sjresource:run"
RELEASED_TAG = "sjresource:released"
MARKS = frozenset({IDENTITY_TAG, RUN_TAG, RELEASED_TAG})

_TAG_VALUE_LENGTH = 256
"""https://docs.aws.amazon.com/batch/latest/userguide/using-tags.html (tag restrictions)"""

_NOT_IN_TAGS = re.compile(r"[^A-Za-z0-9 _.:/=+\-@]")


def resource_identity(
    resource_type: str, name: str, opts: pulumi.ResourceOptions | None
) -> pulumi.Input[str]:
    """Give `<organization>/<urn>` of the resource that is about to be registered.

    The URN holds the types of the parents, so a parent's URN is needed; its dependencies are left
    behind, or a child whose parent has outputs of it would wait for itself.

    Every declaration comes here before anything is registered: so it is the place to say that the
    plugin can't start.

    Raises:
        pulumi.RunError: an inline program's engine has no Python for our plugin.
    """
    require_python_for_plugin()
    parent = opts.parent if opts else None
    if parent is None:
        return _identity(resource_type, name)
    urn = pulumi.Output(set(), parent.urn.future(), parent.urn.is_known())
    return urn.apply(
        lambda parent_urn: _identity(f"{_types(str(parent_urn))}{resource_type}", name)
    )


def stack_of(identity: str) -> str:
    """Give `organization/project/stack`."""
    organization, urn = identity.split("/", 1)
    stack, project, *_ = urn.removeprefix("urn:pulumi:").split("::")
    return f"{organization}/{project}/{stack}"


def name_of(identity: str) -> str:
    """Give the resource's name in the program."""
    return identity.split("::", 3)[3]


def default_name(identity: str, *variant: str) -> str:
    """Give `<name>-<7 hex>`: the same in preview and up, and after a crash; another by variant."""
    return f"{name_of(identity)}-{_digest(identity, *variant)[:7]}"


def with_name(
    name_property: str,
    olds: Mapping[str, Any],
    news: Mapping[str, Any],
    make: Callable[[str], str],
) -> dict[str, Any]:
    """Give `news` with a name: the program's own, else the one that it has, else a new one.

    An alias, a rename or another backend changes the identity that a name is made of; the thing
    that exists keeps its name all the same, or it would be replaced.
    """
    identity = news.get("identity")
    if news.get(name_property) is not None or identity is None:
        return dict(news)
    kept = olds.get(name_property)
    if kept is not None:
        return {**news, name_property: kept}
    made = identity if isinstance(identity, pulumi.output.Unknown) else make(identity)
    return {**news, name_property: made}


def identity_tag(identity: str) -> str:
    """Give the identity as a tag's value: readable, at most 256 characters, only allowed ones.

    The digest tells apart what is equal once cut or cleaned.
    """
    end = f"@{_digest(identity)[:10]}"
    readable = _NOT_IN_TAGS.sub("-", f"{stack_tag_prefix(identity)}{name_of(identity)}")
    return readable[: _TAG_VALUE_LENGTH - len(end)] + end


def stack_tag_prefix(identity: str) -> str:
    """Give what the identity tags of all resources of the same stack begin with."""
    return stack_tag_prefix_of(stack_of(identity))


def stack_tag_prefix_of(stack: str) -> str:
    """Give the same for `organization/project/stack`."""
    return _NOT_IN_TAGS.sub("-", f"{stack}/")


def run_digest(identity: str, request: Mapping[str, Any], *more: Any) -> str:
    """Give 64 hex characters that are equal for one run only, and for every crash of it.

    It covers all that is sent, so that an edited request is never taken for the old one; `request`
    is without our own marks. It goes to AWS, which has the request anyway, and nowhere else.
    """
    return _digest(identity, request, *more)


def client_token(digest: str, generation: int) -> str:
    """Give a run's clientToken, 64 characters, the API's maximum.

    A run that was released can be wanted again: that is the next generation.
    """
    return _digest(digest, generation)


def _identity(types: str, name: str) -> str:
    return (
        f"{pulumi.get_organization()}/"
        f"urn:pulumi:{pulumi.get_stack()}::{pulumi.get_project()}::{types}::{name}"
    )


def _types(parent_urn: str) -> str:
    """Give the parent's part of a child's qualified type; the stack itself adds none."""
    types = parent_urn.split("::")[2]
    return "" if types == "pulumi:pulumi:Stack" else f"{types}$"


def _digest(*values: Any) -> str:
    text = json.dumps(values, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()

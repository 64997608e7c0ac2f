"""Who a resource is, across runs, crashes and machines.

A resource's identity is its organization and URN. It comes from the program, since a dynamic
provider is told neither stack nor URN, and everything that must be the same after a crash is
derived from it: the names of queues, the clientToken of a submission, the tags by which a run
finds its own again.

A name that another resource of the program says it had before, by an alias, is taken again by a
resource that is not the old one. So its identity has a third part, a digest of who says so
(`claimed_by`), and with it other names and tokens.
"""

from __future__ import annotations

import hashlib
import json
import re
from typing import TYPE_CHECKING, Any, TypeGuard

import pulumi

from sjresource.stack.plugin_python import require_python_for_plugin

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

IDENTITY_TAG = "sjresource:identity"
RUN_TAG = "sjresource:run"
RECORDED_TAG = "sjresource:recorded"
"""Set once a stack's state has the id."""
RELEASED_TAG = "sjresource:released"
"""Set when the stack gives a job up; see `ending`."""
OWN_TAGS = frozenset({IDENTITY_TAG, RUN_TAG, RECORDED_TAG, RELEASED_TAG})

_WITH_ANOTHER = "deleted-with"
"""The recorded mark's value for a job that the deletion of its queue may end: `deleted_with`."""

_TAG_VALUE_LENGTH = 256
"""https://docs.aws.amazon.com/batch/latest/userguide/using-tags.html (tag restrictions)"""

_TAG_END_LENGTH = len("@123456.1234567890")

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
        pulumi.RunError: an inline program's engine has no Python for our plugin; or the options
            are none.
    """
    require_python_for_plugin()
    if opts is not None and not isinstance(opts, pulumi.ResourceOptions):
        noun = resource_type.rpartition(":")[2]
        raise pulumi.RunError(
            f"declaring {noun} ({name}): opts must be a pulumi.ResourceOptions, "
            f"got a {type(opts).__name__}"
        )
    parent = opts.parent if opts else None
    if parent is None:
        return _identity(resource_type, name)
    urn = pulumi.Output(set(), parent.urn.future(), parent.urn.is_known())
    return urn.apply(
        lambda parent_urn: _identity(f"{_types(str(parent_urn))}{resource_type}", name)
    )


def identity_of_urn(urn: str) -> str:
    """Return the identity that a resource with this URN has in the program's organization."""
    return f"{pulumi.get_organization()}/{urn}"


def claimed_by(identity: str, claimants: Iterable[str]) -> str:
    """Return the identity of a new resource whose name others had before; see the module.

    Args:
        identity: the resource's own.
        claimants: identities of the resources that name it as an alias; none leave it as it is.
    """
    others = sorted(set(claimants) - {identity})
    if not others:
        return identity
    organization, urn = identity.split("/", 1)
    return f"{organization}+{_digest(others)[:7]}/{urn}"


def unclaimed(identity: str) -> str:
    """Return the identity without what `claimed_by` added."""
    organization, urn = identity.split("/", 1)
    return f"{organization.partition('+')[0]}/{urn}"


def with_identity(olds: Mapping[str, Any], news: Mapping[str, Any]) -> dict[str, Any]:
    """Return `news` with the identity that the resource has, if only who claims its name changed.

    An alias that comes into the program, or leaves it, doesn't make another resource of one that
    is there.
    """
    old, new = olds.get("identity"), news.get("identity")
    if is_known_identity(old) and is_known_identity(new) and unclaimed(old) == unclaimed(new):
        return {**news, "identity": old}
    return dict(news)


def identity_changed(olds: Mapping[str, Any], news: Mapping[str, Any]) -> bool:
    """Whether the resource has become another's: a stack, project or resource was renamed or moved.

    An unknown identity, such as a child's whose parent is not there yet, changes nothing.
    """
    old, new = olds.get("identity"), news.get("identity")
    return is_known_identity(old) and is_known_identity(new) and old != new


def stack_of(identity: str) -> str:
    """Give `organization/project/stack`."""
    organization, urn = unclaimed(identity).split("/", 1)
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
    """Return the identity as a tag's value: readable, at most 256 characters, only allowed ones.

    Two digests tell apart what is equal once cut or cleaned: one of the resource's place in the
    program, which is the same in every stack, and one of the whole identity. A tag is compared with
    another tag, never with a name.
    """
    end = f"@{_place_digest(identity)}.{_digest(identity)[:10]}"
    readable = _NOT_IN_TAGS.sub("-", f"{stack_tag_prefix(identity)}{name_of(identity)}")
    return readable[: _TAG_VALUE_LENGTH - len(end)] + end


def readable_owner(tag: str) -> str:
    """Return `organization/project/stack/name` of an identity tag, cleaned and perhaps cut."""
    return tag.rpartition("@")[0]


def same_place(tag: str, identity: str) -> bool:
    """Whether an identity tag is that of the same resource of the program, in whichever stack."""
    return tag.rpartition("@")[2].partition(".")[0] == _place_digest(identity)


def submission_marks(identity: str, digest: str, token: str, generation: int) -> dict[str, str]:
    """Return the tags by which a submission is found again.

    Args:
        identity: whose run it is; may be another's later.
        digest: the run's, see `run_digest`.
        token: the clientToken that it is submitted under.
        generation: how often the run was given up before.
    """
    return {
        IDENTITY_TAG: identity_tag(identity),
        RUN_TAG: f"{digest}.{token_digest(token)}.{generation}",
    }


def recorded_mark(*, deleted_with: bool = False) -> dict[str, str]:
    """Return the mark of what a state has.

    Args:
        deleted_with: whether the engine leaves it to the deletion of something else to end it.
    """
    return {RECORDED_TAG: _WITH_ANOTHER if deleted_with else "true"}


def is_deleted_with_another(tags: Mapping[str, str]) -> bool:
    """Whether the engine leaves it to the deletion of something else to end what has these tags."""
    return tags.get(RECORDED_TAG) == _WITH_ANOTHER


def stack_tag_prefix(identity: str) -> str:
    """Give what the identity tags of all resources of the same stack begin with."""
    return stack_tag_prefix_of(stack_of(identity))


def stack_tag_prefix_of(stack: str) -> str:
    """Give the same for `organization/project/stack`."""
    return _NOT_IN_TAGS.sub("-", f"{stack}/")[: _TAG_VALUE_LENGTH - _TAG_END_LENGTH]


def run_digest(request: Mapping[str, Any], *more: Any) -> str:
    """Return 64 hex characters that are equal for one run of a resource, and for every crash of it.

    It covers all that is sent, so that an edited request is never taken for the old one; `request`
    is without our own marks. Whose run it is, is another mark: it can change. It goes to AWS, which
    has the request anyway, and nowhere else.
    """
    return _digest(request, *more)


def client_token(identity: str, digest: str, generation: int) -> str:
    """Return a run's clientToken, 64 characters, the API's maximum.

    A run that was released can be wanted again: that is the next generation.
    """
    return _digest(identity, digest, generation)


def token_digest(token: str) -> str:
    """Return 16 characters by which a job tells under which token it was submitted."""
    return _digest(token)[:16]


def _place_digest(identity: str) -> str:
    """Return 6 characters for what of an identity is the same in every stack."""
    organization, urn = identity.split("/", 1)
    _, _, types, name = urn.split("::", 3)
    return _digest(organization.partition("+")[2], types, name)[:6]


def is_known_identity(identity: Any) -> TypeGuard[str]:
    """Whether this is an identity, and not what a preview does not know yet."""
    return isinstance(identity, str) and "/urn:pulumi:" in identity


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

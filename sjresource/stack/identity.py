"""Who a resource is, across runs, crashes and machines, and what is derived from that. Pure.

A resource's identity is `<organization>/<urn>`. It comes from the program (`declaration`), since a
dynamic provider is told neither stack nor URN. Everything that must be the same after a crash is
derived from it: the names of queues, the clientToken of a submission, and the tags by which a run
finds its own job again.

A resource may take a name that another resource of the program had before, as that one's alias
says. It is not the old resource, so its identity gets a third part, a digest of the claimants
(`with_claimants`), and thereby other names and tokens.

A state has it twice for each resource, and the engine writes all of a state at each step. So a
program gives it without what all have in common (`in_short`): `/dev::vision::~::train` for
`organization/urn:pulumi:dev::vision::pulumi-python:dynamic/sjresource:ServiceJob::train`. Every
function here takes either, and what is derived is the same for both.
"""

from __future__ import annotations

import hashlib
import json
import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeGuard

from sjresource.aws.payload import is_unknown
from sjresource.vocabulary import TYPE_PREFIX

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

IDENTITY_TAG = "sjresource:identity"
RUN_TAG = "sjresource:run"
RECORDED_TAG = "sjresource:recorded"
"""Set once a stack's state has the id."""
RELEASED_TAG = "sjresource:released"
"""Set when the stack ends a job and no longer wants it; see `termination`."""
OWN_TAGS = frozenset({IDENTITY_TAG, RUN_TAG, RECORDED_TAG, RELEASED_TAG})

_WITH_ANOTHER = "deleted-with"
"""The recorded tag's value for a job with `deleted_with`: deleting its queue ends it."""

_TAG_VALUE_LENGTH = 256
"""https://docs.aws.amazon.com/batch/latest/userguide/using-tags.html (tag restrictions)"""

_TAG_END_LENGTH = len("@123456.1234567890")

_NOT_IN_TAGS = re.compile(r"[^A-Za-z0-9 _.:/=+\-@]")

_URN = "urn:pulumi:"
_OWN_ORGANIZATION = "organization"
"""What a backend that has no organizations calls its only one."""
_OURS = "~"
"""Stands for the beginning of our types, and alone for a job's, of which a stack has most. No other
type is without a colon."""
_MOST = "ServiceJob"


def in_short(identity: str) -> str:
    """Return an identity as a program gives it, and a state has it; see the module."""
    organization, urn = in_full(identity).split("/", 1)
    stack, project, types, name = urn.removeprefix(_URN).split("::", 3)
    owner, plus, claimants = organization.partition("+")
    kept = "" if owner == _OWN_ORGANIZATION else owner
    spelled = "$".join(_short_type(each) for each in types.split("$"))
    return f"{kept}{plus}{claimants}/{stack}::{project}::{spelled}::{name}"


def in_full(identity: str) -> str:
    """Return `<organization>/<urn>` of an identity in either spelling."""
    organization, urn = identity.split("/", 1)
    if urn.startswith(_URN):
        return identity
    stack, project, types, name = urn.split("::", 3)
    owner, plus, claimants = organization.partition("+")
    spelled = "$".join(_full_type(each) for each in types.split("$"))
    head = f"{owner or _OWN_ORGANIZATION}{plus}{claimants}"
    return f"{head}/{_URN}{stack}::{project}::{spelled}::{name}"


def _short_type(token: str) -> str:
    if not token.startswith(TYPE_PREFIX):
        return token
    noun = token.removeprefix(TYPE_PREFIX)
    return _OURS if noun == _MOST else _OURS + noun


def _full_type(token: str) -> str:
    if not token.startswith(_OURS) or ":" in token:
        return token
    return TYPE_PREFIX + (token.removeprefix(_OURS) or _MOST)


def with_claimants(identity: str, claimants: Iterable[str]) -> str:
    """Return the identity of a new resource whose name others had before; see the module.

    Args:
        identity: the resource's own.
        claimants: the other resources that name it as an alias; without any it stays as it is.
    """
    others = sorted(set(claimants) - {identity})
    if not others:
        return identity
    organization, urn = identity.split("/", 1)
    return f"{organization}+{_digest(others)[:7]}/{urn}"


def without_claimants(identity: str) -> str:
    """Return the identity in full, without what `with_claimants` added."""
    organization, urn = in_full(identity).split("/", 1)
    return f"{organization.partition('+')[0]}/{urn}"


def with_identity(olds: Mapping[str, Any], news: Mapping[str, Any]) -> dict[str, Any]:
    """Return `news` with the old identity where only the claimants of the name have changed.

    An alias that is added to the program, or removed from it, doesn't make a new resource of one
    that exists.
    """
    old, new = olds.get("identity"), news.get("identity")
    if (
        is_known_identity(old)
        and is_known_identity(new)
        and without_claimants(old) == without_claimants(new)
    ):
        return {**news, "identity": old}
    return dict(news)


def identity_changed(olds: Mapping[str, Any], news: Mapping[str, Any]) -> bool:
    """Return whether the stack, the project or the resource was renamed, or the resource was moved.

    An unknown identity, such as that of a child whose parent is not created yet, is no change.
    """
    old, new = olds.get("identity"), news.get("identity")
    return is_known_identity(old) and is_known_identity(new) and in_full(old) != in_full(new)


def urn_of(identity: str) -> str:
    """Return the resource's URN."""
    return in_full(identity).split("/", 1)[1]


def stack_of(identity: str) -> str:
    """Return `organization/project/stack`."""
    organization, urn = without_claimants(identity).split("/", 1)
    stack, project, *_ = urn.removeprefix("urn:pulumi:").split("::")
    return f"{organization}/{project}/{stack}"


def name_of(identity: str) -> str:
    """Return the resource's name in the program, by its identity or its URN."""
    return identity.split("::", 3)[3]


def default_name(identity: str, *variant: str) -> str:
    """Return `<name>-<7 hex>`: the same in preview and up, and after a crash; others by variant."""
    return f"{name_of(identity)}-{_digest(in_full(identity), *variant)[:7]}"


def with_name(
    name_property: str,
    olds: Mapping[str, Any],
    news: Mapping[str, Any],
    make: Callable[[str], str],
) -> dict[str, Any]:
    """Return `news` with a name: the program's own, else the present one, else a new one.

    An alias, a rename or another backend changes the identity that a name is made of. What exists
    keeps its name all the same, or it would be replaced.
    """
    identity = news.get("identity")
    if news.get(name_property) is not None or identity is None:
        return dict(news)
    kept = olds.get(name_property)
    if kept is not None:
        return {**news, name_property: kept}
    made = identity if is_unknown(identity) else make(identity)
    return {**news, name_property: made}


@lru_cache(maxsize=4096)
def identity_tag(identity: str) -> str:
    """Return the identity as a tag's value: readable, at most 256 characters, only allowed ones.

    Two digests tell apart what is equal once shortened or cleaned: one of the resource's place in
    the program, which is the same in every stack, and one of the whole identity. A tag is compared
    with another tag, never with a name.
    """
    end = f"@{_place_digest(identity)}.{_digest(in_full(identity))[:10]}"
    readable = _NOT_IN_TAGS.sub("-", f"{stack_tag_prefix(identity)}{name_of(identity)}")
    return readable[: _TAG_VALUE_LENGTH - len(end)] + end


def readable_owner(tag: str) -> str:
    """Return `organization/project/stack/name` of an identity tag, cleaned, perhaps shortened."""
    return tag.rpartition("@")[0]


def same_place(tag: str, identity: str) -> bool:
    """Return whether an identity tag is that of the same resource of the program, in any stack."""
    return tag.rpartition("@")[2].partition(".")[0] == _place_digest(identity)


def submission_tags(identity: str, digest: str, token: str, generation: int) -> dict[str, str]:
    """Return the tags by which a submission is found again.

    Args:
        identity: the resource's; the job may pass to another one later.
        digest: the run's, see `run_digest`.
        token: the clientToken that it is submitted with.
        generation: how often the run was released before.
    """
    return {
        IDENTITY_TAG: identity_tag(identity),
        RUN_TAG: f"{digest}.{token_digest(token)}.{generation}",
    }


def recorded_tag(*, deleted_with: bool = False) -> dict[str, str]:
    """Return the tag of what a state has.

    Args:
        deleted_with: whether the engine won't delete it, because deleting another resource does.
    """
    return {RECORDED_TAG: _WITH_ANOTHER if deleted_with else "true"}


def is_deleted_with_another(tags: Mapping[str, str]) -> bool:
    """Return whether deleting another resource ends what has these tags, so the engine won't."""
    return tags.get(RECORDED_TAG) == _WITH_ANOTHER


def stack_tag_prefix(identity: str) -> str:
    """Return the prefix that the identity tags of all resources of the same stack have."""
    return stack_tag_prefix_of(stack_of(identity))


def stack_tag_prefix_of(stack: str) -> str:
    """Return that prefix for `organization/project/stack`."""
    return _NOT_IN_TAGS.sub("-", f"{stack}/")[: _TAG_VALUE_LENGTH - _TAG_END_LENGTH]


def run_digest(request: Mapping[str, Any], *more: Any) -> str:
    """Return 64 hex characters that are the same for one run of a resource, after a crash too.

    They cover the whole request, so that an edited one is never taken for the old one; `request` is
    without our own tags. The identity is not in them, since it can change; it has a tag of its own.
    They go to AWS, which has the request anyway, and nowhere else.
    """
    return _digest(request, *more)


def client_token(identity: str, digest: str, generation: int) -> str:
    """Return a run's clientToken: 64 characters, the API's maximum.

    A run that was released can be wanted again: that is the next generation.
    """
    return _digest(in_full(identity), digest, generation)


def token_digest(token: str) -> str:
    """Return 16 characters that stand for a token in a job's tags."""
    return _digest(token)[:16]


def _place_digest(identity: str) -> str:
    """Return 6 characters for the part of an identity that is the same in every stack."""
    organization, urn = in_full(identity).split("/", 1)
    _, _, types, name = urn.split("::", 3)
    return _digest(organization.partition("+")[2], types, name)[:6]


def is_known_identity(identity: Any) -> TypeGuard[str]:
    """Return whether this is an identity; in a preview it may be unknown."""
    if not isinstance(identity, str):
        return False
    stack, *others = identity.split("::", 3)
    return "/" in stack and len(others) == len(("project", "types", "name"))


def _digest(*values: Any) -> str:
    text = json.dumps(values, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()

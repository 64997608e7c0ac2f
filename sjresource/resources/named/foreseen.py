"""What an `up` will refuse of a new resource's name, told in its preview: that it is taken.

A preview asks once for each kind (`preview.find_named`). What it has not seen the `up` refuses all
the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sjresource.aws.models import property_name
from sjresource.aws.payload import is_unknown
from sjresource.checks.failures import with_failures
from sjresource.checks.preview import MANAGED, PREVIEW
from sjresource.checks.values.lookups import text_at
from sjresource.problem import Problem
from sjresource.resources.named.taken_name import why_refused
from sjresource.stack.identity import name_of, stack_tag_prefix
from sjresource.stack.ownership import owner_tag
from sjresource.stack.pulumi_cli.command_line import pulumi_command_line

if TYPE_CHECKING:
    from pulumi.dynamic import CheckResult

    from sjresource.aws.batch import ResourceKind
    from sjresource.aws.settings import Settings
    from sjresource.stack.config import CheckSettings

_PERHAPS_ELSEWHERE = "it is made where its environment is, which is not known yet"


def with_taken_name(
    checked: CheckResult,
    kind: ResourceKind,
    settings: Settings,
    checking: CheckSettings,
    *,
    is_default: bool,
    may_be_elsewhere: bool,
) -> CheckResult:
    """Return a new resource's check with a failure if the name is somebody else's.

    What this stack's mark is on is only warned of: the same `up` may rename what has it.

    Args:
        checked: the check so far, of a resource with an identity that no state has.
        kind: its kind.
        settings: of its region.
        checking: which checks are wanted.
        is_default: whether the name is the resource's default one.
        may_be_elsewhere: whether its region follows from an argument that is not known yet.
    """
    props, argument = checked.inputs, property_name(kind.name)
    name, identity = text_at(props, argument), props["identity"]
    within = text_at(props, property_name(kind.listed_by)) if kind.listed_by else ""
    if checked.failures or not checking.preflight or not name:
        return checked
    if within is None or is_unknown(props.get("region")):
        return checked
    detail = PREVIEW.find_named(settings, kind, name, within)
    why = why_refused(kind, detail, identity, is_default=is_default) if detail else None
    # What --replace names looks like a new one.
    if detail is None or not why or pulumi_command_line().may_replace(name_of(identity)):
        return checked
    is_ours = owner_tag(detail).startswith(stack_tag_prefix(identity))
    problem = Problem(argument, f"is taken: {'; '.join(why)}")
    doubt = MANAGED if is_ours else _PERHAPS_ELSEWHERE if may_be_elsewhere else ""
    found = [(problem, doubt)]
    return with_failures(checked, PREVIEW.failing(kind.noun, props, found, checking))

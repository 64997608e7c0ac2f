"""What declaring a queue, and each of what it is made of, has in common."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pulumi.dynamic import Resource

from sjresource.checks.preflight.declared import CONFLICTS, Declared, conflicts, declared_so_far
from sjresource.checks.warnings.program import warn_of_queue_side
from sjresource.stack.aws_provider import region_of, warn_of_provider
from sjresource.stack.config import with_default_tags
from sjresource.stack.declaration import Declaration

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pulumi

    from sjresource.resources.named_provider import NamedResourceProvider


class NamedResource(Resource):
    """A resource that has a name in AWS; its class says which arguments it takes."""

    def __init__(
        self,
        provider: NamedResourceProvider,
        resource_name: str,
        arguments: Mapping[str, Any],
        opts: pulumi.ResourceOptions | None,
        *,
        may_conflict: bool = False,
        delete_before_replace: bool = False,
    ) -> None:
        """Declare it.

        Args:
            provider: its provider.
            resource_name: the name in the program.
            arguments: by name, with `tags` and `region` as the program gives them.
            opts: the program's options.
            may_conflict: whether its check has to know what the program has declared around it.
            delete_before_replace: whether the new one has the old one's name, so that it can't be
                there beside it.
        """
        kind = provider.kind
        declaration = Declaration(kind.noun, resource_name, opts)
        properties = declaration.arguments(
            {
                **arguments,
                "tags": with_default_tags(arguments["tags"]),
                "region": region_of(arguments["region"], opts),
                **dict.fromkeys((*provider.outputs, "registered_at")),
            }
        )
        if may_conflict:
            properties[CONFLICTS] = conflicts(kind.create, properties)
        options = declaration.options(delete_before_replace=delete_before_replace)
        super().__init__(provider, resource_name, properties, options)
        declaration.follow(self)
        declared_so_far().append(Declared(self, kind.create, properties))
        warn_of_queue_side(self, kind.create, properties)
        warn_of_provider(self, opts, needs_region=arguments["region"] is None)

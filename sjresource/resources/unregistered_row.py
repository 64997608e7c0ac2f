"""Where words about a resource are shown before the engine knows the resource.

`pulumi.log` waits for the URN of the resource that it is given, and a completion is registered only
when its wait is over. Its URN is known from the start, and the engine opens a row for it.
"""

from __future__ import annotations

import pulumi


class EarlyRow:
    """Stands for a resource to be registered, in `pulumi.log`, which looks at `urn` only."""

    def __init__(self, identity: pulumi.Input[str]) -> None:
        self.urn = pulumi.Output.from_input(identity).apply(urn_in)


def urn_in(identity: str) -> str:
    """Give the URN, which an identity has behind its organization."""
    return identity.split("/", 1)[1]

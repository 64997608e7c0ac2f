"""A provider driven through one resource's life as the engine drives it, state and all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pulumi.dynamic import DiffResult, ReadResult, ResourceProvider


class Life:
    """One resource: created, and then read, updated and deleted from what the state would hold."""

    def __init__(self, provider: ResourceProvider, inputs: dict[str, Any]) -> None:
        """Check and create it."""
        self.provider = provider
        checked = provider.check({}, dict(inputs))
        assert not checked.failures, [failure.reason for failure in checked.failures]
        self.inputs: dict[str, Any] = checked.inputs
        created = provider.create(dict(self.inputs))
        self.id = created.id
        self.outs: dict[str, Any] = created.outs or {}

    @property
    def name(self) -> str:
        """The last part of the id, which is an ARN."""
        return self.id.rsplit("/", 1)[-1]

    def diff(self, news: dict[str, Any]) -> DiffResult:
        """Return what `news` would change."""
        checked = self.provider.check(self.inputs, dict(news))
        return self.provider.diff(self.id, self.outs, checked.inputs)

    def update(self, news: dict[str, Any]) -> dict[str, Any]:
        """Update in place; give the outputs, which are the state's from now on."""
        self.outs = self.provider.update(self.id, self.outs, dict(news)).outs or {}
        self.inputs = dict(news)
        return self.outs

    def refresh(self) -> ReadResult:
        """Read; what it gives is the state from now on, unless the resource is gone."""
        read = self.provider.read(self.id, dict(self.outs))
        if read.id:
            self.outs = read.outs or {}
        return read

    def delete(self) -> None:
        """Delete it; it may be deleted again."""
        self.provider.delete(self.id, dict(self.outs))

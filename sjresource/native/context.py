"""What all resources of one provider share: settings, the engine, the jobs that it knows."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sjresource.native.configuration import Configuration
    from sjresource.native.engine import Cancellation, EngineLog
    from sjresource.native.recording import Recorder


@dataclass
class KnownJob:
    """What this process knows of a job's resource: its row, and the secrets of its arguments."""

    urn: str
    name: str
    queue: str | None = None
    secrets: frozenset[str] = frozenset()
    is_new: bool = False


@dataclass
class ProviderContext:
    """What all resources of one provider share."""

    configuration: Configuration
    engine: EngineLog
    cancellation: Cancellation
    recorder: Recorder
    jobs: dict[str, KnownJob] = field(default_factory=dict)
    """By ARN, those that this operation has been asked about."""
    _shown: set[tuple[str, str]] = field(default_factory=set)
    """The warnings that were shown: the engine checks a replacement twice."""

    def warn(self, urn: str, text: str) -> None:
        """Show a warning on a row, once."""
        if (urn, text) not in self._shown:
            self._shown.add((urn, text))
            self.engine.warn(urn, text)

"""The beliefs about AWS, each with the probe that tries it: `PROBES`.

tokens.py      a clientToken that comes again
submission.py  what SubmitServiceJob takes, and in which words it refuses
shown.py       what is shown of a job that waits, and when
endings.py     how jobs end, and what is known and can be changed of them then
queues.py      queues, environments and policies
shares.py      quota shares, and their queue's snapshot
training.py    jobs that train: these cost minutes of an instance
untried.py     what no call can try, and why
sources.py     the pages that beliefs are held against
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sjresource.probes.beliefs import (
    endings,
    queues,
    shares,
    shown,
    submission,
    tokens,
    training,
    untried,
)

if TYPE_CHECKING:
    from sjresource.probes.session.probe import Probe

PROBES: Final[tuple[Probe, ...]] = (
    *tokens.PROBES,
    *submission.PROBES,
    *shown.PROBES,
    *endings.PROBES,
    *queues.PROBES,
    *shares.PROBES,
    *training.PROBES,
    *untried.PROBES,
)
"""In the order in which they are tried."""

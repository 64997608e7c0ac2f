"""Situations of a stack, each lived through by both fronts: what they say and do is the same."""

from __future__ import annotations

from fault_situations import FAULT_SITUATIONS
from job_situations import JOB_SITUATIONS
from queue_situations import QUEUE_SITUATIONS
from wait_situations import WAIT_SITUATIONS

SITUATIONS = (
    *JOB_SITUATIONS,
    *QUEUE_SITUATIONS,
    *FAULT_SITUATIONS,
    *WAIT_SITUATIONS,
)

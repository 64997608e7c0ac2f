"""What a program reads of a job's outputs, without an engine."""

from __future__ import annotations

import subprocess
import sys

_PROGRAM = """
import asyncio
from pulumi.runtime.mocks import Mocks, set_mocks
from pulumi.runtime.stack import wait_for_rpcs

class Answers(Mocks):
    def new_resource(self, args):
        return args.name, {**args.inputs, "created_at": 5.0, "max_instance_hours": 2.5}

    def call(self, args):
        return {}

async def program():
    import sjresource as sj
    set_mocks(Answers())

    class Sweep(sj.ServiceJob):
        def __init__(self, *args, **inputs):
            super().__init__(*args, **inputs)
            self.stopped_at = self.stopped_at.apply(lambda at: at)

    for kind in (sj.ServiceJob, Sweep):
        job = kind("train", job_queue="q", service_request_payload={})
        outputs = job.created_at, job.max_instance_hours, job.job_queue, job.stopped_at
        print(*[repr(await each.future()) for each in outputs])
        print(len(vars(kind).get("__annotations__", ())))
    await wait_for_rpcs(await_all_outstanding_tasks=False)

asyncio.run(program())
"""


def test_outputs_have_the_types_that_the_class_declares() -> None:
    """Pulumi passes every number as a float; a time is an int, in a class of the user's own too."""
    answer = subprocess.run(
        [sys.executable, "-c", _PROGRAM], capture_output=True, text=True, check=False
    )

    said = answer.stdout.splitlines()
    assert said[::2] == ["5 2.5 'q' None"] * 2, answer.stderr
    assert said[1::2] == ["0"] * 2  # the SDK has no annotations to look through

"""Programs of one front or the other that declare the same jobs, given as JSON: see `JobStack`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from fronts import DYNAMIC, NATIVE
from native_programs import CLASSES, REQUEST

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fronts import Front

HEADS = {
    DYNAMIC: """
    import json
    import pulumi
    import sjresource as sj

"""
    f"    PAYLOAD = {json.dumps(REQUEST)}\n"
    """
    OTHER = "sjresource:index:"
    config = pulumi.Config()

    def declare_job(name, epochs, inputs, opts):
        payload = {**PAYLOAD, "HyperParameters": {"epochs": epochs}}
        return sj.ServiceJob(name, service_request_payload=payload, opts=opts, **inputs)

    def declare_room(name, given_name, most, opts):
        limits = [{"max_capacity": most, "capacity_unit": "NUM_INSTANCES"}]
        sj.ServiceEnvironment(
            name, service_environment_name=given_name, capacity_limits=limits, opts=opts
        )
""",
    NATIVE: CLASSES.rstrip()
    + """
    OTHER = "pulumi-python:dynamic/sjresource:"

    def spelled(name):
        first, *more = name.split("_")
        return first + "".join(word.capitalize() for word in more)

    def declare_job(name, epochs, inputs, opts):
        payload = {**PAYLOAD, "hyperParameters": {"epochs": epochs}}
        inputs = {spelled(each): value for each, value in inputs.items()}
        return Native("ServiceJob", name, {"trainingJob": payload, **inputs}, "jobArn", opts)

    def declare_room(name, given_name, most, opts):
        limits = [{"maxCapacity": most, "capacityUnit": "NUM_INSTANCES"}]
        inputs = {"serviceEnvironmentName": given_name, "capacityLimits": limits}
        Native("ServiceEnvironment", name, inputs, "status", opts)
""",
}
"""What declares one job, or the environment beside it, by the front's own names."""

_JOBS = """
    def former(kind, names):
        types = (None, OTHER + kind)  # whoever changes the front as well says so
        return [pulumi.Alias(name=name, type_=type_) if type_ else pulumi.Alias(name=name)
                for name in names for type_ in types]

    declared = {}
    for name, inputs in json.loads(%r).items():
        epochs = inputs.pop("epochs", "10")
        after = [declared[other] for other in inputs.pop("after", [])]
        opts = inputs.pop("opts", {})
        names = opts.pop("aliases", [])
        if room := inputs.pop("room", None):
            aliases = former("ServiceEnvironment", [f"{old}-room" for old in names])
            declare_room(
                f"{name}-room", room.get("name"), room["most"],
                pulumi.ResourceOptions(aliases=aliases),
            )
        options = pulumi.ResourceOptions(
            depends_on=after, aliases=former("ServiceJob", names), **opts
        )
        declared[name] = declare_job(name, epochs, {"job_queue": %r, **inputs}, options)
"""


def program_of(front: Front, jobs: Mapping[str, dict[str, Any]], queue: str) -> str:
    """Return the program that declares these jobs in a queue; `JobStack.declare` says how."""
    return HEADS[front] + _JOBS % (json.dumps(jobs), queue)

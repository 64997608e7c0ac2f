"""Values that mean no good, and requests made of them, from a seed: for fuzzing."""

from __future__ import annotations

import json
import math
import random
from typing import TYPE_CHECKING, Any, Final

import botocore.loaders
from allowed_requests import allowed
from botocore.model import ListShape, MapShape, ServiceModel, StructureShape

from sjresource.emulator.executors.scripts import Script

if TYPE_CHECKING:
    from botocore.model import Shape

HOSTILE: Final[list[Any]] = [
    *(None, True, False, 0, -1, 1, 0.5, 2**31, 2**63, 2**64, 10**400, 1e308, -1e308),
    *(math.nan, math.inf, -math.inf),
    *("", " ", "\0", "\x1b[2J", "\r\nX: y", "\ud800", "é" * 200, "a" * 3000, "../../etc", "%00%ff"),
    *("²", "1e3", "arn:aws:batch:us-east-1:123456789012:job-queue/queue", "arn:", "arn:::::::"),
    *("{}", "*", "a*" * 60, "[z-a]", "(a+)+$", "' OR 1=1 --", "$.x", "💥", "\uffff"),
    *([], {}, [[]], [None], {"a": {}}, {"": ""}, [1, "a"], {"\ud800": 1}, {"\0": "\0"}),
    *(["a"] * 200, {str(number): number for number in range(200)}),
]
NAMES: Final = ("queue", "other", "env", "gpus", "share", "policy", "train", "a-b_c")
MOST_BYTES: Final = 100_000


class HostileDice(random.Random):
    """Draws what the fuzzers send; the same seed draws the same."""

    def hostile(self) -> Any:
        """Draw any value, sometimes a deep one."""
        if self.random() < 0.03:
            value: Any = self.choice(HOSTILE)
            for _ in range(self.choice((3, 50, 150, 900))):
                value = [value] if self.random() < 0.5 else {"a": value}
            return value
        return self.choice(HOSTILE)

    def of_shape(self, shape: Shape, odds: float, depth: int = 0) -> Any:
        """Draw a value of a shape of botocore's, with mistakes at these odds."""
        if self.random() < odds or depth > 8:
            return self.hostile()
        if isinstance(shape, StructureShape):
            chosen = [
                name
                for name in shape.members
                if name in shape.required_members or self.random() < 0.4
            ]
            return {
                name: self.of_shape(shape.members[name], odds, depth + 1)
                for name in chosen
                if self.random() > odds / 2
            }
        if isinstance(shape, ListShape):
            return [self.of_shape(shape.member, odds, depth + 1) for _ in range(self.randrange(3))]
        if isinstance(shape, MapShape):
            return {
                str(self.choice(("a", "b", "aws:x", ""))): self.of_shape(
                    shape.value, odds, depth + 1
                )
                for _ in range(self.randrange(3))
            }
        return self._scalar(shape)

    def script(self) -> Any:
        """Draw what may be in SJRESOURCE_SIMULATE, right or wrong."""
        if self.random() < 0.1:
            return self.hostile()
        names = [*vars(Script()), "colour"]
        drawn = {
            name: self.hostile() if self.random() < 0.3 else self.choice((0, 1, 0.1, "Failed"))
            for name in self.sample(names, self.randrange(5))
        }
        return [drawn] * self.randrange(4) if self.random() < 0.2 else drawn

    def payload(self) -> str:
        """Draw a CreateTrainingJob request, every third one as AWS takes it."""
        if self.random() < 0.3:
            return to_json(allowed(self))
        request: Any = self.of_shape(_CREATE_TRAINING_JOB, self.choice((0, 0.02, 0.2)))
        if isinstance(request, dict):
            request |= self.choice(({}, {}, _RUNS))
            if self.random() < 0.5:
                request["Environment"] = {"SJRESOURCE_SIMULATE": to_json(self.script())}
        return to_json(request)

    def body(self, value: Any) -> bytes:
        """Write JSON, sometimes broken on the way."""
        body = to_json(value).encode(errors="surrogatepass")[:MOST_BYTES]
        how = self.random()
        if how < 0.04:
            return body[: self.randrange(len(body) + 1)]
        if how < 0.08:
            place = self.randrange(len(body) + 1)
            return body[:place] + self.randbytes(3) + body[place:]
        if how < 0.09:
            return body.decode(errors="replace").encode("utf-16")
        return body

    def _scalar(self, shape: Shape) -> Any:
        if shape.type_name == "string":
            allowed = shape.metadata.get("enum")
            if allowed and self.random() < 0.9:
                return self.choice(allowed)
            return self.choice(NAMES)
        if shape.type_name == "boolean":
            return self.random() < 0.5
        return self.choice((0, 1, 2, 5, 100, 3600))


def to_json(value: Any) -> str:
    """Write whatever was drawn, also what is no JSON."""
    return json.dumps(value)


def operations(service: str) -> dict[str, tuple[str, str, Shape | None]]:
    """Return method, path and input of each operation of a service."""
    model = ServiceModel(
        botocore.loaders.Loader().load_service_model(service, "service-2"), service
    )
    found = {name: model.operation_model(name) for name in model.operation_names}
    return {
        name: (operation.http["method"], operation.http["requestUri"], operation.input_shape)
        for name, operation in found.items()
    }


_RUNS: Final = {
    "OutputDataConfig": {"S3OutputPath": "s3://models/output"},
    "ResourceConfig": {"InstanceCount": 1, "InstanceType": "ml.m5.large", "VolumeSizeInGB": 1},
    "RoleArn": "arn:aws:iam::123456789012:role/training",
}
_CREATE_TRAINING_JOB: Final = operations("sagemaker")["CreateTrainingJob"][2] or StructureShape(
    "nothing", {}
)

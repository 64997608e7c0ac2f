"""STAND-IN, not the real provider: the four types that our AWS stack has, with boto3 underneath.

Names on the wire are pulumi-aws's, in camelCase. What is wrong here is wrong in tests alone.
"""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    from collections.abc import Callable

Properties = dict[str, Any]


class Kind:
    """One type; `clients` gives boto3's client of a service."""

    name_property: ClassVar[str | None] = None
    replacing: ClassVar[tuple[str, ...]] = ()
    computed: ClassVar[tuple[str, ...]] = ()

    def __init__(self, clients: Callable[[str], Any]) -> None:
        self.clients = clients

    def create(self, inputs: Properties) -> str:
        """Create it, and give its id."""
        raise NotImplementedError

    def update(self, id_: str, inputs: Properties) -> None:
        """Change it."""
        raise NotImplementedError

    def read(self, id_: str) -> Properties:
        """Return what it is now."""
        raise NotImplementedError

    def delete(self, id_: str, olds: Properties) -> None:
        """Delete it."""
        raise NotImplementedError


class Role(Kind):
    """aws.iam.Role."""

    name_property = "name"
    replacing = ("name",)
    computed = ("arn", "uniqueId", "tagsAll")

    def create(self, inputs: Properties) -> str:
        """See Kind."""
        name: str = inputs["name"]
        policy = inputs["assumeRolePolicy"]
        self.clients("iam").create_role(RoleName=name, AssumeRolePolicyDocument=policy)
        return name

    def update(self, id_: str, inputs: Properties) -> None:
        """See Kind."""
        self.clients("iam").update_assume_role_policy(
            RoleName=id_, PolicyDocument=inputs["assumeRolePolicy"]
        )

    def read(self, id_: str) -> Properties:
        """See Kind."""
        role = self.clients("iam").get_role(RoleName=id_)["Role"]
        document = json.dumps(role["AssumeRolePolicyDocument"])
        return {
            "name": role["RoleName"],
            "arn": role["Arn"],
            "uniqueId": role["RoleId"],
            "assumeRolePolicy": document,
            "tagsAll": {},
        }

    def delete(self, id_: str, _olds: Properties) -> None:
        """See Kind."""
        self.clients("iam").delete_role(RoleName=id_)


class RolePolicy(Kind):
    """aws.iam.RolePolicy."""

    name_property = "name"
    replacing = ("name", "role")

    def create(self, inputs: Properties) -> str:
        """See Kind."""
        role, name = inputs["role"], inputs["name"]
        self.clients("iam").put_role_policy(
            RoleName=role, PolicyName=name, PolicyDocument=inputs["policy"]
        )
        return f"{role}:{name}"

    def update(self, _id: str, inputs: Properties) -> None:
        """See Kind."""
        self.create(inputs)

    def read(self, id_: str) -> Properties:
        """See Kind."""
        role, name = id_.split(":")
        found = self.clients("iam").get_role_policy(RoleName=role, PolicyName=name)
        return {"role": role, "name": name, "policy": json.dumps(found["PolicyDocument"])}

    def delete(self, id_: str, _olds: Properties) -> None:
        """See Kind."""
        role, name = id_.split(":")
        self.clients("iam").delete_role_policy(RoleName=role, PolicyName=name)


class Bucket(Kind):
    """aws.s3.Bucket."""

    name_property = "bucket"
    replacing = ("bucket",)
    computed = ("arn", "tagsAll")

    def create(self, inputs: Properties) -> str:
        """See Kind."""
        name: str = inputs["bucket"]
        self.clients("s3").create_bucket(Bucket=name)
        return name

    def update(self, id_: str, inputs: Properties) -> None:
        """See Kind: nothing that this stand-in looks at can change."""

    def read(self, id_: str) -> Properties:
        """See Kind."""
        self.clients("s3").head_bucket(Bucket=id_)
        return {"bucket": id_, "arn": f"arn:aws:s3:::{id_}", "tagsAll": {}}

    def delete(self, id_: str, olds: Properties) -> None:
        """See Kind."""
        s3 = self.clients("s3")
        if olds.get("forceDestroy"):
            for found in s3.list_objects_v2(Bucket=id_).get("Contents", []):
                s3.delete_object(Bucket=id_, Key=found["Key"])
        s3.delete_bucket(Bucket=id_)


class BucketObject(Kind):
    """aws.s3.BucketObjectv2."""

    replacing = ("bucket", "key")
    computed = ("arn", "etag", "tagsAll")

    def create(self, inputs: Properties) -> str:
        """See Kind."""
        bucket, key = inputs["bucket"], inputs["key"]
        self.clients("s3").put_object(Bucket=bucket, Key=key, Body=_body(inputs))
        return f"{bucket}/{key}"

    def update(self, _id: str, inputs: Properties) -> None:
        """See Kind."""
        self.create(inputs)

    def read(self, id_: str) -> Properties:
        """See Kind."""
        bucket, key = id_.split("/", 1)
        head = self.clients("s3").head_object(Bucket=bucket, Key=key)
        arn = f"arn:aws:s3:::{id_}"
        return {"bucket": bucket, "key": key, "arn": arn, "etag": head["ETag"], "tagsAll": {}}

    def delete(self, id_: str, _olds: Properties) -> None:
        """See Kind."""
        bucket, key = id_.split("/", 1)
        self.clients("s3").delete_object(Bucket=bucket, Key=key)


KINDS = {
    "aws:iam/role:Role": Role,
    "aws:iam/rolePolicy:RolePolicy": RolePolicy,
    "aws:s3/bucket:Bucket": Bucket,
    "aws:s3/bucketObjectv2:BucketObjectv2": BucketObject,
}


def _body(inputs: Properties) -> bytes:
    if "contentBase64" in inputs:
        return base64.b64decode(inputs["contentBase64"])
    if "source" in inputs:  # an asset: a dict with its signature, `path` or `text`, and `hash`
        asset = inputs["source"]
        text = asset.get("text")
        return text.encode() if text else Path(asset["path"]).read_bytes()
    return str(inputs.get("content", "")).encode()

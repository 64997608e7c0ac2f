"""Who we are to AWS: keys, profiles, files and roles, each used for a real call to the emulator."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

import pytest
from aws_config import aws_settings
from emulator_requests import client

from sjresource.aws.batch import JOB_QUEUE, SCHEDULING_POLICY
from sjresource.aws.clients import (
    batch_client,
    caller_account,
    confirm_gone,
    regional_clients,
)
from sjresource.aws.session import forget_clients, open_client
from sjresource.aws.settings import Settings
from sjresource.emulator import Emulator
from sjresource.errors import RequestFailed, Unreachable

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from typing_extensions import Self

DEPLOYER = "arn:aws:iam::123456789012:role/deployer"
AUDITOR = "arn:aws:iam::210987654321:role/auditor"


@pytest.fixture
def emulator(tmp_path: Path) -> Iterator[Emulator]:
    """An AWS of this test's own, with its credentials in a file."""
    with Emulator(tmp_path) as serving:
        yield serving


def caller(settings: Settings) -> str:
    """Ask STS who we are."""
    arn: str = open_client("sts", settings, settings.region).get_caller_identity()["Arn"]
    return arn


def queues(settings: Settings) -> int:
    """Count queues, which needs valid credentials."""
    return len(list(batch_client(settings).list_all(JOB_QUEUE)))


def test_keys_of_the_config_sign_every_call(emulator: Emulator) -> None:
    """AccessKey and secretKey suffice."""
    assert queues(aws_settings(emulator)) == 0


def test_environment_that_changed_counts(
    emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A script may go from one stack's account to another's; it must never ask the first one's."""
    settings = Settings(region="us-east-1")
    for name, value in vars(emulator.credentials).items():
        monkeypatch.setenv(name.upper(), value)
    monkeypatch.setenv("AWS_ENDPOINT_URL", emulator.url)
    client(emulator, "batch").create_scheduling_policy(name="first")
    first = list(batch_client(settings).list_all(SCHEDULING_POLICY))
    with Emulator() as other:
        for name, value in vars(other.credentials).items():
            monkeypatch.setenv(name.upper(), value)
        monkeypatch.setenv("AWS_ENDPOINT_URL", other.url)

        assert len(first) == 1
        assert list(batch_client(settings).list_all(SCHEDULING_POLICY)) == []


def test_wrong_keys_are_refused(emulator: Emulator) -> None:
    """The emulator looks at them, so the other tests here prove something."""
    with pytest.raises(RequestFailed, match="UnrecognizedClientException"):
        queues(aws_settings(emulator, accessKey="AKIAWRONG"))


def test_token_goes_along_with_temporary_keys(emulator: Emulator) -> None:
    """Keys that STS gave out are worth nothing without the token."""
    sts = open_client("sts", aws_settings(emulator), "eu-west-1")
    temporary = sts.assume_role(RoleArn=DEPLOYER, RoleSessionName="ci")["Credentials"]
    keys = {"accessKey": temporary["AccessKeyId"], "secretKey": temporary["SecretAccessKey"]}

    assert queues(aws_settings(emulator, token=temporary["SessionToken"], **keys)) == 0
    with pytest.raises(RequestFailed):
        queues(aws_settings(emulator, **keys))


def test_profile_of_a_named_credentials_file_is_used(emulator: Emulator, tmp_path: Path) -> None:
    """Profile and sharedCredentialsFiles, without keys in the config."""
    settings = aws_settings(
        emulator,
        accessKey=None,
        secretKey=None,
        profile="sjresource-emulator",
        sharedCredentialsFiles=[str(tmp_path / "credentials")],
    )

    assert queues(settings) == 0


def test_profile_of_a_named_config_file_is_used(emulator: Emulator, tmp_path: Path) -> None:
    """SharedConfigFiles may hold the profile as well."""
    key = emulator.credentials
    config = tmp_path / "config"
    config.write_text(
        f"[profile ci]\naws_access_key_id = {key.aws_access_key_id}\n"
        f"aws_secret_access_key = {key.aws_secret_access_key}\n"
    )
    settings = aws_settings(
        emulator, accessKey=None, secretKey=None, profile="ci", sharedConfigFiles=[str(config)]
    )

    assert queues(settings) == 0


def test_profile_that_is_nowhere_is_told(emulator: Emulator) -> None:
    """The error names it, and where to look."""
    settings = aws_settings(emulator, accessKey=None, secretKey=None, profile="nobody")

    with pytest.raises(Unreachable, match=r"opening client \(batch\).*nobody.*aws: config"):
        queues(settings)


ROLE_OF_A_FILE = {"AWS_ROLE_ARN": DEPLOYER, "AWS_WEB_IDENTITY_TOKEN_FILE": "/no/such/token"}


def helper(command: str) -> str:
    """Return a config file whose profile has its credentials from a program."""
    return f"[profile ci]\ncredential_process = {command}\n"


@pytest.mark.parametrize(
    ("source", "said"),
    [
        (helper("/no/such/vault get"), "/no/such/vault: No such file or directory"),
        (helper("echo no JSON"), "JSONDecodeError"),
        (helper("echo []"), "AttributeError"),
        (helper("echo 'open"), "No closing quotation"),
        (ROLE_OF_A_FILE, "/no/such/token: No such file or directory"),
        ({"AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://example.com/x"}, "Unsupported host"),
    ],
)
def test_a_source_of_credentials_that_fails_is_told_in_a_sentence(
    emulator: Emulator,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    source: str | dict[str, str],
    said: str,
) -> None:
    """What botocore passes on would end a program, and the thread that polls for all its waits."""
    file = tmp_path / "config"
    profile = {}
    if isinstance(source, str):
        file.write_text(source)
        profile = {"profile": "ci", "sharedConfigFiles": [str(file)]}
    else:
        for name, value in source.items():
            monkeypatch.setenv(name, value)
    settings = aws_settings(emulator, accessKey=None, secretKey=None, **profile)

    with pytest.raises(Unreachable) as raised:
        queues(settings)

    assert said in str(raised.value)
    assert "no URL" not in str(raised.value)
    assert "\n" not in str(raised.value)


def test_whose_credentials_are_read_anew_is_asked_anew(emulator: Emulator, tmp_path: Path) -> None:
    """In a wait of hours another account's may come; its not-found says nothing about a job."""
    file = tmp_path / "keys"
    file.write_text((tmp_path / "credentials").read_text())
    profile = {"profile": "sjresource-emulator", "sharedCredentialsFiles": [str(file)]}
    settings = aws_settings(emulator, accessKey=None, secretKey=None, **profile)
    assert caller_account(settings) == "123456789012"
    sts = open_client("sts", aws_settings(emulator), "eu-west-1")
    keys = sts.assume_role(RoleArn=AUDITOR, RoleSessionName="ci")["Credentials"]
    file.write_text(
        f"[sjresource-emulator]\naws_access_key_id = {keys['AccessKeyId']}\n"
        f"aws_secret_access_key = {keys['SecretAccessKey']}\n"
        f"aws_session_token = {keys['SessionToken']}\n"
    )

    forget_clients()

    with pytest.raises(RequestFailed, match="not found in account 210987654321, but it is in"):
        confirm_gone(settings, "ServiceJob", "arn:aws:batch:eu-west-1:123456789012:service-job/a")


@pytest.mark.parametrize("url", ["http://batch.example.com:port", "http://["])
def test_an_endpoint_that_is_no_url_is_told_where_a_client_is_made(
    emulator: Emulator, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    """Not by the first call, and not in Python's words."""
    monkeypatch.setenv("AWS_ENDPOINT_URL_BATCH", url)
    settings = aws_settings(emulator, endpoints=None)

    assert not regional_clients(settings).page
    with pytest.raises(Unreachable, match=r"opening client \(batch\): the endpoint .* is no URL"):
        queues(settings)


def test_role_is_assumed_under_its_session_name(emulator: Emulator) -> None:
    """Calls are the role's, and CloudTrail shows the name."""
    role = {"roleArn": DEPLOYER, "sessionName": "ci", "duration": "15m", "externalId": "x1"}
    settings = aws_settings(emulator, assumeRoles=[role])

    assert caller(settings) == "arn:aws:sts::123456789012:assumed-role/deployer/ci"
    assert queues(settings) == 0


def test_roles_are_assumed_one_after_the_other(emulator: Emulator) -> None:
    """The last one counts, account included."""
    roles = [{"roleArn": DEPLOYER}, {"roleArn": AUDITOR, "sessionName": "ci"}]
    settings = aws_settings(emulator, assumeRoles=roles)

    assert caller(settings) == "arn:aws:sts::210987654321:assumed-role/auditor/ci"
    assert caller_account(settings) == "210987654321"
    assert emulator.calls.counts()["AssumeRole"] == 2


def test_role_is_assumed_once_for_all_clients(emulator: Emulator) -> None:
    """Services share its credentials; STS is not asked for each."""
    settings = aws_settings(emulator, assumeRoles=[{"roleArn": DEPLOYER}])
    queues(settings)
    caller(settings)

    assert emulator.calls.counts()["AssumeRole"] == 1


def test_role_that_may_not_be_assumed_is_told_as_such(emulator: Emulator) -> None:
    """The refusal is STS's, although the call that needed it was Batch's."""
    settings = aws_settings(emulator, accessKey="AKIAWRONG", assumeRoles=[{"roleArn": DEPLOYER}])

    with pytest.raises(RequestFailed, match=r"listing JobQueue \(all\): InvalidClientTokenId"):
        queues(settings)


def test_web_identity_is_exchanged_for_a_roles_credentials(tmp_path: Path) -> None:
    """A CI's token, read from its file when it is needed, becomes the keys of the first call.

    The emulator lets nobody in without a signature, and this call has none: a small STS stands in.
    """
    token = tmp_path / "token"
    token.write_text("a-token\n")
    with FakeSts() as sts, Emulator() as emulator:
        settings = aws_settings(
            emulator,
            accessKey=None,
            secretKey=None,
            endpoints=[{"sts": sts.url, "batch": emulator.url}],
            assumeRoleWithWebIdentity={
                "roleArn": DEPLOYER, "sessionName": "ci", "webIdentityTokenFile": str(token),
                "duration": "1h",
            },
        )  # fmt: skip
        with pytest.raises(
            RequestFailed, match="UnrecognizedClientException"
        ):  # it knows no such key
            queues(settings)

    (asked,) = sts.asked
    assert asked["Action"] == ["AssumeRoleWithWebIdentity"]
    assert asked["WebIdentityToken"] == ["a-token"]
    assert (asked["RoleSessionName"], asked["DurationSeconds"]) == (["ci"], ["3600"])


def test_all_terms_of_a_role_reach_sts() -> None:
    """What a trust policy can ask for: a role that is assumed without it may be refused."""
    role = {
        "roleArn": DEPLOYER, "sessionName": "ci", "duration": "15m", "externalId": "partner",
        "policy": "{}", "policyArns": ["arn:aws:iam::aws:policy/ReadOnlyAccess"],
        "sourceIdentity": "me", "tags": {"team": "ml"}, "transitiveTagKeys": ["team"],
    }  # fmt: skip
    with FakeSts() as sts, Emulator() as emulator:
        endpoints = [{"sts": sts.url, "batch": emulator.url}]
        with pytest.raises(RequestFailed, match="UnrecognizedClientException"):
            queues(aws_settings(emulator, endpoints=endpoints, assumeRoles=[role]))

    (asked,) = sts.asked
    assert {
        name: values for name, (values,) in asked.items() if name not in ("Action", "Version")
    } == {
        "RoleArn": DEPLOYER,
        "RoleSessionName": "ci",
        "DurationSeconds": "900",
        "ExternalId": "partner",
        "Policy": "{}",
        "PolicyArns.member.1.arn": "arn:aws:iam::aws:policy/ReadOnlyAccess",
        "SourceIdentity": "me",
        "Tags.member.1.Key": "team",
        "Tags.member.1.Value": "ml",
        "TransitiveTagKeys.member.1": "team",
    }


ANSWER = b"""<AssumeRoleWithWebIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
<AssumeRoleWithWebIdentityResult><Credentials><AccessKeyId>ASIAFAKE</AccessKeyId>
<SecretAccessKey>secret</SecretAccessKey><SessionToken>token</SessionToken>
<Expiration>2999-01-01T00:00:00Z</Expiration></Credentials><AssumedRoleUser>
<Arn>arn:aws:sts::123456789012:assumed-role/deployer/ci</Arn><AssumedRoleId>A:ci</AssumedRoleId>
</AssumedRoleUser></AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>"""


class FakeSts:
    """An STS that gives everybody the same credentials, and remembers what it was asked."""

    def __init__(self) -> None:
        asked: list[dict[str, list[str]]] = []

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                length = int(self.headers["Content-Length"])
                asked.append(parse_qs(self.rfile.read(length).decode()))
                action = asked[-1]["Action"][0].encode()
                answer = ANSWER.replace(b"AssumeRoleWithWebIdentity", action)
                self.send_response(200)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_: object) -> None:
                """Keep the tests' output clean."""

        self.asked = asked
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

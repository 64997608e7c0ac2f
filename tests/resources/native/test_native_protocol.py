"""The native provider's own side of the protocol: its start, its settings, functions, strangers."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import grpc
import psutil
import pytest
from deployed import unknown_to_its_state
from google.protobuf import empty_pb2
from native_plugin import TYPED, UNKNOWN, NativePlugin
from pulumi.runtime import proto
from pulumi.runtime.proto import provider_pb2_grpc

from sjresource.native.schema import schema_text
from sjresource.native.values import read, write
from sjresource.orphans import orphans_of
from sjresource.stack.identity import stack_of
from sjresource.stack.spelling.resources import identity_of

if TYPE_CHECKING:
    from emulated import EmulatedBatch


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"regoin": "eu-west-1"}, "regoin: there is no such setting; did you mean region?"),
        (
            {"validation": "wran"},
            "reading Setting (sjresource:validation): must be",
        ),
        ({"maxRetries": "many"}, "reading Setting (sjresource:maxRetries): must be a whole"),
        ({"endpoints": "{"}, "reading Setting (sjresource:endpoints): must be an object or a list"),
        ({"region": 5}, "reading Setting (sjresource:region): must be a region's name"),
        ({"maxInstanceHours": [1]}, "reading Setting (sjresource:maxInstanceHours): must be a num"),
        ({"organization": "a/b"}, "reading Setting (sjresource:organization): must be an organ"),
        ({"skipCredentialsValidation": True, "s3UsePathStyle": "true"}, None),
        ({"assumeRoles": [{"roleArn": "arn:x", "duration": UNKNOWN}]}, None),
        ({"region": "eu-west-1", "version": "1.2.3"}, None),
        ({"assumeRoles": [{"roleArn": "arn:aws:iam::123456789012:role/r"}]}, None),
    ],
)
def test_the_provider_s_settings_are_checked(
    plugin: NativePlugin, given: dict[str, Any], reason: str | None
) -> None:
    """A misspelt one would be ignored, and the job submitted elsewhere."""
    answer = plugin.stub.CheckConfig(proto.CheckRequest(news=write(given)))

    reasons = [each.reason for each in answer.failures]
    assert reasons == [] if reason is None else reasons[0].startswith(reason)


def test_a_secret_setting_is_not_quoted(plugin: NativePlugin) -> None:
    """Not even where it is wrong."""
    news = write({"validation": "sk-secret"}, frozenset({("validation",)}))

    (failure,) = plugin.stub.CheckConfig(proto.CheckRequest(news=news)).failures

    assert "sk-secret" not in failure.reason


def test_a_setting_that_is_a_secret_in_the_schema_is_one_in_the_state(
    plugin: NativePlugin,
) -> None:
    """A default provider's inputs come from a config that may be plain; the others stay."""
    news = write({"secretKey": "sk-plain", "region": "eu-west-1", "validation": "warn"})
    marked = write({"secretKey": "sk", "endpoints": "{}"}, frozenset({("endpoints",)}))

    def checked(given: Any) -> Any:
        return read(plugin.stub.CheckConfig(proto.CheckRequest(news=given)).inputs)

    assert checked(news) == (read(news).values, {("secretKey",)})
    assert checked(marked) == (read(marked).values, {("secretKey",), ("endpoints",)})


def test_what_an_up_may_use_is_bounded_here_too(aws: EmulatedBatch) -> None:
    """No job is submitted that would be over it, and one line says so, in the preview too."""
    plugin = NativePlugin(aws, {"maxInstanceHours": 0.2})
    inputs = {"jobQueue": aws.make_queue(), "trainingJob": TYPED}
    plugin.preview("ServiceJob", "small", inputs)
    with pytest.raises(grpc.RpcError, match=r"checking ServiceJob .big.: it may use 0\.33, more"):
        plugin.preview("ServiceJob", "big", inputs)
    plugin.create("ServiceJob", "small", inputs)

    with pytest.raises(grpc.RpcError) as raised:
        plugin.create("ServiceJob", "train", inputs)
    plugin.close()

    assert "sjresource:maxInstanceHours" in (raised.value.details() or "")
    assert aws.submitted() == 1


@pytest.mark.parametrize(
    ("submitted", "now", "asks"),
    [
        ({}, {}, [True]),
        ({}, {"organization": "acme"}, [True]),
        ({"organization": "acme"}, {"organization": "acme"}, [False]),
        ({"organization": "acme"}, {}, [False]),
        ({"organization": "labs"}, {"organization": "labs"}, [True]),
        ({"organization": "labs"}, {}, []),
    ],
)
def test_an_orphan_is_found_whatever_the_organization_was_called(
    aws: EmulatedBatch, submitted: dict[str, str], now: dict[str, str], asks: list[bool]
) -> None:
    """The plugin is not told that of Pulumi Cloud; what another one's may be is marked so."""
    plugin = NativePlugin(aws, submitted)
    inputs = {"jobQueue": aws.make_queue(), "trainingJob": TYPED}
    train = plugin.create("ServiceJob", "train", inputs)
    plugin.close()
    _, project, stack = stack_of(identity_of(train.urn, "acme")).split("/")
    config = {f"sjresource:{key}": each for key, each in now.items()}

    found = orphans_of(unknown_to_its_state(aws, f"acme/{project}/{stack}", config))
    elsewhere = orphans_of(unknown_to_its_state(aws, f"acme/{project}-2/{stack}", config))

    assert [each.arn for each in found] == [train.id] * len(asks)
    assert [each.may_be_owned for each in found] == asks
    assert elsewhere == []


def test_a_preview_says_what_an_up_may_use_once_it_has_ended(aws: EmulatedBatch) -> None:
    """On the stack's row, once, without what follows from secrets; an update says nothing."""
    plugin = NativePlugin(aws)
    queue = aws.make_queue()
    given = {"jobQueue": queue, "trainingJob": TYPED}
    plugin.create("ServiceJob", "quiet", given)
    for name, secrets in {
        "train": {("trainingJob", "hyperParameters", "epochs")},
        "tune": {("trainingJob", "stoppingCondition", "maxRuntimeInSeconds")},
    }.items():
        plugin.preview("ServiceJob", name, given, secrets)
    plugin.servicer.close()

    assert [
        (line.urn, line.text) for line in plugin.engine.lines if "this update" in line.text
    ] == [
        (
            "",
            (
                "this update runs 1 job, at most 0.17 instance-hours of ml.m5.large; "
                "1 job whose hours are secret"
            ),
        )
    ]


def test_where_the_region_is_missing_the_error_says_how_it_is_given_here(
    aws: EmulatedBatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not by the stack's `aws:` config, which no plugin hears."""
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", os.devnull)
    plugin = NativePlugin(aws, {"region": None})

    with pytest.raises(grpc.RpcError) as raised:
        plugin.create("SchedulingPolicy", "fair", {})
    plugin.close()

    assert (raised.value.details() or "").endswith(
        "You must specify a region.; see the stack's sjresource: config or its provider, "
        "sjresource:region first"
    )


def test_functions_read_what_there_is(aws: EmulatedBatch, plugin: NativePlugin) -> None:
    """A job, the jobs of a queue and its front, in the names of the schema."""
    queue = aws.make_queue()
    train = plugin.create("ServiceJob", "train", {"jobQueue": queue, "trainingJob": TYPED})

    def call(name: str, **given: Any) -> Any:
        request = proto.InvokeRequest(tok=f"sjresource:index:{name}", args=write(given))
        return plugin.stub.Invoke(request)

    def answer(name: str, **given: Any) -> dict[str, Any]:
        return read(getattr(call(name, **given), "return")).values

    assert answer("getServiceJob", job=train.id)["jobName"] == "train"
    assert "serviceRequestPayload" not in answer("getServiceJob", job=train.id)
    listed = answer("listServiceJobs", jobQueue=queue, jobName="train")["jobs"]
    assert [each["jobArn"] for each in listed] == [train.id]
    assert "frontOfQueue" in answer("getJobQueueSnapshot", jobQueue=queue)
    wrong = [each.reason for each in call("getServiceJob", jbo="a").failures]
    assert any("did you mean job?" in each for each in wrong)
    nothing = [each.reason for each in call("getServiceJob", **{"\x1b[31m": UNKNOWN}).failures]
    assert nothing == [
        "reading ServiceJob: \\x1b[31m is not known; there are job, region",
        "reading ServiceJob: job must be a service job's id or ARN, got null",
    ]
    (later,) = call("getServiceJob", job=UNKNOWN).failures
    assert later.reason.startswith("reading ServiceJob: job is not known yet")
    both = call("listServiceJobs", jobQueue=queue, jobName="a", jobStatus="FAILED")
    assert "jobStatus can't be given with" in both.failures[0].reason
    with pytest.raises(grpc.RpcError) as raised:
        call("getServiceJob", job="no-such-job")
    assert "no-such-job does not exist" in (raised.value.details() or "")


@pytest.mark.parametrize("job", ["sk hidden", "0a3b5c7d-0000-0000-0000-00000hidden0"])
def test_a_secret_argument_of_a_function_is_not_quoted(plugin: NativePlugin, job: str) -> None:
    """Neither where it is wrong, nor where there is no such job."""
    token, args = "sjresource:index:getServiceJob", write({"job": job}, frozenset({("job",)}))

    (failure,) = plugin.stub.Invoke(proto.InvokeRequest(tok=token, args=args)).failures

    assert failure.reason.startswith("reading ServiceJob")
    assert "hidden" not in failure.reason


def test_a_stranger_gets_one_line(plugin: NativePlugin) -> None:
    """A type that there is not, a schema that there is not, a URN that is none."""
    said = []
    for call, request in (
        (plugin.stub.Diff, proto.DiffRequest(urn="urn:pulumi:a::b::sjresource:index:Nope::c")),
        (plugin.stub.GetSchema, proto.GetSchemaRequest(version=7)),
        (plugin.stub.Create, proto.CreateRequest(urn="nonsense")),
    ):
        with pytest.raises(grpc.RpcError) as raised:
            call(request)
        said.append(raised.value.details() or "")

    assert all("\n" not in each and "Traceback" not in each for each in said)
    assert said[0].startswith("reading resource type (sjresource:index:Nope): there is no such")
    assert said[1] == "reading schema (version 7): there is no such schema; there are 0 and 1"


def test_the_plugin_serves_this_machine_alone_and_ends_when_told() -> None:
    """It says its port, answers the schema as it is shipped, and SIGINT is an orderly end."""
    command = [sys.executable, "-m", "sjresource.native.plugin.serving"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=dict(os.environ)
    ) as plugin:
        assert plugin.stdout is not None
        port = int(plugin.stdout.readline())
        with socket.create_connection(("127.0.0.1", port)) as stranger:
            stranger.sendall(b"GET / HTTP/1.0\r\n\r\n")
        addresses = {each.laddr.ip for each in psutil.Process(plugin.pid).net_connections("inet")}
        with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
            stub: Any = provider_pb2_grpc.ResourceProviderStub(channel)
            answer = stub.GetSchema(proto.GetSchemaRequest())
            assert stub.GetPluginInfo(empty_pb2.Empty()).version
        plugin.send_signal(signal.SIGINT)
        _, said = plugin.communicate(timeout=60)

    assert {each.removeprefix("::ffff:") for each in addresses} == {"127.0.0.1"}
    assert answer.schema == schema_text()
    assert plugin.returncode == 0
    assert "Traceback" not in said


def test_the_plugin_ends_with_whoever_has_started_it() -> None:
    """A killed engine or language host leaves nothing behind."""
    command = f"{sys.executable} -m sjresource.native.plugin.serving & wait"
    with subprocess.Popen(["/bin/sh", "-c", command], stdout=subprocess.PIPE, text=True) as host:
        assert host.stdout is not None
        assert int(host.stdout.readline())
        (plugin,) = psutil.Process(host.pid).children()
        host.kill()

    assert plugin.wait(timeout=60) in (None, 1)

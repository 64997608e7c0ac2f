"""How requests get to AWS: what the settings make of boto3's clients. Nothing is called here."""

from __future__ import annotations

from typing import Any

import pytest

from sjresource.aws.session import open_client
from sjresource.aws.settings import Settings

URL = "https://batch.eu-west-1.amazonaws.com"


def client(**config: Any) -> Any:
    """Open Batch's client, with made-up keys and no endpoint of its own."""
    keys: dict[str, str] = {"region": "eu-west-1", "accessKey": "AKIA", "secretKey": "secret"}
    return open_client("batch", Settings.from_config({**keys, **config}.get, {}), "eu-west-1")


def test_nothing_configured_is_aws_itself() -> None:
    """Adaptive retries, checked certificates, no proxy of our own."""
    made = client()

    assert made.meta.endpoint_url == URL
    assert made.meta.config.retries == {"mode": "adaptive", "total_max_attempts": 8}
    assert made.meta.config.proxies is None


def test_retries_are_counted_without_the_first_try() -> None:
    """MaxRetries and retryMode; 0 tries once."""
    assert client(maxRetries="0", retryMode="standard").meta.config.retries == {
        "mode": "standard",
        "total_max_attempts": 1,
    }
    assert client(maxRetries="25").meta.config.retries["total_max_attempts"] == 26


@pytest.mark.parametrize(
    ("setting", "url"),
    [
        ("useFipsEndpoint", "https://fips.batch.eu-west-1.amazonaws.com"),
        ("useDualstackEndpoint", "https://batch.eu-west-1.api.aws"),
    ],
)
def test_special_endpoints_are_chosen(setting: str, url: str) -> None:
    """By AWS's own rules, which botocore knows."""
    assert client(**{setting: "true"}).meta.endpoint_url == url


def test_region_of_an_arn_comes_before_the_configured_one() -> None:
    """What exists is talked to where it is."""
    settings = Settings.from_config(aws_config_without_endpoints().get, {})

    assert open_client("batch", settings, "us-west-2").meta.region_name == "us-west-2"


def test_proxies_are_used_for_all_but_excepted_hosts() -> None:
    """HttpProxy, httpsProxy and noProxy."""
    proxies = {"httpProxy": "http://p:1", "httpsProxy": "http://p:2"}

    used = client(**proxies).meta.config.proxies
    assert used == {"http": "http://p:1", "https": "http://p:2"}
    assert client(**proxies, noProxy="example.org").meta.config.proxies == used
    past = client(**proxies, noProxy=".amazonaws.com").meta.config.proxies
    assert not any(past.values())


def test_certificates_are_checked_as_told() -> None:
    """CustomCaBundle names whom to trust; insecure trusts everybody."""
    assert verify(client()) is True
    assert verify(client(customCaBundle="/etc/ca.pem")) == "/etc/ca.pem"
    assert verify(client(insecure="true")) is False


def verify(made: Any) -> Any:
    """Look where botocore keeps it."""
    return made._endpoint.http_session._verify  # noqa: SLF001 - there is no public way


def aws_config_without_endpoints() -> dict[str, str]:
    """Return a config with made-up keys."""
    return {"region": "eu-west-1", "accessKey": "AKIA", "secretKey": "secret"}

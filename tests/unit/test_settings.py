from __future__ import annotations

from sjresource.settings import Settings


def test_nothing_configured_leaves_everything_to_boto3() -> None:
    """None means that boto3's own chain decides."""
    assert Settings.from_config(lambda _key: None, {}) == Settings()


def test_the_region_is_found_where_pulumi_aws_finds_it() -> None:
    """The config comes first, then AWS_REGION; AWS_DEFAULT_REGION is boto3's own."""
    environ = {"AWS_REGION": "eu-west-3"}

    assert Settings.from_config(lambda _key: None, environ).region == "eu-west-3"
    assert Settings.from_config({"region": "eu-west-1"}.get, environ).region == "eu-west-1"


def test_endpoints_of_all_entries_are_merged() -> None:
    """pulumi-aws takes a list of objects, each with one service or several."""
    text = '[{"batch":"http://b","sts":"http://s"},{"sagemaker":"http://m","logs":""}]'
    settings = Settings.from_config({"endpoints": text}.get)

    assert settings.endpoint("batch") == "http://b"
    assert settings.endpoint("sagemaker") == "http://m"
    assert settings.endpoint("logs") is None


def test_credentials_are_never_shown() -> None:
    """A settings object may stand in a traceback."""
    keys = {"accessKey": "AKIA1", "secretKey": "s3cret", "token": "t0ken", "region": "eu-west-1"}
    shown = repr(Settings.from_config(keys.get))

    assert "eu-west-1" in shown
    assert not any(value in shown for value in ("AKIA1", "s3cret", "t0ken"))

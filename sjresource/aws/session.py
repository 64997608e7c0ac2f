"""Makes botocore's clients from the settings: credentials, roles, endpoints, proxies, retries.

They are those that boto3 hands out. Its own session adds only what S3 and DynamoDB need. Outside of
the emulator nothing else makes a client.
"""

from __future__ import annotations

import os
import threading
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit
from urllib.request import proxy_bypass_environment  # type: ignore[attr-defined] # not typed

from sjresource.aws.calls import words_of_others
from sjresource.aws.models import shared_loader
from sjresource.emulator_shell import stale_shell_advice
from sjresource.errors import Unreachable

if TYPE_CHECKING:
    from collections.abc import Callable

    from sjresource.aws.assumed_role import AssumedRole
    from sjresource.aws.settings import Pairs, Settings


class CallTimeouts(NamedTuple):
    """How long a client waits for an answer; with `tries` None the settings count.

    `unanswered` bounds the tries that get no answer at all: a throttle is worth a longer wait than
    a service that does not answer.
    """

    connect_seconds: int
    read_seconds: int
    tries: int | None = None
    unanswered: int | None = None


EFFECT_TIMEOUTS = CallTimeouts(5, 30)
"""For calls with an effect, which is unknown until there is an answer."""
POLL_TIMEOUTS = CallTimeouts(5, 8, unanswered=2)
"""For polls, which call again anyway, and report within half a minute that nobody answers."""
OPTIONAL_TIMEOUTS = CallTimeouts(2, 4, tries=1)
"""For calls that can be left out."""

_session_lock = threading.Lock()
"""botocore's sessions are not thread-safe; its clients are."""


def open_client(
    service: str, settings: Settings, region: str | None, timeouts: CallTimeouts = EFFECT_TIMEOUTS
) -> Any:
    """Return botocore's client for `service` in `region`; made once for each AWS environment.

    A script that runs several stacks may set another profile or endpoint between them. Roles are
    assumed at the first call, and again before their credentials expire.

    Raises:
        Unreachable: the settings don't fit together, or not to this machine.
    """
    with _session_lock:
        return _make_client(service, settings, region, aws_environment(), timeouts)


def aws_environment() -> Pairs:
    """Return the environment variables that boto3 reads; they may hold secrets."""
    names = [name for name in os.environ if name.startswith("AWS_")]  # values are decoded by need
    return tuple(sorted((name, os.environ[name]) for name in names))


def forget_clients() -> None:
    """Drop the cached clients, so that new ones read credentials files and login caches again.

    A session that took its credentials from a file never reads that file again.
    """
    with _session_lock:
        _make_client.cache_clear()
        _session.cache_clear()


@cache
def _make_client(
    service: str, settings: Settings, region: str | None, environment: Pairs, timeouts: CallTimeouts
) -> Any:
    from botocore.exceptions import BotoCoreError  # noqa: PLC0415 - 0.2 s that many previews never need

    def make(**proxies: str) -> Any:
        client = session.create_client(
            service,
            region_name=region,
            endpoint_url=settings.endpoint(service),
            verify=_verify(settings),
            config=_config(settings, timeouts, proxies or None),
        )
        return _bounded(client, timeouts)

    try:
        session = _session(settings, environment)
        client = make(**_proxies(settings))
        _ = urlsplit(client.meta.endpoint_url).port  # what is no number, a call would find first
        return make(http="", https="") if _is_past_proxy(settings, client) else client
    except ValueError:  # botocore's for an endpoint, which may hold a password
        seen = "the endpoint that is named for it is no URL"
        advice = "see aws:endpoints and AWS_ENDPOINT_URL*"
        raise Unreachable("opening", "client", service, seen, advice) from None
    except BotoCoreError as error:
        stale = stale_shell_advice(type(error).__name__)
        advice = stale or "see the stack's aws: config, aws:region first"
        raise Unreachable("opening", "client", service, str(error), advice) from None


@cache
def _session(settings: Settings, _environment: Pairs) -> Any:
    """Return botocore's session with the credentials of the settings."""
    session = _own_session(settings)
    if settings.web_identity:
        session = _with_web_identity(session, settings, settings.web_identity)
    for role in settings.assume_roles:
        session = _with_role(session, settings, role)
    return session


def _own_session(settings: Settings) -> Any:
    import botocore.session  # noqa: PLC0415 - as in `_make_client`

    session: Any = botocore.session.Session(profile=settings.profile)
    session.get_credentials = _in_botocores_words(session.get_credentials)
    if settings.config_file:
        session.set_config_variable("config_file", settings.config_file)
    if settings.credentials_file:
        session.set_config_variable("credentials_file", settings.credentials_file)
    if settings.access_key:
        session.set_credentials(settings.access_key, settings.secret_key, settings.token)
    # What is asked for from here on is in the files that are named above.
    if not session.get_config_variable("data_path"):  # models of the user's own
        session.register_component("data_loader", shared_loader())
    return session


def _in_botocores_words(load: Callable[[], Any]) -> Callable[[], Any]:
    """Return what loads credentials, with an error of botocore's for what their source raises.

    A helper's program may be missing, or print no JSON; so may the file of a token.
    """
    from botocore.exceptions import BotoCoreError, CredentialRetrievalError  # noqa: PLC0415 - as in `_make_client`

    def get_credentials() -> Any:
        try:
            return load()
        except BotoCoreError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever the source raises
            source, words = "the profile or the environment", words_of_others(error)
            raise CredentialRetrievalError(provider=source, error_msg=words) from None

    return get_credentials


def _with_role(source: Any, settings: Settings, role: AssumedRole) -> Any:
    from botocore.credentials import AssumeRoleCredentialFetcher  # noqa: PLC0415 - as in `_make_client`

    credentials = source.get_credentials()
    if credentials is None:
        raise Unreachable("assuming", "Role", role.arn, "there are no credentials to do it with")
    sts, request = _sts_creator(source, settings), role.request()
    fetcher: Any = AssumeRoleCredentialFetcher(sts, credentials, role.arn, extra_args=request)
    return _session_with(fetcher, "assume-role")


def _with_web_identity(source: Any, settings: Settings, role: AssumedRole) -> Any:
    from botocore import credentials  # noqa: PLC0415 - as in `_make_client`

    sts, request = _sts_creator(source, settings), role.request()
    fetcher: Any = credentials.AssumeRoleWithWebIdentityCredentialFetcher(
        sts, role.web_identity_token, role.arn, extra_args=request
    )
    return _session_with(fetcher, "assume-role-with-web-identity")


def _sts_creator(source: Any, settings: Settings) -> Callable[..., Any]:
    def create(service: str, **arguments: Any) -> Any:
        config = _config(settings, POLL_TIMEOUTS, _proxies(settings) or None)
        config = config.merge(arguments.pop("config", None) or type(config)())
        client = source.create_client(
            service,
            region_name=settings.sts_region or settings.region,
            endpoint_url=settings.endpoint(service),
            verify=_verify(settings),
            config=config,
            **arguments,
        )
        return _bounded(client, POLL_TIMEOUTS)

    return create


def _session_with(fetcher: Any, method: str) -> Any:
    """Return a session that has these credentials only, without a provider chain."""
    import botocore.session  # noqa: PLC0415 - as in `_make_client`
    from botocore.credentials import (  # noqa: PLC0415 - as in `_make_client`
        CredentialProvider,
        CredentialResolver,
        DeferredRefreshableCredentials,
    )

    class Assumed(CredentialProvider):
        METHOD = method

        def load(self) -> Any:
            return DeferredRefreshableCredentials(fetcher.fetch_credentials, method)

    session: Any = botocore.session.Session()
    session.register_component("credential_provider", CredentialResolver([Assumed()]))
    return session


def _bounded(client: Any, timeouts: CallTimeouts) -> Any:
    """Return the client with a bound on unanswered tries: botocore counts all tries alike."""
    from botocore.exceptions import ConnectTimeoutError, ReadTimeoutError  # noqa: PLC0415 - as in `_make_client`

    def stop(attempts: int, caught_exception: Exception | None, **_: Any) -> None:
        if isinstance(caught_exception, (ConnectTimeoutError, ReadTimeoutError)) and (
            timeouts.unanswered is not None and attempts >= timeouts.unanswered
        ):
            raise caught_exception

    client.meta.events.register_first("needs-retry", stop)
    return client


def _config(settings: Settings, timeouts: CallTimeouts, proxies: dict[str, str] | None) -> Any:
    from botocore.config import Config  # noqa: PLC0415 - as in `_make_client`

    connection = settings.connection
    tries = 8 if connection.max_retries is None else connection.max_retries + 1
    retries: Any = {
        "mode": connection.retry_mode or "adaptive",
        "total_max_attempts": timeouts.tries or tries,
    }
    return Config(
        connect_timeout=timeouts.connect_seconds,
        read_timeout=timeouts.read_seconds,
        retries=retries,
        proxies=proxies,
        use_fips_endpoint=connection.fips or None,
        use_dualstack_endpoint=connection.dualstack or None,
        user_agent_extra="sjresource",
    )


def _verify(settings: Settings) -> bool | str | None:
    return False if settings.connection.insecure else settings.connection.ca_bundle


def _proxies(settings: Settings) -> dict[str, str]:
    named = {"http": settings.connection.http_proxy, "https": settings.connection.https_proxy}
    return {scheme: url for scheme, url in named.items() if url}


def _is_past_proxy(settings: Settings, client: Any) -> bool:
    """Return whether `noProxy` excepts the client's host, which only the client knows."""
    no_proxy = settings.connection.no_proxy
    if not (no_proxy and _proxies(settings)):
        return False
    host = urlsplit(client.meta.endpoint_url).netloc
    return bool(proxy_bypass_environment(host, {"no": no_proxy}))

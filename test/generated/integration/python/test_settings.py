"""Settings: defaults, overriding, the environment, and what is refused."""

from __future__ import annotations

import ssl
from typing import Any

import pytest
from celery.exceptions import ImproperlyConfigured


def shop(**config: Any) -> Any:
    from shop import create_app

    return create_app(**config).extensions["celery"].conf


def plain(**config: Any) -> Any:
    from plain import create_app

    return create_app(**config).extensions["celery"].conf


def envy(**config: Any) -> Any:
    from envy import create_app

    return create_app(**config).extensions["celery"].conf


@pytest.mark.parametrize("own", [["more.tasks"], ("more.tasks",), "more.tasks"])
def test_modules_that_the_project_includes_stay(own: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from envy import create_app

    monkeypatch.setenv("CELERY_BROKER_URL", "redis://h/0")
    assert create_app().extensions["celery"].conf.include == ["envy.tasks"]
    conf = create_app(CELERY_INCLUDE=own).extensions["celery"].conf
    assert conf.include == ["envy.tasks", "more.tasks"]


def test_defaults_are_merged_with_the_mapping() -> None:
    conf = shop(CELERY={"broker_url": "redis://h/0", "broker_transport_options": {"visibility_timeout": 7200}})
    assert conf.task_ignore_result is True
    assert conf.accept_content == ["json"]
    assert conf.broker_transport_options["visibility_timeout"] == 7200
    assert conf.broker_transport_options["global_keyprefix"] == "shop:"


def test_flat_keys_become_lower_case_settings() -> None:
    conf = plain(CELERY_TASK_TIME_LIMIT=77, CELERY_BROKER_URL="redis://h/3")
    assert (conf.task_time_limit, conf.broker_url) == (77, "redis://h/3")


@pytest.mark.parametrize("make", [shop, plain, envy])
def test_the_environment_wins(make: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CELERY_BROKER_URL", "memory://")
    monkeypatch.setenv("CELERY_RESULT_BACKEND", "cache+memory://")
    conf = make()
    assert (conf.broker_url, conf.result_backend) == ("memory://", "cache+memory://")
    assert (conf.broker_read_url, conf.broker_write_url) == ("memory://", "memory://")


def test_an_explicit_memory_broker_in_a_test_wins_over_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    from shop import create_app

    monkeypatch.setenv("CELERY_BROKER_URL", "redis://production:6379/0")
    monkeypatch.setenv("CELERY_RESULT_BACKEND", "redis://production:6379/1")
    app = create_app(TESTING=True, CELERY={"broker_url": "memory://", "result_backend": "redis://localhost/1"})
    celery = app.extensions["celery"]
    assert celery.connection_for_write().transport_cls == "memory"
    assert celery.connection_for_read().transport_cls == "memory"
    assert type(celery.backend).__name__ == "CacheBackend"
    # Outside a test, the environment stays first.
    outside = create_app(CELERY={"broker_url": "memory://"}).extensions["celery"]
    assert outside.connection_for_write().transport_cls == "redis"


def test_two_names_that_contradict_each_other_are_refused() -> None:
    with pytest.raises(ImproperlyConfigured, match="BROKER_URL of .* contradicts another value of broker_url"):
        plain(BROKER_URL="redis://h/1", CELERY_BROKER_URL="redis://h/2")


def test_only_an_address_in_the_environment_settles_a_contradiction(monkeypatch: pytest.MonkeyPatch) -> None:
    urls = {"BROKER_URL": "redis://h/1", "CELERY_BROKER_URL": "redis://h/2"}
    limits = {"CELERYD_TASK_TIME_LIMIT": 1, "CELERY_TASK_TIME_LIMIT": 2, "CELERY_BROKER_URL": "redis://h/2"}
    monkeypatch.setenv("CELERY_TASK_TIME_LIMIT", "2")
    with pytest.raises(ImproperlyConfigured, match="another value of task_time_limit"):
        plain(**limits)
    monkeypatch.setenv("CELERY_BROKER_URL", "")
    with pytest.raises(ImproperlyConfigured, match="another value of broker_url"):
        plain(**urls)
    monkeypatch.setenv("CELERY_BROKER_URL", "redis://h/3")
    assert plain(**urls).broker_url == "redis://h/3"


def test_older_names_are_in_effect_under_todays() -> None:
    conf = plain(CELERY_TASK_RESULT_EXPIRES=7, CELERYD_CONCURRENCY=3, CELERYBEAT_SCHEDULE={"a": {"task": "b", "schedule": 60}})
    assert (conf.result_expires, conf.worker_concurrency, list(conf.beat_schedule)) == (7, 3, ["a"])


def test_documented_settings_that_celery_does_not_list_are_known() -> None:
    shop(CELERY={"broker_url": "redis://h/0", "redis_client_name": "shop", "redbeat_lock_timeout": 5})


@pytest.mark.parametrize("url", ["", None, "rabbitmq_production_your_connection_string_here"])
def test_a_missing_or_placeholder_broker_fails_at_start(url: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    if url:
        monkeypatch.setenv("CELERY_BROKER_URL", url)
    with pytest.raises(ImproperlyConfigured, match="CELERY_BROKER_URL is (missing|still the placeholder)"):
        envy()
    with pytest.raises(ImproperlyConfigured, match="CELERY_BROKER_URL is (missing|still the placeholder)"):
        shop(CELERY={"broker_url": url})
    # Debugging and testing need no server to start.
    assert shop(TESTING=True, CELERY={"broker_url": url}) is not None


def test_a_placeholder_for_results_fails_too() -> None:
    with pytest.raises(ImproperlyConfigured, match="CELERY_RESULT_BACKEND is still the placeholder"):
        shop(CELERY={"broker_url": "redis://h/0", "result_backend": "x_y_your_connection_string_here"})


def test_results_in_a_database_that_nobody_named_fail_at_start(monkeypatch: pytest.MonkeyPatch) -> None:
    from ledger import create_app

    own = {"broker_url": "redis://h/0"}
    with pytest.raises(ImproperlyConfigured, match="CELERY_RESULT_BACKEND is missing"):
        create_app(CELERY=own)
    assert create_app(TESTING=True, CELERY=own) is not None
    monkeypatch.setenv("CELERY_RESULT_BACKEND", "db+sqlite://")
    assert create_app(CELERY=own).extensions["celery"].conf.result_backend == "db+sqlite://"


def test_servers_that_nobody_named_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    from flask import Flask
    from plain.celery_settings import LOCAL as flat
    from shop.celery_settings import LOCAL, unset_servers

    app = Flask("x")
    assert unset_servers(app, LOCAL) == "CELERY_BROKER_URL and CELERY_RESULT_BACKEND"
    assert unset_servers(app, {**LOCAL, "broker_url": "redis://h/0"}) == "CELERY_RESULT_BACKEND"
    # Results that nobody has named would be dropped.
    assert unset_servers(app, {"broker_url": "redis://h/0", "result_backend": None}) == "CELERY_RESULT_BACKEND"
    monkeypatch.setenv("CELERY_BROKER_URL", LOCAL["broker_url"])
    monkeypatch.setenv("CELERY_RESULT_BACKEND", LOCAL["result_backend"])
    assert unset_servers(app, LOCAL) == ""
    monkeypatch.delenv("CELERY_BROKER_URL")
    app.debug = True
    assert unset_servers(app, LOCAL) == ""
    assert flat == LOCAL


def test_tls_is_verified() -> None:
    conf = shop(CELERY={"broker_url": "rediss://h/0", "result_backend": "rediss://h/1"})
    assert conf.broker_use_ssl == {"ssl_cert_reqs": ssl.CERT_REQUIRED}
    assert conf.redis_backend_use_ssl == {"ssl_cert_reqs": ssl.CERT_REQUIRED}


@pytest.mark.parametrize(
    "own",
    [
        {"broker_url": "rediss://:s3cret@h/0?ssl_cert_reqs=none"},
        {"broker_url": "rediss://:s3cret@h/0?ssl_cert_reqs=CERT_OPTIONAL"},
        {"broker_url": "rediss://:s3cret@h/0?ssl_cert_reqs=0"},
        {"broker_url": "redis://h/0", "result_backend": "rediss://:s3cret@h/0?ssl_cert_reqs=none"},
    ],
)
def test_a_url_that_switches_verification_off_is_refused(own: Any) -> None:
    with pytest.raises(ImproperlyConfigured) as caught:
        shop(CELERY=own)
    assert "certificate" in str(caught.value) and "s3cret" not in str(caught.value)


@pytest.mark.parametrize("level", [ssl.CERT_NONE, "none", None])
def test_no_setting_switches_verification_off(level: Any) -> None:
    tls = {"ssl_cert_reqs": level, "ssl_check_hostname": True}
    conf = shop(CELERY={"broker_url": "rediss://h/0", "broker_use_ssl": tls})
    assert conf.broker_use_ssl == {"ssl_cert_reqs": ssl.CERT_REQUIRED, "ssl_check_hostname": True}


@pytest.mark.parametrize("url", ["redis://h/0", "rediss://h/0"])
@pytest.mark.parametrize("own", [True, {"ssl_cert_reqs": "none"}, {"ssl_cert_reqs": None}])
def test_options_that_encrypt_by_themselves_are_verified_too(url: str, own: Any) -> None:
    conf = shop(CELERY={"broker_url": url, "broker_use_ssl": own})
    assert conf.broker_use_ssl == {"ssl_cert_reqs": ssl.CERT_REQUIRED}


def test_what_the_environment_allows_weakens_no_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CELERY_UNVERIFIED_TLS", "yes")
    own = {"ssl_cert_reqs": ssl.CERT_REQUIRED}
    conf = shop(CELERY={"broker_url": "rediss://h/0", "broker_use_ssl": own, "result_backend": "rediss://h/1"})
    assert conf.broker_use_ssl == own
    assert conf.redis_backend_use_ssl == {"ssl_cert_reqs": ssl.CERT_NONE}


def test_only_the_environment_can_allow_tls_without_verification(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("CELERY_UNVERIFIED_TLS", "yes")
    conf = shop(CELERY={"broker_url": "rediss://h/0", "result_backend": "rediss://h/1"})
    assert conf.broker_use_ssl == {"ssl_cert_reqs": ssl.CERT_NONE}
    assert conf.redis_backend_use_ssl == {"ssl_cert_reqs": ssl.CERT_NONE}
    monkeypatch.setenv("CELERY_BROKER_URL", "amqps://mq.example:5671/v")
    assert envy().broker_use_ssl["cert_reqs"] == ssl.CERT_NONE


def test_a_socket_of_redis_gets_no_keep_alive() -> None:
    url = "redis+socket:///run/redis.sock?virtual_host=1"
    assert shop(CELERY={"broker_url": "redis://h/0", "result_backend": url}).redis_socket_keepalive is False


def test_amqps_is_verified_with_its_host_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CELERY_BROKER_URL", "amqps://user:s3cret@mq.example:5671/v")
    assert envy().broker_use_ssl == {"cert_reqs": ssl.CERT_REQUIRED, "server_hostname": "mq.example"}


def test_the_embedded_broker_lives_in_the_instance_folder() -> None:
    from local import create_app

    app = create_app(DEBUG=True)
    conf = app.extensions["celery"].conf
    assert conf.broker_url == f"sqla+sqlite:///{app.instance_path}/celery/broker.sqlite3"
    # Before 5.5 kombu gives all of them to create_engine(), which knows no retries.
    assert conf.broker_transport_options == {"connect_args": {"timeout": 30}}
    assert conf.result_backend == f"db+sqlite:///{app.instance_path}/celery/results.sqlite3"

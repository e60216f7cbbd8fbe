"""Settings come from the environment and ``.env``, with sound defaults."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from core.settings import Settings, load_settings


@pytest.fixture(autouse=True)
def _empty_surroundings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for field in Settings.model_fields.values():
        monkeypatch.delenv(str(field.alias), raising=False)


def test_defaults_start_on_loopback_with_the_offline_model() -> None:
    settings = load_settings()
    assert (settings.host, settings.port) == ("127.0.0.1", 8000)
    assert settings.offline
    assert not settings.mongodb_uri.get_secret_value()


def test_the_environment_wins_over_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    Path(".env").write_text("MM_PORT=9001\nMM_MONGODB_DATABASE=from_file\n")
    monkeypatch.setenv("MM_PORT", "9002")
    settings = load_settings()
    assert settings.port == 9002
    assert settings.mongodb_database == "from_file"


@pytest.mark.parametrize(
    ("host", "registration", "mode"),
    [
        ("127.0.0.1", "", "open"),
        ("localhost", "", "open"),
        ("0.0.0.0", "", "invite"),
        ("0.0.0.0", "open", "open"),
        ("127.0.0.1", "closed", "closed"),
    ],
)
def test_registration_is_open_on_loopback_only(
    host: str, registration: str, mode: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MM_HOST", host)
    monkeypatch.setenv("MM_REGISTRATION", registration)
    assert load_settings().registration_mode == mode


def test_a_key_switches_the_offline_model_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "k")
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1/")
    settings = load_settings()
    assert not settings.offline
    assert settings.openai_base_url == "http://127.0.0.1:9/v1"


@pytest.mark.parametrize(
    ("name", "value"), [("MM_PORT", "70000"), ("MM_LOG_LEVEL", "LOUD"), ("MM_MODEL_RETRIES", "-1")]
)
def test_a_value_out_of_range_names_its_setting(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ValidationError, match=name):
        load_settings()


def test_secrets_do_not_show_when_settings_are_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("MM_SECRET_KEY", "MM_ENCRYPTION_KEYS", "MONGODB_URI", "OPENAI_API_KEY"):
        monkeypatch.setenv(name, "do-not-show")
    assert "do-not-show" not in repr(load_settings())

from __future__ import annotations

from pathlib import Path

import pytest

from server.errors import SettingsInvalid
from server.settings import Settings, read_settings, read_trial_settings


def test_the_defaults_run_a_trial(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    settings = read_settings()
    assert settings.fhir_store is None
    assert settings.database_url is None
    assert settings.auth == "on"
    assert settings.fhir_base == "http://127.0.0.1:8000/fhir"


def test_the_environment_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHARTLOOM_FHIR_STORE", "https://store.example/fhir/")
    monkeypatch.setenv("CHARTLOOM_ATTACHMENT_HOSTS", "a.example, b.example")
    monkeypatch.setenv("CHARTLOOM_OPT_IN_MODELS", "relations-ddi, other")
    monkeypatch.setenv("DATABASE_URL", "postgresql://u:p@h/d")
    settings = read_settings()
    assert settings.opt_in_models == ("relations-ddi", "other")
    assert settings.fhir_store == "https://store.example/fhir"
    assert settings.attachment_hosts == ("a.example", "b.example")
    assert settings.database_url is not None
    assert settings.database_url.get_secret_value() == "postgresql://u:p@h/d"


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({"auth": "off", "host": "0.0.0.0"}, "CHARTLOOM_AUTH"),
        ({"fhir_store": "store.example"}, "fhir_store"),
        ({"deid_mode": "surrogate"}, "CHARTLOOM_DEID_KEY_FILE"),
        ({"port": 99999}, "port"),
    ],
)
def test_a_wrong_setting_is_named(settings: dict[str, object], named: str) -> None:
    with pytest.raises(SettingsInvalid, match=named) as error:
        read_settings(**settings)
    assert "Value error" not in str(error.value)


def test_a_short_key_is_refused_and_not_repeated(tmp_path: Path) -> None:
    key = tmp_path / "key"
    key.write_bytes(b"too short")
    settings = read_settings(deid_key_file=key)
    with pytest.raises(SettingsInvalid) as caught:
        _ = settings.deid_key
    assert "too short" not in str(caught.value)
    key.write_bytes(b"k" * 32 + b"\n")
    assert settings.deid_key == b"k" * 32


def test_a_secret_does_not_show_itself() -> None:
    settings = read_settings(DATABASE_URL="postgresql://u:secret@h/d", fhir_store_token="secret")
    assert "secret" not in repr(settings).replace("SecretStr", "")


def test_every_setting_is_documented() -> None:
    documented = (Path(__file__).parents[2] / "docs" / "settings.md").read_text()
    for name, field in Settings.model_fields.items():
        variable = field.validation_alias or f"CHARTLOOM_{name.upper()}"
        assert f"| `{variable}` |" in documented
        assert str(field.description) in documented


def test_a_trial_keeps_away_from_the_hospital(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHARTLOOM_FHIR_STORE", "https://store.example/fhir")
    monkeypatch.setenv("CHARTLOOM_PUBLIC_URL", "https://chartloom.example")
    monkeypatch.setenv("DATABASE_URL", "postgresql://u:p@h/d")
    settings = read_trial_settings(port=0)
    assert settings.fhir_store is None
    assert settings.database_url is None
    assert settings.public_url is None


def test_an_ipv6_address_makes_a_valid_url() -> None:
    assert read_settings(host="::1").base_url == "http://[::1]:8000"


def test_a_store_must_know_where_we_are() -> None:
    with pytest.raises(SettingsInvalid, match="CHARTLOOM_PUBLIC_URL"):
        read_settings(host="0.0.0.0", fhir_store="https://store.example")


def test_weekdays_are_kept_when_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not read_settings().deid_keep_weekdays
    monkeypatch.setenv("CHARTLOOM_DEID_KEEP_WEEKDAYS", "true")
    assert read_settings().deid_keep_weekdays

"""Settings: who wins, what is refused, what is never shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from kg.config import load_settings
from kg.errors import ConfigError


def test_command_line_wins_over_environment_and_file(tmp_path: Path) -> None:
    file = tmp_path / "kg.toml"
    file.write_text('port = 1\nhost = "h"\nstore = "memory:"\n', encoding="utf-8")
    found = load_settings({"port": "3"}, {"KG_PORT": "2", "KG_HOST": "e"}, file)
    assert (found["port"], found["host"], found["store"]) == (3, "e", "memory:")
    assert found.origins["store"] == "file"
    assert found.origins["log_level"] == "default"


def test_unknown_name_is_refused_with_the_nearest() -> None:
    with pytest.raises(ConfigError) as caught:
        load_settings(environment={"KG_STOR": "memory:"})
    assert "store" in caught.value.hint


def test_value_of_the_wrong_kind_is_refused() -> None:
    with pytest.raises(ConfigError, match="port"):
        load_settings(environment={"KG_PORT": "eighty"})


def test_file_of_the_working_directory_is_read_when_none_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "kg.toml").write_text("port = 1\n", encoding="utf-8")
    other = tmp_path / "other.toml"
    other.write_text("port = 2\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert load_settings()["port"] == 1
    monkeypatch.setenv("KG_CONFIG", str(other))
    assert load_settings()["port"] == 2


def test_secret_is_read_from_file_and_never_shown(tmp_path: Path) -> None:
    secret = tmp_path / "token"
    secret.write_text("s3cret\n", encoding="utf-8")
    found = load_settings(environment={"KG_TOKEN": f"file:{secret}"})
    assert found["token"] == "s3cret"
    assert "s3cret" not in str(found.shown())

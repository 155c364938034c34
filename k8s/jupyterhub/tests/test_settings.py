"""The hub's environment is checked as a whole, and does not print its secrets."""

from __future__ import annotations

from pathlib import Path

import pytest

from tenarai_hub.settings import Settings, SettingsError


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    """A complete environment."""
    for name in ("lms", "hub"):
        (tmp_path / name).touch(mode=0o600)
        (tmp_path / name).write_text(f"secret-of-{name}\n")
    return {
        "TENARAI_PUBLIC_URL": "http://localhost:8080",
        "TENARAI_HUB_URL": "http://localhost:8000/jupyterhub/",
        "TENARAI_LMS_TOKEN_FILE": str(tmp_path / "lms"),
        "TENARAI_HUB_TOKEN_FILE": str(tmp_path / "hub"),
    }


def test_a_complete_environment_is_read(env: dict[str, str]) -> None:
    settings = Settings.from_env(env)
    assert settings.internal_url == "http://localhost:8080"
    assert (settings.hub_path, settings.hub_origin) == ("/jupyterhub/", "http://localhost:8000")
    assert settings.lms_token == "secret-of-lms"
    assert "secret-of" not in repr(settings) + repr(settings.lms_token)


def test_all_problems_are_told_at_once(env: dict[str, str]) -> None:
    del env["TENARAI_HUB_URL"]
    env["TENARAI_PUBLIC_URL"] = "localhost:8080"
    env["TENARAI_SPAWN_MEMORY_MB"] = "-1"
    with pytest.raises(SettingsError) as raised:
        Settings.from_env(env)
    for name in ("TENARAI_HUB_URL", "TENARAI_PUBLIC_URL", "TENARAI_SPAWN_MEMORY_MB"):
        assert name in str(raised.value)


def test_a_secret_that_others_can_read_is_refused(env: dict[str, str]) -> None:
    Path(env["TENARAI_LMS_TOKEN_FILE"]).chmod(0o644)
    with pytest.raises(SettingsError, match="0600"):
        Settings.from_env(env)

"""The environment the LMS hands to the hub, read once and checked; all problems are reported together."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

T = TypeVar("T")


class SettingsError(Exception):
    """Names every setting that is missing or wrong, one a line."""


class Secret(str):
    """A string that does not print itself: a traceback or a log line must not carry a token."""

    def __repr__(self) -> str:
        """Nothing of it."""
        return "Secret('…')"


@dataclass(frozen=True)
class Settings:
    """What the hub needs to know about the site around it."""

    #: origin of the LMS as browsers see it; issuer of every token, the only page that may frame the hub
    public_url: str
    #: how the hub's own processes reach the LMS
    internal_url: str
    #: public base of the hub, with its trailing slash
    hub_url: str
    #: hub -> LMS
    lms_token: Secret = field(repr=False)
    #: LMS -> hub, registered as the service `tenarai`
    service_token: Secret = field(repr=False)
    #: the Unix socket at which the hub itself finds the LMS, where that is its own machine's; else at `internal_url`
    internal_socket: str | None = None
    spawn_memory_mb: int = 2048
    cull_every_s: int = 60
    cull_idle_s: int = 3600
    cull_max_age_s: int = 12 * 3600

    @property
    def hub_path(self) -> str:
        """The path of the hub's base, `/jupyterhub/`."""
        return urlsplit(self.hub_url).path

    @property
    def hub_origin(self) -> str:
        """The origin of the hub as browsers see it."""
        return origin_of(self.hub_url)

    @property
    def lms_origin(self) -> str:
        """The origin of the LMS as browsers see it."""
        return origin_of(self.public_url)

    @classmethod
    def from_env(cls, env: Mapping[str, str] = os.environ) -> Settings:
        """Read every setting, or raise one error that names all that is wrong."""
        problems: list[str] = []

        def take(name: str, parse: Callable[[str], T], default: str | None = None) -> T | None:
            raw = env.get(name) or default
            if raw is None:
                problems.append(f"{name} is not set")
                return None
            try:
                return parse(raw)
            except (OSError, ValueError) as error:
                problems.append(f"{name}: {error}")
                return None

        public_url = take("TENARAI_PUBLIC_URL", _url)
        values = {
            "public_url": public_url,
            "internal_url": take("TENARAI_INTERNAL_URL", _url, public_url),
            "hub_url": take("TENARAI_HUB_URL", lambda raw: _url(raw) + "/"),
            "lms_token": take("TENARAI_LMS_TOKEN_FILE", _secret_file),
            "service_token": take("TENARAI_HUB_TOKEN_FILE", _secret_file),
            "internal_socket": env.get("TENARAI_INTERNAL_SOCKET") or None,
            "spawn_memory_mb": take("TENARAI_SPAWN_MEMORY_MB", _positive, "2048"),
            "cull_every_s": take("TENARAI_CULL_EVERY_SECONDS", _positive, "60"),
            "cull_idle_s": take("TENARAI_CULL_IDLE_SECONDS", _positive, "3600"),
            "cull_max_age_s": take("TENARAI_CULL_MAX_AGE_SECONDS", _positive, "43200"),
        }
        if problems:
            raise SettingsError("\n".join(problems))
        return cls(**values)  # type: ignore[arg-type]  # no problem means that every value was parsed


def origin_of(url: str) -> str:
    """Scheme, host and port of a URL."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _url(raw: str) -> str:
    parts = urlsplit(raw)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise ValueError(f"{raw!r} is not an http or https address")
    return raw.rstrip("/")


def _positive(raw: str) -> int:
    value = int(raw)
    if value <= 0:
        raise ValueError(f"{raw!r} is not a positive number")
    return value


def _secret_file(raw: str) -> Secret:
    path = Path(raw)
    if path.stat().st_mode & 0o077:
        raise ValueError(f"{path} can be read by others; give it mode 0600")
    secret = path.read_text(encoding="utf-8").strip()
    if not secret:
        raise ValueError(f"{path} is empty")
    return Secret(secret)

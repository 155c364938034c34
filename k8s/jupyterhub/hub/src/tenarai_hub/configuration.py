"""Everything that is the same wherever the hub runs, in one call; and what a single machine adds."""

from __future__ import annotations

import contextlib
import os
import secrets
import sqlite3
import sys
from pathlib import Path
from typing import Any

from jupyterhub.app import JupyterHub
from jupyterhub.auth import Authenticator

from . import bounds, peers
from .authenticator import LmsAuthenticator
from .headers import hub_headers
from .proxy import ActivityBlindProxy
from .settings import Settings
from .spawner import LocalLearnerSpawner

TEMPLATES = Path(__file__).parent / "templates"

#: what a signed-in learner may do at the hub: use their own server, and see whether it runs. They start it at the
#: site, mint no tokens and share nothing.
LEARNER_SCOPES = [
    "read:users:name!user",
    "read:users:groups!user",
    "read:servers!user",
    "users:activity!user",
    "access:servers!user",
]

#: what the LMS's service may do: make users, start and stop their servers, see who is there; and mint, for one learner
#: and a minute, the token by which it reads a file on that learner's server
LMS_SCOPES = ["list:users", "read:users", "admin:users", "servers", "tokens", "access:servers"]


def configure(c: Any, settings: Settings | None = None) -> Settings:
    """Set the hub up for Tenarai; the place (one machine, Kubernetes) adds its spawner and its proxy."""
    settings = settings or Settings.from_env()
    bounds.bound_the_hub()
    _sign_in(c, settings)
    _rights(c, settings)
    _pages(c, settings)
    _servers(c, settings)
    _culler(c, settings)
    return settings


def configure_local(c: Any, settings: Settings | None = None) -> Settings:
    """`configure`, for a hub that runs everything on its own machine; paths and ports come from the environment."""
    settings = configure(c, settings)
    state = Path(os.environ["TENARAI_HUB_STATE_DIR"])
    learners = Path(os.environ["TENARAI_LEARNERS_DIR"])
    bin_dir = Path(sys.executable).parent

    # behind another proxy, the address of the hub is not where it listens
    c.JupyterHub.public_url = settings.hub_url
    listen = os.environ.get("TENARAI_HUB_LISTEN")
    c.JupyterHub.bind_url = f"http://{listen}{settings.hub_path}" if listen else settings.hub_url
    c.JupyterHub.hub_bind_url = f"http://127.0.0.1:{os.environ['TENARAI_HUB_PORT_INTERNAL']}"
    c.ConfigurableHTTPProxy.api_url = f"http://127.0.0.1:{os.environ['TENARAI_HUB_PROXY_API_PORT']}"
    c.ConfigurableHTTPProxy.command = [str(bin_dir / "tenarai-hub-proxy")]
    c.ConfigurableHTTPProxy.auth_token = secrets.token_hex(32)
    c.ConfigurableHTTPProxy.pid_file = str(state / "proxy.pid")
    c.JupyterHub.db_url = f"sqlite:///{state / 'hub.sqlite'}"
    _forget_services(state / "hub.sqlite")
    c.JupyterHub.cookie_secret_file = str(_cookie_secret(state / "cookie_secret"))
    # a hub that ends takes its servers with it: on one machine nothing else would ever stop them
    c.JupyterHub.cleanup_servers = True
    c.JupyterHub.cleanup_proxy = True

    c.JupyterHub.spawner_class = LocalLearnerSpawner
    c.LocalLearnerSpawner.learners_dir = str(learners)
    c.LocalLearnerSpawner.memory_mb = settings.spawn_memory_mb
    c.LocalLearnerSpawner.cmd = [str(bin_dir / "tenarai-notebook-start")]
    c.LocalLearnerSpawner.env_keep = ["TZ"]
    # a kernel that computes would otherwise hold up a stop for half a minute
    c.LocalLearnerSpawner.interrupt_timeout = 5
    c.LocalLearnerSpawner.term_timeout = 5
    _announce_isolation(learners)
    return settings


def _sign_in(c: Any, settings: Settings) -> None:
    c.JupyterHub.authenticator_class = LmsAuthenticator
    c.LmsAuthenticator.issuer = settings.public_url
    c.LmsAuthenticator.lms_url = settings.internal_url
    c.LmsAuthenticator.lms_socket = settings.internal_socket
    c.LmsAuthenticator.lms_token = settings.lms_token
    c.LmsAuthenticator.auto_login = True
    c.LmsAuthenticator.allow_all = True
    c.LmsAuthenticator.enable_auth_state = True
    c.LmsAuthenticator.manage_groups = True
    c.LmsAuthenticator.refresh_pre_spawn = True
    # 5.5 always is as strict as 6.1 can be told to be
    if Authenticator.class_traits().get("auth_refresh_strict"):
        c.LmsAuthenticator.auth_refresh_strict = True
    if JupyterHub.class_traits().get("oauth_require_pkce"):
        c.JupyterHub.oauth_require_pkce = True


def _rights(c: Any, settings: Settings) -> None:
    c.JupyterHub.services = [{"name": "tenarai", "api_token": str(settings.service_token), "display": False}]
    c.JupyterHub.load_roles = [
        {"name": "user", "scopes": LEARNER_SCOPES},
        {"name": "tenarai-lms", "scopes": LMS_SCOPES, "services": ["tenarai"]},
    ]


def _pages(c: Any, settings: Settings) -> None:
    c.JupyterHub.template_paths = [str(TEMPLATES)]
    c.JupyterHub.template_vars = {
        "lms_url": settings.public_url,
        "locale": lambda user: user.authenticator.locale_of(user) if user else None,
    }
    c.JupyterHub.tornado_settings = {"headers": hub_headers(settings.lms_origin)}
    # after a sign-in that asked for nothing, the home page; a learner starts no server here
    c.JupyterHub.redirect_to_server = False


def _servers(c: Any, settings: Settings) -> None:
    c.Spawner.default_url = "/tree"
    c.Spawner.disable_user_config = True
    c.Spawner.http_timeout = 60
    c.Spawner.start_timeout = 180
    c.Spawner.environment = {
        "TENARAI_LMS_ORIGIN": settings.lms_origin,
        "TENARAI_CONTENT_URL": settings.internal_url,
    }


def _culler(c: Any, settings: Settings) -> None:
    c.JupyterHub.load_roles.append(
        {
            "name": "tenarai-culler",
            "scopes": ["list:users", "read:users:activity", "read:servers", "delete:servers"],
            "services": ["culler"],
        }
    )
    c.JupyterHub.proxy_class = ActivityBlindProxy
    c.Spawner.environment["JUPYTERHUB_ACTIVITY_INTERVAL"] = str(max(1, min(60, settings.cull_idle_s // 4)))
    c.JupyterHub.services.append(
        {
            "name": "culler",
            "display": False,
            "command": [
                sys.executable,
                "-m",
                "tenarai_hub.culler",
                f"--timeout={settings.cull_idle_s}",
                f"--cull-every={settings.cull_every_s}",
                f"--max-age={settings.cull_max_age_s}",
            ],
        }
    )


def _forget_services(database: Path) -> None:
    """Take the tokens of an earlier hub's services away: the next adds its own, and would leave those good for ever."""
    if not database.exists():
        return
    with contextlib.closing(sqlite3.connect(database)) as connection, connection:
        if connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'api_tokens'").fetchone():
            connection.execute("DELETE FROM api_tokens WHERE service_id IS NOT NULL")


def _cookie_secret(path: Path) -> Path:
    """The file that keeps hub sessions valid over a restart, made once and for the hub alone."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path
    with open(descriptor, "w", encoding="ascii") as file:
        file.write(secrets.token_hex(32))
    return path


def _announce_isolation(learners: Path) -> None:
    if os.geteuid() == 0:
        learners.mkdir(mode=0o711, parents=True, exist_ok=True)
        learners.chmod(0o711)
        peers.can_be_asked()
        print("hub: each learner's server runs under a uid of its own", file=sys.stderr, flush=True)
        return
    learners.mkdir(mode=0o700, parents=True, exist_ok=True)
    print(
        "hub: not started by root, so ALL LEARNERS SHARE ONE UID and could read each other's files; "
        "for people who do not trust each other start as root, or use Kubernetes",
        file=sys.stderr,
        flush=True,
    )

"""Fixtures: a real hub for each version, a small LMS, and people with browsers.

HUB_VENV and HUB_VENV_55 name the environments (ci/hub-test.sh sets them).
"""

from __future__ import annotations

import fcntl
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from checks_job import Desk
from learner import Learner
from people import Browser, Kernel
from proxied import proxied as proxied
from running_hub import RunningHub
from standin_lms import StandinLms

VENVS = {"6.1": "HUB_VENV", "5.5": "HUB_VENV_55"}


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """One worker a hub version, so that each starts one hub; what only concerns notebooks runs on the newest."""
    items[:] = [item for item in items if not (item.get_closest_marker("notebooks") and "[5.5" in item.nodeid)]
    for item in items:
        for version in VENVS:
            if f"[{version}" in item.nodeid:
                item.add_marker(pytest.mark.xdist_group(version))


@pytest.fixture(scope="session", params=VENVS)
def venv(request: pytest.FixtureRequest) -> Path:
    """An environment with one version of JupyterHub."""
    variable = VENVS[request.param]
    assert variable in os.environ, f"{variable} is not set; run ci/hub-test.sh"
    return Path(os.environ[variable])


@pytest.fixture
def alone() -> Iterator[None]:
    """No other test runs checks meanwhile, in whatever worker: what a run leaves could be another's that goes on."""
    lock = Path(tempfile.gettempdir()) / f"tenarai-checks-tests-{os.getuid()}.lock"
    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """A place for jobs of the runner of checks, below closed folders as a server's are."""
    return Desk(tmp_path / "job")


@pytest.fixture
def lms() -> Iterator[StandinLms]:
    """A fresh LMS."""
    site = StandinLms()
    yield site
    site.close()


@pytest.fixture(scope="session")
def shared_lms() -> Iterator[StandinLms]:
    """The LMS of the shared hub."""
    site = StandinLms()
    yield site
    site.close()


@pytest.fixture(scope="session")
def open_folder() -> Iterator[Path]:
    """A folder that learners' uids may enter; pytest's own are closed."""
    with tempfile.TemporaryDirectory(prefix="tenarai-hub-") as name:
        folder = Path(name)
        folder.chmod(0o711)
        yield folder


@pytest.fixture(scope="session")
def hub(venv: Path, shared_lms: StandinLms, open_folder: Path) -> Iterator[RunningHub]:
    """One hub a version, shared by its tests; each test takes people of its own."""
    folder = open_folder / venv.name
    folder.mkdir(mode=0o711)
    running = RunningHub(venv, shared_lms, folder)
    try:
        running.start()
        yield running
    finally:
        running.stop()


#: the hubs of two workers run side by side, and a learner's number is a uid of this machine
_numbers = iter(range(201 + 1000 * int(os.environ.get("PYTEST_XDIST_WORKER", "gw0")[2:]), 10_000))

#: a start takes seconds, so most tests share one running server, each with a browser and a session of its own
RESIDENT = "u101"


@pytest.fixture(scope="session")
def resident(hub: RunningHub) -> str:
    """Somebody whose server runs all the while."""
    hub.lms.sign_in(RESIDENT)
    hub.start_server(RESIDENT)
    return RESIDENT


@pytest.fixture
def person(hub: RunningHub, resident: str) -> Browser:
    """A fresh browser of the resident, signed in at the site."""
    browser = Browser(hub, resident)
    browser.sign_in()
    return browser


@pytest.fixture(scope="session")
def kernel(hub: RunningHub, resident: str) -> Kernel:
    """A kernel of the resident."""
    return Kernel(hub, resident)


@pytest.fixture
def newcomer(hub: RunningHub) -> Iterator[Browser]:
    """Somebody with a session whose server has not been started; it is stopped afterwards."""
    browser = Browser(hub, f"u{next(_numbers)}")
    browser.sign_in()
    yield browser
    hub.api("DELETE", f"users/{browser.user}/server")


@pytest.fixture
def learner(tmp_path: Path, lms: StandinLms) -> Learner:
    """Somebody whose server has just started."""
    return Learner(tmp_path, lms)

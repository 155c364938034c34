"""Stories that need a hub of their own: culling, restarts, a hub that is not root."""

from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path

import pytest

from people import Browser, Kernel
from running_hub import RunningHub, wait_for
from standin_lms import StandinLms


def test_an_idle_server_is_culled_under_an_open_pane(venv: Path, lms: StandinLms, open_folder: Path) -> None:
    folder = open_folder / f"cull-{venv.name}"
    folder.mkdir(mode=0o711)
    hub = RunningHub(venv, lms, folder, TENARAI_CULL_EVERY_SECONDS="1", TENARAI_CULL_IDLE_SECONDS="10")
    try:
        hub.start()
        person = Browser(hub, "u17")
        person.sign_in()
        hub.start_server("u17")
        person.notebook()
        kernel = Kernel(hub, "u17")
        # longer than the limit, without a word
        kernel.run("import time; time.sleep(14)")
        assert hub.server("u17"), "a computation is no idleness"
        started = time.monotonic()

        def gone() -> bool:
            # the pane's own polling, and its open websocket, are no activity of a person
            kernel.api("GET", "tenarai/api/resources")
            kernel.connect().ping()
            return not hub.server("u17")

        wait_for(gone, "the idle server is culled", 40)
        assert time.monotonic() - started > 3
    finally:
        hub.stop()


def test_a_hub_that_comes_back_still_knows_its_people(venv: Path, lms: StandinLms, open_folder: Path) -> None:
    folder = open_folder / f"restart-{venv.name}"
    folder.mkdir(mode=0o711)
    hub = RunningHub(venv, lms, folder)
    try:
        hub.start()
        person = Browser(hub, "u17")
        person.sign_in()
        hub.start_server("u17")
        assert person.notebook().status_code == 200
        assert (hub.state / "cookie_secret").stat().st_mode & 0o777 == 0o600
        hub.stop()
        hub.start()
        hub.start_server("u17")
        assert person.notebook().status_code == 200
    finally:
        hub.stop()


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root to become somebody else")
def test_a_hub_that_is_not_root_says_that_all_share_one_uid(venv: Path, open_folder: Path) -> None:
    script = (
        "import os; os.setgid(65534); os.setuid(65534); "
        "from pathlib import Path; from tenarai_hub.configuration import _announce_isolation; "
        f"_announce_isolation(Path({str(open_folder)!r}) / 'nobody' / 'learners')"
    )
    (open_folder / "nobody").mkdir(exist_ok=True)
    os.chown(open_folder / "nobody", 65534, 65534)
    said = subprocess.run([venv / "bin/python", "-c", script], capture_output=True, text=True, check=True).stderr
    assert said.count("ALL LEARNERS SHARE ONE UID") == 1

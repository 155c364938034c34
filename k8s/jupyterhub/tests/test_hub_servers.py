"""Stories on the real hub, both versions: a learner's server, its material, its limits."""

from __future__ import annotations

import json
import os
import subprocess
import threading
import time
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from people import Browser, Kernel
from running_hub import RunningHub, wait_for
from standin_lms import COURSE, FILES, notebook
from tenarai_hub.isolation import site_group

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="one uid a learner needs root")
ONE = f"{COURSE}/01-hello.ipynb"


class Progress(threading.Thread):
    """Reads the hub's progress stream of one start, as the LMS does, through the proxy."""

    def __init__(self, hub: RunningHub, user: str) -> None:
        super().__init__(daemon=True)
        self.events: list[dict[str, Any]] = []
        self.times: list[float] = []
        self._request = urllib.request.Request(f"{hub.url}hub/api/users/{user}/server/progress")
        self._request.add_header("Authorization", f"token {hub.token}")

    def run(self) -> None:
        """Until the stream ends."""
        with urllib.request.urlopen(self._request, timeout=90) as stream:
            for line in stream:
                if line.startswith(b"data: "):
                    self.events.append(json.loads(line[6:]))
                    self.times.append(time.monotonic())


def start(hub: RunningHub, user: str) -> Progress:
    """Start a server and follow its progress."""
    hub.api("POST", f"users/{user}")
    request = threading.Thread(target=hub.api, args=("POST", f"users/{user}/server"))
    request.start()
    wait_for(lambda: hub.server(user).get("pending") == "spawn", "the start is pending")
    progress = Progress(hub, user)
    progress.start()
    progress.join(90)
    request.join(90)
    return progress


def test_a_start_tells_true_steps_as_they_come(newcomer: Browser, hub: RunningHub) -> None:
    progress = start(hub, newcomer.user)
    steps = [event["step"] for event in progress.events if "step" in event]
    assert list(dict.fromkeys(steps)) == ["server", "contents", "notebook"]
    bar = [event["progress"] for event in progress.events]
    assert bar == sorted(bar)
    assert progress.events[-1]["ready"] is True
    assert progress.times[-1] - progress.times[0] > 0.5, "the events came all at once"


def test_the_material_is_there_and_named_as_the_contract_says(kernel: Kernel) -> None:
    for path, content in FILES.items():
        assert kernel.api("GET", f"files/{path}").content == content
    assert kernel.run("print(open('data/rent.csv').readline())").text.strip() == "area,rent"


def test_the_lms_reads_a_file_with_a_token_for_one_person(kernel: Kernel, hub: RunningHub) -> None:
    answer = kernel.api("GET", f"api/contents/{ONE}?content=0&hash=1")
    assert answer.status_code == 200
    assert len(answer.json()["hash"]) == 64
    other = f"{hub.url}user/u1/api/contents/{ONE}"
    assert kernel.http.get(other, allow_redirects=False, timeout=30).status_code != 200


@pytest.mark.notebooks
def test_work_survives_restarts_with_new_material_or_without_the_lms(newcomer: Browser, hub: RunningHub) -> None:
    user = newcomer.user
    hub.start_server(user)
    kernel = Kernel(hub, user)
    document = json.loads(FILES[ONE])
    document["cells"][1]["source"] = "print('mine')"
    saved = kernel.api("PUT", f"api/contents/{ONE}", json={"type": "notebook", "format": "json", "content": document})
    assert saved.status_code == 200, saved.text
    two = f"{COURSE}/02-python.ipynb"
    hub.stop_server(user)
    hub.lms.files = FILES | {ONE: notebook(("n", "code", "1")), two: notebook(("n", "code", "2"))}
    try:
        hub.start_server(user)
        kernel = Kernel(hub, user)
        mine = kernel.api("GET", f"api/contents/{ONE}").json()["content"]
        assert mine["cells"][1]["source"] == "print('mine')"
        assert kernel.api("GET", f"files/{two}").content == hub.lms.files[two]
        assert kernel.api("POST", "tenarai/api/open", json={"path": ONE}).json()["handout"]["state"] == "outdated"

        hub.stop_server(user)
        hub.lms.down = True
        progress = start(hub, user)
        hub.lms.down = False
        assert progress.events[-1].get("ready") is True, progress.events
        assert any(event.get("offline") for event in progress.events)
        assert Kernel(hub, user).api("GET", f"files/{two}").content == hub.lms.files[two]
    finally:
        hub.lms.down = False
        hub.lms.files = dict(FILES)


@pytest.mark.notebooks
def test_what_is_handed_in_is_the_chapters_wherever_it_lies_by_now(newcomer: Browser, hub: RunningHub) -> None:
    """As the site reads it: it asks for the chapter, then for the file, with a token for this one server."""
    user, chapters = newcomer.user, hub.lms.chapters
    hub.lms.chapters = {ONE: 7}
    hub.start_server(user)
    kernel, moved = Kernel(hub, user), f"{COURSE}/05-moved.ipynb"
    document = json.loads(FILES[ONE])
    document["cells"][1]["source"] = "print('mine')"
    saved = kernel.api("PUT", f"api/contents/{ONE}", json={"type": "notebook", "format": "json", "content": document})
    assert saved.status_code == 200, saved.text
    hub.lms.chapters = {moved: 7, ONE: 8}
    hub.lms.files = FILES | {moved: FILES[ONE], ONE: notebook(("n", "code", "another"))}
    try:
        for path, chapter, words in ((moved, 7, "print('mine')"), (ONE, 8, "another")):
            opened = kernel.api("POST", "tenarai/api/open", json={"path": path, "chapter_id": chapter})
            assert opened.status_code == 200, opened.text
            text = kernel.api("GET", f"api/contents/{path}?type=file&format=text&content=1").json()["content"]
            assert words in text
        # a site that has not heard of it yet is told, and reads nothing
        behind = kernel.api("POST", "tenarai/api/open", json={"path": ONE, "chapter_id": 7})
        assert (behind.status_code, behind.json()["code"]) == (409, "other_chapter")
        # what no notebook server can read is the file's fault, and says so without a path
        (hub.learners / user / "work" / moved).write_bytes(b"\xff")
        damaged = kernel.api("GET", f"api/contents/{moved}?type=file&format=text&content=1")
        assert (damaged.status_code, damaged.json()["reason"]) == (400, "bad format")
    finally:
        hub.lms.chapters = chapters
        hub.lms.files = dict(FILES)


@pytest.mark.notebooks
def test_a_notebook_that_is_missing_is_there_when_it_is_opened(newcomer: Browser, hub: RunningHub) -> None:
    user = newcomer.user
    hub.start_server(user)
    kernel, new = Kernel(hub, user), f"{COURSE}/04-new.ipynb"
    (hub.learners / user / "work" / ONE).unlink()
    hub.lms.files = FILES | {new: notebook(("n", "code", "4")), f"{COURSE}/data/new.csv": b"1"}
    try:
        assert kernel.api("GET", f"api/contents/{ONE}?content=0").status_code == 404, "looking makes nothing"
        assert kernel.api("GET", f"api/contents/{ONE}").json()["content"]["cells"]
        assert kernel.api("POST", "tenarai/api/open", json={"path": new}).json()["handout"]["state"] == "untouched"
        assert kernel.api("GET", f"files/{COURSE}/data/new.csv").content == b"1"
    finally:
        hub.lms.files = dict(FILES)


def test_somebody_whom_the_lms_disabled_gets_no_server(newcomer: Browser, hub: RunningHub) -> None:
    hub.lms.disabled.add(newcomer.user)
    hub.api("POST", f"users/{newcomer.user}")
    status, _ = hub.api("POST", f"users/{newcomer.user}/server")
    assert status == 403
    assert not hub.server(newcomer.user)


@pytest.mark.notebooks
def test_the_language_of_the_start_is_the_notebooks(newcomer: Browser, hub: RunningHub) -> None:
    hub.start_server(newcomer.user, locale="en")
    kernel = Kernel(hub, newcomer.user)
    settings = kernel.api("GET", "lab/api/settings/@jupyterlab/translation-extension:plugin").json()
    assert json.loads(settings["raw"])["locale"] == "default"
    assert "pinned" in kernel.run("%pip install requests").text


@pytest.mark.notebooks
def test_a_server_whose_folder_was_deleted_ends_and_the_next_one_has_it_again(
    newcomer: Browser, hub: RunningHub
) -> None:
    user = newcomer.user
    hub.start_server(user)
    Kernel(hub, user).run("import os, shutil; shutil.rmtree(os.getcwd().split('/work')[0] + '/work')")
    assert not (hub.learners / user / "work").exists()
    wait_for(lambda: not hub.server(user), f"{user}'s server has ended", 90)
    hub.start_server(user)
    assert Kernel(hub, user).api("GET", f"files/{ONE}").content == FILES[ONE]


@as_root
def test_each_learner_has_a_uid_and_reads_nothing_of_others(
    kernel: Kernel, resident: str, newcomer: Browser, hub: RunningHub
) -> None:
    other, uid = newcomer.user, 200_000 + int(resident[1:])
    hub.start_server(other)
    who = "import os; print(os.getuid(), os.getgid(), os.getgroups())"
    assert kernel.run(who).text == f"{uid} {uid} [{site_group(hub.learners)}]\n"
    secrets = [
        hub.learners / other / "work" / ONE,
        hub.learners / other / ".tenarai" / "content-token",
        hub.state / "hub.sqlite",
        hub.state / "cookie_secret",
        hub.folder / "lms-token",
        hub.folder / "hub-token",
    ]
    for path in secrets:
        assert path.exists(), path
        assert kernel.run(f"open({str(path)!r}).read()").error == "PermissionError", path
    script = """
import glob
for name in glob.glob('/proc/[0-9]*/environ'):
    try:
        if b'JUPYTERHUB_CRYPT_KEY' in (found := open(name, 'rb').read()) or b'JUPYTERHUB_USER=%s' in found:
            print('READ', name)
    except OSError:
        pass
""".replace("%s", other)
    assert kernel.run(script).text == ""
    assert kernel.run(f"import os; os.listdir({str(hub.learners)!r})").error == "PermissionError"


def test_a_kernel_has_nothing_of_the_hubs_log(kernel: Kernel, hub: RunningHub) -> None:
    files = kernel.run(
        "import os; print({os.path.realpath(f'/proc/self/fd/{fd}') for fd in os.listdir('/proc/self/fd')})"
    )
    assert str(hub.folder) not in files.text.replace(str(hub.learners), "")


@as_root
def test_nobody_listens_to_what_anothers_kernel_prints(kernel: Kernel, newcomer: Browser, hub: RunningHub) -> None:
    hub.start_server(newcomer.user)
    where = (
        "import json, ipykernel.connect as c; i = json.loads(c.get_connection_info()); print(i['transport'], i['ip'])"
    )
    transport, socket = kernel.run(where).text.split()
    assert transport == "ipc"  # with TCP, every program of the machine can connect
    folder = str(Path(socket).parent)
    assert kernel.run(f"import os; print(len(os.listdir({folder!r})) > 1)").text == "True\n"
    other = Kernel(hub, newcomer.user)
    assert other.run(f"import os; os.listdir({folder!r})").error == "PermissionError"
    join = f"import socket; socket.socket(socket.AF_UNIX).connect({socket + '-1'!r})"
    assert kernel.run(join).status == "ok"
    assert other.run(join).error == "PermissionError"


@as_root
@pytest.mark.parametrize("another_site", [False, True], ids=["alone", "beside another site"])
def test_nothing_a_learner_started_outlives_the_server(newcomer: Browser, hub: RunningHub, another_site: bool) -> None:
    uid = 200_000 + int(newcomer.user[1:])
    hub.start_server(newcomer.user)
    others = [subprocess.Popen(["sleep", "600"], user=uid, group=uid, extra_groups=[])] if another_site else []
    # in a session of their own, without the environment of the server; one is never there for long
    away = "subprocess.Popen(%s, env={}, start_new_session=True)"
    runner = "import os; print(1)\nwhile True:\n if os.fork(): os._exit(0)"
    kernel = Kernel(hub, newcomer.user)
    kernel.run("import subprocess, sys; " + away % "['sleep', '3711']")
    if not another_site:
        kernel.run(away % f"[sys.executable, '-c', {runner!r}]")
    try:
        hub.stop_server(newcomer.user)
        assert _alive(uid) == [other.pid for other in others]
    finally:
        for other in others:
            other.kill()
            other.wait()


def _alive(uid: int) -> list[int]:
    listed = subprocess.run(["ps", "-o", "pid=,stat=", "-U", str(uid)], capture_output=True, text=True).stdout
    return [int(pid) for pid, state in (line.split() for line in listed.splitlines()) if state[0] != "Z"]


def test_a_kernel_cannot_look_into_its_server_or_change_it(kernel: Kernel) -> None:
    assert kernel.run("import os; print(open(f'/proc/{os.getppid()}/comm').read())").text.startswith("jupyterhub-sing")
    for file, mode in [("mem", "r+b"), ("mem", "rb"), ("environ", "rb")]:
        assert kernel.run(f"open(f'/proc/{{os.getppid()}}/{file}', {mode!r})").error == "PermissionError", file
    assert kernel.run("open('/proc/self/mem', 'r+b').close()").status == "ok"


def test_no_secret_of_the_hub_is_in_a_learners_environment(kernel: Kernel, hub: RunningHub) -> None:
    environment = kernel.run("import os; print(dict(os.environ))").text
    assert "JUPYTERHUB_CRYPT_KEY" not in environment
    assert "TENARAI_LMS_TOKEN" not in environment
    assert "TENARAI_CONTENT_TOKEN" not in environment
    assert hub.token not in environment


def test_the_memory_limit_ends_the_cell_and_not_the_kernel(kernel: Kernel, hub: RunningHub) -> None:
    kernel.run("x = 41")
    assert kernel.run("y = bytearray(3 * 1024**3)").error == "MemoryError"
    assert kernel.run("x + 1").text == "42"
    used = kernel.api("GET", "tenarai/api/resources").json()
    assert used["memory_limit_bytes"] == 2048 * 1024**2
    assert 0 < used["memory_bytes"] < used["memory_limit_bytes"]


@pytest.mark.notebooks
def test_the_courses_packages_fit_into_the_limit_and_draw_japanese(kernel: Kernel, hub: RunningHub) -> None:
    script = """
import warnings; warnings.simplefilter('error')
import numpy, pandas, matplotlib; matplotlib.use('Agg')
import matplotlib.pyplot as plt
from sklearn.linear_model import LinearRegression
LinearRegression().fit(numpy.ones((9, 2)), numpy.ones(9))
plt.title('家賃と広さ −1'); plt.savefig('x.png'); print('drawn')
"""
    ran = kernel.run(script)
    assert (ran.status, ran.text.strip()) == ("ok", "drawn"), ran


@pytest.mark.notebooks
def test_there_are_no_terminals_and_no_lab(kernel: Kernel, hub: RunningHub) -> None:
    assert kernel.api("POST", "api/terminals").status_code in (403, 404)
    assert kernel.api("GET", "api/terminals").status_code == 404
    assert kernel.api("GET", "lab").status_code >= 400


@pytest.mark.notebooks
def test_a_learners_own_configuration_is_not_read_and_a_stopped_server_says_so(
    newcomer: Browser, hub: RunningHub
) -> None:
    hub.start_server(newcomer.user)
    assert newcomer.notebook().status_code == 200
    Kernel(hub, newcomer.user).run(
        "import os; os.makedirs(os.path.expanduser('~/.jupyter'), exist_ok=True); "
        "open(os.path.expanduser('~/.jupyter/jupyter_server_config.py'), 'w').write("
        "'c.ServerApp.terminals_enabled = True; c.ServerApp.tornado_settings = {}')"
    )
    hub.stop_server(newcomer.user)
    page = newcomer.notebook()
    assert page.status_code == 424
    assert "ノートのサーバーは止まっています" in page.text
    assert "not running" not in page.text
    assert "/hub/spawn" not in page.text

    hub.start_server(newcomer.user)
    assert Kernel(hub, newcomer.user).api("POST", "api/terminals").status_code in (403, 404)
    assert f"frame-ancestors {hub.lms.url}" in newcomer.notebook().headers["Content-Security-Policy"]


@pytest.mark.notebooks
def test_packages_are_not_installed_and_it_says_why(kernel: Kernel, hub: RunningHub) -> None:
    for magic in ("%pip install requests", "%conda install x", "%uv pip install x"):
        assert "版を固定" in kernel.run(magic).text, magic
    assert "No matching distribution" in kernel.run("!pip install --target /tmp/x no-such-thing 2>&1").text


@pytest.mark.notebooks
@pytest.mark.parametrize(
    ("verb", "path", "status", "code"),
    [
        ("open", "../../../etc/passwd", 400, "bad_path"),
        ("open", "/etc/passwd", 400, "bad_path"),
        ("open", f"{COURSE}/nothing.ipynb", 404, "not_found"),
        ("reset", f"{COURSE}/nothing.ipynb", 404, "no_handout"),
        ("diff", ".tenarai/handouts.json", 400, "bad_path"),
        ("open", 5, 400, "bad_path"),
    ],
)
def test_requests_about_handouts_are_refused_with_a_code(
    kernel: Kernel, verb: str, path: Any, status: int, code: str
) -> None:
    answer = kernel.api("POST", f"tenarai/api/{verb}", json={"path": path})
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_a_page_knows_what_had_moved_when_it_was_loaded(kernel: Kernel) -> None:
    assert '"tenaraiMoved": "0"' in kernel.api("GET", f"notebooks/{ONE}").text
    for known in ("", "?moved=0", "?moved=7", "?moved=-1", "?moved=x", "?moved=" + 5000 * "9"):
        told = kernel.api("GET", f"tenarai/api/resources{known}").json()
        assert (told["moved"], told["moved_from"]) == ([], 0)
    opened = kernel.api("POST", "tenarai/api/open", json={"path": ONE, "chapter_id": 7}).json()
    assert (opened["handout"]["state"], opened["moved"]) == ("untouched", [])


@pytest.mark.parametrize("chapter", ["7", 7.0, True, [7]])
def test_a_chapter_that_is_no_number_is_refused(kernel: Kernel, chapter: Any) -> None:
    answer = kernel.api("POST", "tenarai/api/open", json={"path": ONE, "chapter_id": chapter})
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_chapter")


def test_the_bridges_endpoints_are_closed_to_strangers(person: Browser, hub: RunningHub) -> None:
    stranger = Browser(hub, "u9102")
    assert stranger.visit(f"user/{person.user}/tenarai/api/resources", {}).status_code in (401, 403)


def test_the_services_of_the_hub_have_no_more_scopes_than_they_need(hub: RunningHub) -> None:
    _, tenarai = hub.api("GET", "user")
    assert tenarai["name"] == "tenarai"
    assert not tenarai["admin"]
    for path in ("proxy", "services", "groups", "info"):
        assert hub.api("GET", path)[0] == 403, path


ODD_FILES = """
rm -rf .local .tenarai/settings .tenarai/status.json .tenarai/content-token .tenarai/handouts.json .tenarai/server.log
touch .local .tenarai/settings
mkdir .tenarai/status.json .tenarai/content-token .tenarai/pristine/blobs/x
mkfifo .tenarai/handouts.json .tenarai/server.log
echo '{"manifest": {"courses": [{}]}}' > .tenarai/pristine/manifest.json
"""


@pytest.mark.parametrize("harm", [ODD_FILES, "rm -rf .tenarai work; touch .tenarai work", "chmod 000 .tenarai work"])
def test_whatever_a_learner_made_of_their_folder_their_server_starts(
    newcomer: Browser, hub: RunningHub, harm: str
) -> None:
    hub.start_server(newcomer.user)
    script = (
        f"import os, subprocess; os.chdir(os.path.expanduser('~')); subprocess.run({harm!r}, shell=True).returncode"
    )
    assert Kernel(hub, newcomer.user).run(script).text == "0"
    hub.stop_server(newcomer.user)
    hub.start_server(newcomer.user)
    kernel = Kernel(hub, newcomer.user)
    assert kernel.run("print('in')").text == "in\n"
    assert kernel.api("GET", f"files/{ONE}").content == FILES[ONE]

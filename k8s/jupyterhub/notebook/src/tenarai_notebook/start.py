"""`tenarai-notebook-start`: brings the course material up to date, then becomes the notebook server."""

from __future__ import annotations

import importlib.util
import os
import secrets
import stat
import sys
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from .contents import ContentApi, ContentsError, Pristine
from .files import write_atomically, write_json
from .handouts import Handouts
from .places import Places
from .status import StatusFile

PACKAGE = Path(__file__).parent
#: what is recorded in a learner's folder may be anything by now
DAMAGED = (OSError, AttributeError, KeyError, TypeError, ValueError)
LAB_LOCALES = {"ja": "ja_JP", "en": "default"}


def main() -> None:
    """The whole start, in the order in which the hub shows it."""
    places = Places(Path.home())
    for folder in (places.private, places.work):
        _attempt(make_folder, folder)
    status = StatusFile(places.status)
    offline = not bring_contents(places, status)
    _attempt(choose_language, places, os.environ.get("TENARAI_LOCALE", ""))
    _attempt(offer_fonts, places.home)
    status.say("notebook", offline=offline)
    program = Path(sys.executable).parent / "jupyterhub-singleuser"
    os.chdir(places.work)
    os.execve(program, [str(program), *sys.argv[1:]], environment(places))


def make_folder(folder: Path) -> None:
    """A folder that its learner can use, whatever they made of it: something else in its place is kept beside it."""
    if os.path.lexists(folder) and (folder.is_symlink() or not folder.is_dir()):
        folder.rename(folder.with_name(f"{folder.name}-{secrets.token_hex(4)}"))
    folder.mkdir(mode=0o700, exist_ok=True)
    if folder.stat().st_mode & 0o700 != 0o700:
        folder.chmod(0o700)


def _attempt(step: Callable[..., None], *arguments: object) -> None:
    """What can be done without is no reason to stay away: the notebook is the only way in to mend it."""
    try:
        step(*arguments)
    except DAMAGED as error:
        _log(f"{step.__name__}: {error}")


def bring_contents(places: Places, status: StatusFile) -> bool:
    """Fetch and lay out the material. False when the LMS could not be asked: what is there has to do."""
    token, base_url = os.environ.get("TENARAI_CONTENT_TOKEN"), os.environ.get("TENARAI_CONTENT_URL")
    status.say("contents")
    fetched = False
    if token and base_url:
        _attempt(write_atomically, places.content_token, token.encode())
        try:
            Pristine(places.pristine).fetch(
                ContentApi(base_url, token), lambda percent: status.say("contents", percent)
            )
            fetched = True
        except (ContentsError, *DAMAGED) as error:
            _log(f"the material of the last time is used: {error}")
    else:
        _log("the material of the last time is used: the site gave no token")
    try:
        for refused in Handouts(places).lay_out():
            _log(f"not laid out: {refused}")
    except (ContentsError, *DAMAGED) as error:
        # what is recorded of the folder may be damaged; what is in it is there all the same
        _log(f"nothing was laid out: {error}")
    return fetched


def environment(places: Places) -> dict[str, str]:
    """The server's environment: our configuration, no package index, no token that kernels have no use for."""
    env = {name: value for name, value in os.environ.items() if name != "TENARAI_CONTENT_TOKEN"}
    env.update(
        JUPYTER_CONFIG_PATH=str(PACKAGE / "config"),
        JUPYTER_PATH=str(PACKAGE / "data"),
        JUPYTER_RUNTIME_DIR=str(runtime_folder(places)),
        JUPYTERLAB_SETTINGS_DIR=str(places.settings),
        JUPYTERLAB_WORKSPACES_DIR=str(places.private / "workspaces"),
        MATPLOTLIBRC=str(PACKAGE / "config" / "matplotlibrc"),
        # packages are pinned for everybody; %pip says so (kernel.py), and a shell's pip finds no index
        PIP_NO_INDEX="1",
        PYTHONNOUSERSITE="1",
        # each arena reserves 64 MB of address space a thread, and address space is what the limit counts
        MALLOC_ARENA_MAX="2",
    )
    return env


def runtime_folder(places: Places) -> Path:
    """A folder for the sockets of kernels that nobody else can enter, the same at each start.

    It is not in the home, for a socket's path may have some hundred characters, and a home may be deep.
    """
    with suppress(OSError):
        folder = places.runtime.readlink()
        facts = folder.lstat()
        if stat.S_ISDIR(facts.st_mode) and facts.st_uid == os.getuid() and not facts.st_mode & 0o077:
            return folder
    try:
        folder = Path(tempfile.mkdtemp(prefix="tenarai-", dir="/tmp"))  # a short path, whatever TMPDIR says
    except OSError:  # /tmp is full: most homes are not too deep
        folder = Path(tempfile.mkdtemp(prefix="run-", dir=places.runtime.parent))
    with suppress(OSError):  # what stands there is the learner's; the next start makes another folder
        places.runtime.unlink(missing_ok=True)
        places.runtime.symlink_to(folder)
    return folder


def choose_language(places: Places, locale: str) -> None:
    """The language of the notebook's own menus, as the learner chose it on the site."""
    if locale in LAB_LOCALES:
        path = places.settings / "@jupyterlab" / "translation-extension" / "plugin.jupyterlab-settings"
        write_json(path, {"locale": LAB_LOCALES[locale]})


def offer_fonts(home: Path) -> None:
    """Let matplotlib find a Japanese font: it looks in this folder when it lists fonts for the first time."""
    spec = importlib.util.find_spec("matplotlib_fontja")
    if spec is None or spec.origin is None:
        return
    folder = home / ".local" / "share" / "fonts"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for font in (Path(spec.origin).parent / "fonts").glob("*.ttf"):
        link = folder / font.name
        if link.is_symlink() or link.exists():
            if os.path.realpath(link) == os.path.realpath(font):
                continue
            link.unlink()
        link.symlink_to(font)


def _log(message: str) -> None:
    print(f"tenarai: {message}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()

"""How a learner's notebook server is configured."""

from __future__ import annotations

import ctypes
import os
from pathlib import Path
from typing import Any

from .callers import answer_only_them
from .places import Places
from .working_folder import WorkingFolder

#: Notebook alone: Lab beside it breaks the fonts of formulas, terminals would be a shell
EXTENSIONS = {
    "notebook": True,
    "notebook_shim": True,
    "jupyterlab": False,
    "jupyter_lsp": False,
    "jupyter_server_terminals": False,
    "tenarai_notebook.extension": True,
}


_PR_SET_DUMPABLE = 4


def close_memory() -> None:
    """Let no other process of the learner, as kernels are, read or write this server's memory or environment.

    Said once it is the server, for a new program forgets it; so kernels, which are programs of their own, stay open.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "the server's memory cannot be closed")


def configure(c: Any) -> None:
    """Set the server up for one learner, from the environment that the start script made."""
    close_memory()
    answer_only_them()
    places = Places(Path.home())
    lms_origin = os.environ["TENARAI_LMS_ORIGIN"]
    c.ServerApp.root_dir = str(places.work)
    c.ServerApp.jpserver_extensions = EXTENSIONS
    c.ServerApp.terminals_enabled = False
    c.ServerApp.open_browser = False
    c.ServerApp.tornado_settings = {"headers": headers(lms_origin)}
    c.ServerApp.contents_manager_class = WorkingFolder
    c.ContentsManager.allow_hidden = False
    c.FileContentsManager.delete_to_trash = False
    # over TCP, any program of this machine can listen to what a kernel prints
    c.KernelManager.transport = "ipc"
    # a signed-out browser loses the server within this time (the default is five minutes)
    c.HubOAuth.cache_max_age = 5
    c.JupyterNotebookApp.custom_css = False


def headers(lms_origin: str) -> dict[str, str]:
    """Framed by the LMS only; without 'self', for a notebook must not frame a notebook or a page of the hub."""
    return {
        "Content-Security-Policy": (
            f"frame-ancestors {lms_origin}; base-uri 'self'; form-action 'self'; object-src 'none'"
        ),
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
    }

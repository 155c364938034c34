"""The kernel: `python -I -m tenarai_checks.inside.kernel CONNECTION_FD DATA_FD`, in the folder it is to work in.

An ordinary IPython kernel without startup files, extensions or configuration of anybody. It listens at sockets in the
abstract namespace, which are no files and end with the network namespace.
"""

from __future__ import annotations

import importlib.util
import os
import sys
import tarfile
from pathlib import Path
from typing import Any


def main(connection: int, data: int) -> None:
    """Lay out the course's data and become the kernel."""
    with open(data, "rb") as packed, tarfile.open(fileobj=packed) as tar:
        tar.extractall()  # packed by us, of plain files only (job.py)
    home = Path.home()
    home.mkdir(mode=0o700, exist_ok=True)
    file = home / "connection.json"
    with open(connection, "rb") as said:
        file.write_bytes(said.read())
    os.environ.update(_looks())
    from ipykernel.kernelapp import IPKernelApp

    # what the working folder holds must be importable, as in the trainee's own kernel
    sys.path.insert(0, "")
    kernel_app: Any = IPKernelApp  # it has no types
    app = kernel_app(connection_file=str(file), exec_PYTHONSTARTUP=False)
    app.initialize([])
    app.start()


def _looks() -> dict[str, str]:
    """Plots and their fonts are those of the trainee's server, where its package is there."""
    found = importlib.util.find_spec("tenarai_notebook")
    if found is None or not found.submodule_search_locations:
        return {}
    return {"MATPLOTLIBRC": str(Path(found.submodule_search_locations[0]) / "config" / "matplotlibrc")}


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))

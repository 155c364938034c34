"""`python -m tenarai_checks JOBDIR [--tied]`, or `--can`: whether checks can run on this machine.

`--tied`: the run ends when its standard input is closed, as it is when whoever started it ends, however that is.
"""

from __future__ import annotations

import json
import signal
import sys
from pathlib import Path

from .job import BadJob, read

CANNOT, USAGE = 1, 2


def main() -> None:
    """Print one line of JSON, or end with one line that says why there is none."""
    tied = sys.argv[2:] == ["--tied"]
    if len(sys.argv) != 2 + tied:
        _fail("usage: python -m tenarai_checks JOBDIR|--can [--tied]", USAGE)
    from .runner import CutOff, probe, run
    from .sandbox.process import NoSandbox
    from .sandbox.seccomp import UnknownMachine
    from .sandbox.uids import NoUid
    from .sandbox.walls import NoBubblewrap

    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    try:
        if sys.argv[1] == "--can":
            print(probe())
        else:
            print(json.dumps(run(read(Path(sys.argv[1])), sys.stdin.fileno() if tied else None)))
    except CutOff:
        _fail("tenarai-checks: whoever started this run is gone", CANNOT)
    except (BadJob, NoSandbox, NoUid, NoBubblewrap, UnknownMachine, OSError) as error:
        _fail(f"tenarai-checks: {' '.join(str(error).split())}", CANNOT)


def _fail(why: str, code: int) -> None:
    print(why, file=sys.stderr)
    sys.exit(code)


if __name__ == "__main__":
    main()

"""Loaded into every kernel: `%pip` and its kin say why they install nothing."""

from __future__ import annotations

import os
from typing import Any

WHY = {
    "ja": "この環境のパッケージは、講座の説明どおりに動くように版を固定しています。追加や更新はできません。",
    "en": "The packages here are pinned to the versions the course was written for. Nothing can be added or changed.",
}
#: looking is fine
HARMLESS = ("list", "show", "freeze", "check", "help", "--version", "-V")


def load_ipython_extension(shell: Any) -> None:
    """Replace the magics that install packages."""
    original_pip = shell.find_line_magic("pip")

    def pip(line: str) -> None:
        if line.split()[:1] and line.split()[0] in HARMLESS:
            original_pip(line)
        else:
            _explain("")

    def _explain(line: str) -> None:
        print(WHY["en" if os.environ.get("TENARAI_LOCALE") == "en" else "ja"])

    shell.register_magic_function(pip, "line", "pip")
    for name in ("conda", "mamba", "micromamba", "uv"):
        shell.register_magic_function(_explain, "line", name)

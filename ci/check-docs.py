"""Whether the documentation keeps up: links lead somewhere, every problem code and every setting is explained."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from urllib.parse import unquote

ROOT = Path(__file__).resolve().parent.parent
FENCE = re.compile(r"^ *(`{3,}).*?^ *\1`*$", re.MULTILINE | re.DOTALL)
CODE = re.compile(r"(?<!`)(`+)(?!`).+?(?<!`)\1(?!`)")
LINK = re.compile(r"\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#{1,6} +(.+?) *$", re.MULTILINE)
PROBLEM = re.compile(r'^ +[A-Z_]+ = \d{3} "(\w+)" \{', re.MULTILINE)
SETTING = re.compile(r"^    (\w+): .+ = .+,$", re.MULTILINE)


def prose(page: Path) -> str:
    """The page without its code blocks."""
    return FENCE.sub("", page.read_text(encoding="utf-8"))


def anchors(page: Path) -> set[str]:
    """Ids of the headings, as GitHub and mdBook make them."""
    words = (re.sub(r"[^\w\- ]", "", heading.replace("`", "").lower()) for heading in HEADING.findall(prose(page)))
    return {word.strip().replace(" ", "-") for word in words}


def pages() -> list[Path]:
    """Every page but the texts of the sample course, which have links of their own."""
    own = [page for page in (ROOT / "docs").rglob("*.md") if "chapters" not in page.parts]
    return [*ROOT.glob("*.md"), *own, ROOT / "k8s/jupyterhub/README.md"]


def broken_links(page: Path) -> list[str]:
    """Links of a page that lead nowhere."""
    broken = []
    for link in LINK.findall(CODE.sub("", prose(page))):
        if re.match(r"[a-z]+:", link):
            continue
        path, _, anchor = unquote(link).partition("#")
        target = (page.parent / path).resolve() if path else page
        if not target.exists():
            broken.append(f"{page.relative_to(ROOT)}: {link} does not exist")
        elif anchor and target.suffix == ".md" and anchor not in anchors(target):
            broken.append(f"{page.relative_to(ROOT)}: {link} has no such heading")
    return broken


def unexplained() -> list[str]:
    """Codes without a section, sections without a code, settings the guide does not name."""
    sources = [ROOT / "backend/src/http/problem.rs", *sorted((ROOT / "backend/src").glob("*/problems.rs"))]
    codes = {code for source in sources for code in PROBLEM.findall(source.read_text(encoding="utf-8"))}
    sections = set(re.findall(r"^## (\w+)$", prose(ROOT / "docs/problems.md"), re.MULTILINE))
    found = [f"docs/problems.md: no section for {code}" for code in sorted(codes - sections)]
    found += [f"docs/problems.md: the server has no problem {code}" for code in sorted(sections - codes)]
    config = (ROOT / "backend/src/config.rs").read_text(encoding="utf-8")
    settings = SETTING.findall(config.partition("\nsettings! {")[2].partition("\n}")[0])
    guide = prose(ROOT / "docs/guide-operator.md")
    found += [f"docs/guide-operator.md: no word of `{name}`" for name in settings if f"`{name}`" not in guide]
    if not codes or not settings:
        found.append("the sources do not look as this check expects")
    return found


def main() -> int:
    """Print what is wrong."""
    wrong = [finding for page in pages() for finding in broken_links(page)] + unexplained()
    for finding in wrong:
        print(f"docs: {finding}", file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())

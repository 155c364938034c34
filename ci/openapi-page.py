"""Writes the OpenAPI document as a page of Markdown: ci/openapi-page.py < backend/openapi.json > page.md"""

from __future__ import annotations

import json
import sys
from typing import Any

METHODS = ("get", "post", "put", "patch", "delete")


def short(schema: dict[str, Any] | None) -> str:
    """A schema in a word or two; the document itself has all of it."""
    if not schema:
        return ""
    if "$ref" in schema:
        return f"`{schema['$ref'].rpartition('/')[2]}`"
    if schema.get("type") == "array":
        return f"list of {short(schema.get('items')) or 'values'}"
    kind = schema.get("type", "value")
    return "`" + (" or ".join(kind) if isinstance(kind, list) else str(kind)) + "`"


def body(content: dict[str, Any] | None) -> str:
    """The media type of a body and what is in it."""
    return ", ".join(f"{short(entry.get('schema'))} as {media}".strip() for media, entry in (content or {}).items())


def cell(text: str) -> str:
    """Text that fits into a table."""
    return text.replace("|", "\\|").replace("\n", " ")


def operation(path: str, method: str, spec: dict[str, Any]) -> list[str]:
    """One operation as a section."""
    lines = [f"### {spec.get('operationId', path)}", "", f"`{method.upper()} {path}`", ""]
    words = "\n\n".join(part for part in (spec.get("summary"), spec.get("description")) if part)
    if words:
        lines += [words, ""]
    rows = [
        (
            f"`{parameter['name']}`",
            f"{parameter['in']}, {short(parameter.get('schema'))}",
            parameter.get("description", ""),
        )
        for parameter in spec.get("parameters", ())
    ]
    request = body(spec.get("requestBody", {}).get("content"))
    if request:
        rows.append(("body", request, ""))
    for status, answer in spec.get("responses", {}).items():
        rows.append((status, body(answer.get("content")), answer.get("description", "")))
    if rows:
        lines += ["| | | |", "|---|---|---|"]
        lines += ["| " + " | ".join(cell(column) for column in row) + " |" for row in rows]
        lines.append("")
    return lines


def page(document: dict[str, Any]) -> str:
    """All operations, by tag."""
    info = document["info"]
    lines = [f"# API reference {info['version']}", "", info.get("description", ""), ""]
    by_tag: dict[str, list[str]] = {}
    for path, item in document["paths"].items():
        for method in METHODS:
            if method in item:
                tag = (item[method].get("tags") or ["other"])[0]
                by_tag.setdefault(tag, []).extend(operation(path, method, item[method]))
    for tag in sorted(by_tag):
        lines += [f"## {tag}", "", *by_tag[tag]]
    return "\n".join(lines)


if __name__ == "__main__":
    print(page(json.load(sys.stdin)))

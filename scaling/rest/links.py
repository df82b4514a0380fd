"""OpenAPI links: what can follow a row that was made, read or listed, with its address and version filled in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

METHODS = ("get", "post", "patch", "delete")
#: Answers that tell one row, and so where it stands and which version it is.
ONE_ROW = ("200", "201", "202")


def add_links(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:
    """Postprocessing hook: from each list, creation and detail to everything that stands below the same row."""
    paths: dict[str, Any] = result["paths"]
    for address, item in paths.items():
        name = _row_parameter(address)
        if name is None or address.removesuffix(f"{{{name}}}/") not in paths:
            continue
        below = list(_below(paths, address))
        collection = paths[address.removesuffix(f"{{{name}}}/")]
        if "get" in collection:
            _link(collection["get"], below, name, f"$response.body#/results/0/{name}", versioned=False)
        if "post" in collection:
            _link(collection["post"], below, name, f"$response.body#/{name}", versioned=True)
        if "get" in item:
            _link(item["get"], below, name, f"$response.body#/{name}", versioned=True)
    return result


def _row_parameter(address: str) -> str | None:
    """The parameter of an address that names one row: `id` of /linkages/{id}/."""
    last = address.rstrip("/").rpartition("/")[2]
    return last[1:-1] if last.startswith("{") and last.endswith("}") and address.endswith("/") else None


def _below(paths: Mapping[str, Any], address: str) -> Iterator[dict[str, Any]]:
    for other, item in paths.items():
        if other.startswith(address):
            yield from (item[method] for method in METHODS if method in item)


def _link(operation: dict[str, Any], targets: list[dict[str, Any]], name: str, where: str, *, versioned: bool) -> None:
    """Links of every good answer of an operation to `targets`, whose parameter `name` stands at `where`."""
    for status in ONE_ROW:
        answer = operation["responses"].get(status)
        if answer is None:
            continue
        for target in targets:
            if target is operation:
                continue
            parameters = {f"path.{name}": where}
            if versioned and any(one["name"] == "If-Match" for one in target.get("parameters", ())):
                parameters["header.If-Match"] = "$response.header.ETag"
            link = {"operationId": target["operationId"], "parameters": parameters}
            answer.setdefault("links", {})[target["operationId"]] = link

"""A program that reads and writes through the API with a token."""

from __future__ import annotations

import json
from typing import Any

from django.test import Client

from accounts.models import User
from tests import factories


class Program:
    """Sends JSON as somebody; a body that is text or bytes goes as it is."""

    def __init__(self, someone: User, *, can_write: bool = True) -> None:
        header = factories.token_header(someone, can_write=can_write)["HTTP_AUTHORIZATION"]
        self.client = Client(headers={"authorization": header})

    def _send(self, method: str, path: str, body: Any, headers: dict[str, str]) -> Any:
        data = body if isinstance(body, str | bytes) else json.dumps(body)
        url = path if path.startswith("http") else f"/api/v1/{path}"
        return self.client.generic(method, url, data, content_type="application/json", headers=headers)

    def post(self, path: str, body: Any = None, **headers: str) -> Any:
        return self._send("POST", path, {} if body is None else body, _named(headers))

    def patch(self, path: str, body: Any, **headers: str) -> Any:
        return self._send("PATCH", path, body, _named(headers))

    def get(self, path: str, **headers: str) -> Any:
        url = path if path.startswith("http") else f"/api/v1/{path}"
        return self.client.get(url, headers=_named(headers))


def _named(headers: dict[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in headers.items()}


def fields(answer: Any) -> set[str]:
    """The fields that a problem document is about."""
    assert answer["Content-Type"] == "application/problem+json", answer.content
    return {one["field"] for one in answer.json().get("errors", [])}

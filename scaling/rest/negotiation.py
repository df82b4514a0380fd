"""Which form an answer has: `format`, else `Accept`."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.request import Request


class StrictNegotiation(DefaultContentNegotiation):
    """`format=` without a name is as unknown as a wrong one, not as good as none."""

    def select_renderer(self, request: Request, renderers: Any, format_suffix: Any = None) -> Any:
        if request.query_params.get("format") == "":
            raise Http404
        return super().select_renderer(request, renderers, format_suffix)

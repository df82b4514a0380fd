"""A table of a page as CSV or XLSX: the same renderers as the API's, guarded against formulas."""

from __future__ import annotations

from django.http import Http404, HttpResponse

from scaling.dashboards.page import Page
from scaling.rest.renderers import CSVRenderer, XLSXRenderer, to_csv, to_xlsx

KINDS = {"csv": (to_csv, CSVRenderer.media_type), "xlsx": (to_xlsx, XLSXRenderer.media_type)}


def response(page: Page, table: str, kind: str, name: str = "") -> HttpResponse:
    """404 for a table that the page does not have with these filters. `name`: what the file is called before the table,
    else the name of the page."""
    found = page.all_tables.get(table)
    if found is None or kind not in KINDS:
        raise Http404
    make, media_type = KINDS[kind]
    answer = HttpResponse(make(found.file_rows), content_type=media_type)
    answer["Content-Disposition"] = f'attachment; filename="{name or page.name}-{table}.{kind}"'
    return answer

"""The kinds of rows that can be written in bulk, of every floor."""

from __future__ import annotations

import indicators.rest.bulk
import organizations.rest.bulk
from programmes.many import BulkKind

KINDS: dict[str, BulkKind] = {kind.name: kind for kind in (*organizations.rest.bulk.KINDS, *indicators.rest.bulk.KINDS)}

"""Evidence files: checked, stored under a name of our own, given out only through access control."""

from __future__ import annotations

import hashlib
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from indicators.models import EvidenceFile, Return, ReturnState, Way
from programmes.access import Permission, require

LARGEST = 10 * 1024 * 1024
#: What a file begins with → its type. What it is called says nothing.
KINDS = {
    b"%PDF-": "application/pdf",
    b"\xff\xd8\xff": "image/jpeg",
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"RIFF": "image/webp",
}


def kind_of(head: bytes) -> str:
    """The type by the first bytes; empty when it is none of those taken."""
    for magic, kind in KINDS.items():
        if head.startswith(magic) and (kind != "image/webp" or head[8:12] == b"WEBP"):
            return kind
    return ""


@transaction.atomic
def attach(*, of: Return, code: str, upload: UploadedFile[Any], by: Any) -> EvidenceFile:
    """Keep a file as evidence of a rated item; its name stands as evidence where no words do.

    Raises ValidationError for a file too large, empty or of another type, or a return that takes no entries.
    """
    row = Return.objects.select_for_update(of=("self",)).select_related("round__programme").get(pk=of.pk)
    require(by, Permission.RETURNS_ENTER, programme=row.round.programme)
    if not row.round.takes_entries or row.state == ReturnState.APPROVED:
        raise ValidationError({"file": _("The return takes no entries now.")})
    if not upload.size or upload.size > LARGEST:
        raise ValidationError({"file": _("A file of at most %(mb)s MB is expected.") % {"mb": LARGEST // 1024 // 1024}})
    content = upload.read()
    kind = kind_of(content[:16])
    if not kind:
        raise ValidationError({"file": _("A PDF, JPEG, PNG or WebP file is expected.")})
    name = "".join(char for char in (upload.name or "") if char.isprintable())[-200:] or _("file")
    digest = hashlib.sha256(content).hexdigest()
    known = EvidenceFile.objects.filter(of_return=row, code=code, sha256=digest).first()
    if known is not None:
        return known
    upload.seek(0)
    kept = EvidenceFile(
        of_return=row, code=code, name=name, content_type=kind, size=len(content), sha256=digest, uploaded_by=by
    )
    kept.file.save(name, upload, save=False)
    kept.full_clean()
    kept.save()
    if not row.evidence.get(code):
        row.evidence = {**row.evidence, code: name}
        row.version += 1
        row.changed_by, row.changed_from = by, Way.FORM
        row.save(update_fields=["evidence", "version", "changed_by", "changed_from"])
    return kept

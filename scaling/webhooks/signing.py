"""Secrets and signatures. A secret is made anew each time from the salt of a webhook and the secret key of the site, so
that who reads the database cannot sign."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import datetime

from django.utils.crypto import salted_hmac

from scaling.webhooks.models import Webhook


def new_salt() -> str:
    return secrets.token_hex(24)


def secret_of(salt: str) -> str:
    """What the receiver holds."""
    return "whsec_" + salted_hmac("trellis.webhooks", salt, algorithm="sha256").hexdigest()


def signature(secret: str, timestamp: int, body: bytes) -> str:
    """HMAC-SHA256 over timestamp, point, body."""
    return hmac.new(secret.encode(), f"{timestamp}.".encode() + body, hashlib.sha256).hexdigest()


def header(webhook: Webhook, body: bytes, now: datetime) -> str:
    """`t=…,v1=…`; after a rotation with one `v1` for each secret that still holds."""
    timestamp = int(now.timestamp())
    salts = [webhook.salt]
    if webhook.previous_until is not None and webhook.previous_until > now:
        salts.append(webhook.previous_salt)
    return ",".join([f"t={timestamp}", *(f"v1={signature(secret_of(salt), timestamp, body)}" for salt in salts)])

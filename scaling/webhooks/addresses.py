"""Where a webhook may point: https addresses of the open internet, never of this network. Checked when it is saved and
again when it is sent, and the connection goes to the very address that was checked."""

from __future__ import annotations

import ipaddress
import socket
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

IP = ipaddress.IPv4Address | ipaddress.IPv6Address
LONGEST = 500
#: IPv6 addresses that hold an IPv4 address in their last 32 bits.
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


class NotAllowed(ValueError):
    """An address that is not called; `str()` is the sentence for who gave it."""


@dataclass(frozen=True)
class Target:
    """An address that may be called, and the numeric addresses that its name stands for now."""

    scheme: str
    host: str
    port: int
    path: str
    addresses: tuple[str, ...]

    @property
    def authority(self) -> str:
        """As it stands in the Host header."""
        name = f"[{self.host}]" if ":" in self.host else self.host
        usual = {"https": 443, "http": 80}[self.scheme]
        return name if self.port == usual else f"{name}:{self.port}"


def check(url: str) -> Target:
    """Take an address apart and look its name up. Raises NotAllowed."""
    here = settings.WEBHOOKS_TO_THIS_MACHINE
    if len(url) > LONGEST or not url.isascii() or any(char <= " " or char == "\x7f" for char in url) or "\\" in url:
        raise NotAllowed(_("An https address of at most %(n)d characters is expected, in ASCII.") % {"n": LONGEST})
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise NotAllowed(_("This is not an address.")) from None
    if parts.scheme != "https" and not (here and parts.scheme == "http"):
        raise NotAllowed(_("The address must begin with https://."))
    if not host or port == 0:
        raise NotAllowed(_("This is not an address."))
    if parts.username is not None or parts.password is not None or parts.fragment:
        raise NotAllowed(_("Leave names, passwords and # out of the address."))
    port = port or (443 if parts.scheme == "https" else 80)
    found = _look_up(host, port)
    if not all(is_open(one) or (here and one.is_loopback) for one in found):
        raise NotAllowed(_("The address leads into a private network; only addresses of the internet are called."))
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(parts.scheme, host, port, path, tuple(str(one) for one in found))


def _look_up(host: str, port: int) -> list[IP]:
    try:
        rows = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise NotAllowed(_("The name “%(host)s” cannot be found.") % {"host": host[:100]}) from None
    # A zone (fe80::1%eth0) belongs to this network.
    return [ipaddress.ip_address(str(row[4][0]).partition("%")[0]) for row in rows]


def is_open(address: IP) -> bool:
    """Of the open internet: not private, loopback, link-local (where clouds keep their metadata), shared, reserved or
    multicast, and not one of these dressed as IPv6."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo or (None, None))[1]
        if inner is None and address in _NAT64:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            return is_open(inner)
        if address.is_site_local:
            return False
    return address.is_global and not (address.is_multicast or address.is_reserved or address.is_unspecified)

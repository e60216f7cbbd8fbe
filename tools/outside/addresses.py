"""Which addresses the house may call on somebody's word: public ones, unless the operator allows private ones."""

import ipaddress
import socket
from collections.abc import Callable
from typing import Any, TypeAlias
from urllib.parse import SplitResult, urlsplit

from core.errors import InvalidInput

AddressInfo: TypeAlias = tuple[Any, ...]
NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
PORTS = {"http": 80, "https": 443}


class PrivateAddress(OSError):
    """The name leads to an address inside of a network."""


def is_public(address: str) -> bool:
    """Whether an IP address is reached over the open internet. Wrapped IPv4 addresses are looked at from inside."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if inner is None and ip in NAT64:
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(str(inner))
    return ip.is_global and not ip.is_multicast


def socket_maker(*, allow_private: bool) -> Callable[[AddressInfo], socket.socket]:
    """Return what makes the sockets of a connector; it refuses private addresses at the moment of connecting.

    A check of the name beforehand would not hold: it may lead elsewhere a moment later.
    """

    def make(info: AddressInfo) -> socket.socket:
        family, kind, protocol, _, place = info
        if not allow_private and not is_public(str(place[0])):
            raise PrivateAddress("The address lies inside of a private network.")
        made = socket.socket(family, kind, protocol)
        made.setblocking(False)
        return made

    return make


def web_address(url: str) -> SplitResult:
    """Return the parts of an http or https address; InvalidInput if it is none or carries a user name."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port, parts = None, None, urlsplit("")
    if parts.scheme not in PORTS or not host or port == 0 or any(character.isspace() for character in url):
        raise InvalidInput(f"{url[:100]!r} is not a web address. Write it as https://example.com/page.")
    if parts.username is not None or parts.password is not None:
        raise InvalidInput("A web address must not carry a user name or password. Leave them out.")
    return parts

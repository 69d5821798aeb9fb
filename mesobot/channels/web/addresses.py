"""Where a request comes from, for limits; behind a proxy the proxy knows."""

from __future__ import annotations

import ipaddress

_IPV6_NETWORK = 64
"""One household or office has that many bits of addresses to choose from."""


def client_address(peer: str, forwarded: str | None, proxies: int) -> str:
    """The address that limits count by.

    Args:
        peer: who opened the connection.
        forwarded: the header ``X-Forwarded-For``; anybody may write into its left part.
        proxies: how many proxies of our own append to it; 0 if there is none.
    """
    hops = [hop.strip() for hop in (forwarded or "").split(",") if hop.strip()]
    address = hops[-proxies] if 0 < proxies <= len(hops) else peer
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return peer
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network((parsed, _IPV6_NETWORK), strict=False))
    return str(parsed)


def client_scheme(forwarded: str | None, proxies: int) -> str:
    """``https`` if our proxy says that the browser used it (``X-Forwarded-Proto``)."""
    last = (forwarded or "").split(",")[-1].strip().lower()
    return last if proxies and last in ("http", "https") else "http"

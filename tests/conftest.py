"""What every test stands on: one event loop, no network, the same examples each time."""

from __future__ import annotations

import ipaddress
import os
import sys
from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("repeatable", derandomize=True, deadline=None, max_examples=60)
settings.load_profile("repeatable")

# No test speaks TLS, and to read all known authorities takes every HTTP client 20 ms.
os.environ["SSL_CERT_FILE"] = str(Path(__file__).with_name("authority.pem"))


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """Run async tests on asyncio, which is what the library runs on."""
    return "asyncio"


def _is_local(host: object) -> bool:
    """True for this machine, and for what is no host at all, such as a socket file."""
    if not isinstance(host, str) or host in ("", "localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _fuse(event: str, args: tuple[object, ...]) -> None:
    match event, args:
        case "socket.connect" | "socket.sendto", (_, (host, *_)):
            pass
        case "socket.getaddrinfo", (host, *_):
            pass
        case _:
            return
    if not _is_local(host):
        pytest.fail(f"A test reached for the network: {host!r}. Tests talk to this machine only.")


sys.addaudithook(_fuse)

"""No test can reach the network, and none is kept from this machine."""

from __future__ import annotations

import asyncio
import socket

import pytest


def test_a_connection_to_another_machine_fails_the_test() -> None:
    with socket.socket() as sock, pytest.raises(pytest.fail.Exception):
        sock.connect(("192.0.2.1", 80))


def test_a_datagram_to_another_machine_fails_the_test() -> None:
    with socket.socket(type=socket.SOCK_DGRAM) as sock, pytest.raises(pytest.fail.Exception):
        sock.sendto(b"hello", ("192.0.2.1", 53))


def test_looking_up_a_name_fails_the_test() -> None:
    with pytest.raises(pytest.fail.Exception):
        socket.getaddrinfo("example.invalid", 443)


@pytest.mark.anyio
async def test_a_client_that_catches_every_exception_does_not_hide_it() -> None:
    with pytest.raises(pytest.fail.Exception):
        try:
            await asyncio.open_connection("192.0.2.1", 80)
        except Exception:
            pass


def test_this_machine_can_be_reached() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        with socket.create_connection(("localhost", server.getsockname()[1])):
            pass

"""Attacks that try to reach another process or machine."""

from __future__ import annotations

import socket

from .kit import Facts, call, reach

_TIMEOUT = 1.0


def connect_to_a_server_of_the_host(facts: Facts) -> str:
    with socket.create_connection(("127.0.0.1", facts["tcp_port"]), timeout=_TIMEOUT):
        return "connected"


def connect_over_ipv6(facts: Facts) -> str:
    with socket.socket(socket.AF_INET6) as sock:
        return f"made {sock.family}"


def send_a_datagram(facts: Facts) -> str:
    with socket.socket(type=socket.SOCK_DGRAM) as sock:
        return f"sent {sock.sendto(b'x', ('127.0.0.1', facts['udp_port']))}"


def look_up_a_name(facts: Facts) -> str:
    return str(socket.getaddrinfo("localhost.localdomain.invalid", 80))


def listen_for_connections(facts: Facts) -> str:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return f"listens on {server.getsockname()}"


def talk_to_the_kernel_over_netlink(facts: Facts) -> str:
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0) as sock:
        return f"made {sock.family}"


def read_raw_packets(facts: Facts) -> str:
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as sock:
        return f"made {sock.family}"


def talk_to_the_hypervisor(facts: Facts) -> str:
    with socket.socket(socket.AF_VSOCK, socket.SOCK_STREAM) as sock:
        return f"made {sock.family}"


def use_the_kernels_ciphers(facts: Facts) -> str:
    with socket.socket(socket.AF_ALG, socket.SOCK_SEQPACKET) as sock:
        return f"made {sock.family}"


def connect_to_a_unix_socket(facts: Facts) -> str:
    with socket.socket(socket.AF_UNIX) as sock:
        sock.connect(facts["unix_path"])
        return "connected"


def connect_to_an_abstract_unix_socket(facts: Facts) -> str:
    with socket.socket(socket.AF_UNIX) as sock:
        sock.connect(f"\0{facts['abstract_name']}")
        return "connected"


def readdress_half_a_datagram_pair(facts: Facts) -> str:
    """A connected datagram socket may still send to another address."""
    one, other = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    with one, other:
        return f"sent {one.sendto(b'x', facts['datagram_path'])}"


def readdress_half_a_stream_pair(facts: Facts) -> str:
    one, other = socket.socketpair()
    with one, other:
        return f"sent {one.sendto(b'x', facts['unix_path'])}"


def reconnect_half_a_stream_pair(facts: Facts) -> str:
    one, other = socket.socketpair()
    with one, other:
        one.connect(facts["unix_path"])
        return "connected"


def pass_a_file_to_the_host(facts: Facts) -> str:
    one, other = socket.socketpair()
    with one, other:
        socket.send_fds(one, [b"x"], [0])
        return "passed"


def open_a_socket_through_io_uring(facts: Facts) -> str:
    return reach(facts, "io_uring_setup", 8, None)


def accept_on_the_channel(facts: Facts) -> str:
    one, other = socket.socketpair()
    with one, other:
        return f"accepted {call(facts, 'accept', one.fileno(), None, None)}"

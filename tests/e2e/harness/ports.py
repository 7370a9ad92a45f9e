"""Ports for listeners that must be named before they are bound."""

import random
import socket

# Below the kernel's ephemeral range, so that no outgoing connection takes one in between.
LOWEST, HIGHEST = 20_000, 32_000


def free_port(addresses: tuple[str, ...] = ("127.0.0.1", "127.0.0.2")) -> int:
    """A port that is free on all of the addresses."""
    for _ in range(200):
        port = random.randrange(LOWEST, HIGHEST)
        if is_free(port, addresses):
            return port
    raise AssertionError(f"no port is free on {addresses}")


def is_free(port: int, addresses: tuple[str, ...] = ("127.0.0.1", "127.0.0.2")) -> bool:
    return all(_binds(address, port) for address in addresses)


def _binds(address: str, port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except OSError:
            return False
    return True


def refusing_port() -> int:
    """A port on which nothing listens."""
    return free_port(("127.0.0.1",))

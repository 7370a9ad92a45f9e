"""The node's network: a bridge with the node's address, in a network namespace that has nothing
else.

All addresses are from 198.18.0.0/15, which is kept for benchmarks and used by nobody."""

import subprocess
from pathlib import Path

ADDRESS = "198.18.0.1"
PODS = "198.18.64.0/22"
SERVICES = "198.19.0.0/16"
#: Of the Service `kubernetes`: the first of SERVICES.
API_SERVICE = "198.19.0.1"


def make() -> None:
    ip("link", "set", "lo", "up")
    ip("link", "add", "knode0", "type", "bridge")
    ip("address", "add", f"{ADDRESS}/24", "dev", "knode0")
    ip("link", "set", "knode0", "up")
    # Without a default route the addresses of Services are unreachable.
    ip("route", "add", "default", "dev", "knode0")
    Path("/proc/sys/net/ipv4/ip_forward").write_text("1")


def ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True)

# SPDX-License-Identifier: MIT
"""Runs one probe inside a network and mount namespace of its own, beside name servers and a Label Studio.

    unshare -n -m python3 inside.py < plan.json      prints the outcome as JSON

/etc is empty there but for what the plan lays into it. Packets to 10.9.9.0/24 go nowhere.
"""

from __future__ import annotations

import fcntl
import json
import os
import socket
import struct
import subprocess
import sys
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from names import NameServer
from standin import StandIn, answer, label_studio

SIOCGIFFLAGS, SIOCSIFFLAGS, IFF_UP = 0x8913, 0x8914, 1
TUNSETIFF, IFF_TUN, IFF_NO_PI = 0x400454CA, 1, 0x1000
NOWHERE = "10.9.9.1/24"


@dataclass
class Plan:
    command: list[str]
    environment: dict[str, str]
    resolv_conf: str | None = "nameserver 127.0.0.1\n"
    hosts: str | None = None
    # Arguments of names.NameServer.
    servers: list[dict[str, Any]] = field(default_factory=list)
    # Where a Label Studio answers.
    listen: list[str] = field(default_factory=lambda: ["127.0.0.1"])
    port: int = 8080
    # Commands of `ip`, "route add prohibit 10.9.8.0/24" each.
    routes: list[str] = field(default_factory=list)
    limit: float = 30.0

    def text(self) -> str:
        return json.dumps(asdict(self))


@dataclass
class Outcome:
    code: int
    out: str
    seconds: float
    asked: list[str]  # questions to all name servers, "label-studio A" each
    hosts: list[str]  # Host lines that Label Studio saw


def raise_loopback() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        reply = fcntl.ioctl(control, SIOCGIFFLAGS, struct.pack("16sh22x", b"lo", 0))
        flags = struct.unpack("16sh22x", reply)[1]
        fcntl.ioctl(control, SIOCSIFFLAGS, struct.pack("16sh22x", b"lo", flags | IFF_UP))


def make_nowhere() -> int:
    """A tunnel that nobody reads at its other end. It is there as long as the descriptor is open."""
    tunnel = os.open("/dev/net/tun", os.O_RDWR)
    fcntl.ioctl(tunnel, TUNSETIFF, struct.pack("16sH22x", b"nowhere", IFF_TUN | IFF_NO_PI))
    subprocess.run(["ip", "address", "add", NOWHERE, "dev", "nowhere"], check=True)
    subprocess.run(["ip", "link", "set", "nowhere", "up"], check=True)
    return tunnel


def lay_etc(plan: Plan) -> None:
    subprocess.run(["mount", "-t", "tmpfs", "none", "/etc"], check=True)
    for name, text in (("resolv.conf", plan.resolv_conf), ("hosts", plan.hosts)):
        if text is not None:
            Path("/etc", name).write_text(text)


def probe(plan: Plan) -> Outcome:
    raise_loopback()
    tunnel = make_nowhere()
    lay_etc(plan)
    for route in plan.routes:
        subprocess.run(["ip", *route.split()], check=True)
    servers = [NameServer(**arguments) for arguments in plan.servers]
    for server in servers:
        server.start()
    studios = [StandIn(answer(label_studio), address, port=plan.port) for address in plan.listen]
    start = time.monotonic()
    done = subprocess.run(
        plan.command,
        env=plan.environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=plan.limit,
        check=False,
        cwd="/etc",
    )
    seconds = time.monotonic() - start
    os.close(tunnel)
    asked = [question for server in servers for question in server.asked]
    hosts = [request.header("Host") or "" for studio in studios for request in studio.requests]
    out = (done.stdout + done.stderr).decode("utf-8", "replace")
    return Outcome(done.returncode, out, seconds, asked, hosts)


def main() -> None:
    outcome = probe(Plan(**json.load(sys.stdin)))
    print(json.dumps(asdict(outcome)), flush=True)


if __name__ == "__main__":
    main()

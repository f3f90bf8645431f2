# SPDX-License-Identifier: MIT
"""A server on loopback that plays a part over raw sockets: Label Studio, or a fault."""

from __future__ import annotations

import contextlib
import json
import select
import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

TOKEN = "00112233445566778899aabbccddeeff00112233"
USER = {"id": 1, "email": "admin@example.com", "username": "admin", "active_organization": 1}
WHOAMI = "/api/current-user/whoami"
HEAD_END = b"\r\n\r\n"
# Longer than any deadline of a test; a play ends earlier when its client goes or the server closes.
FOREVER = 60.0


@dataclass
class Request:
    method: str
    path: str
    headers: list[tuple[str, str]]
    raw: bytes

    def header(self, name: str) -> str | None:
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)


@dataclass
class Connection:
    socket: socket.socket
    closing: threading.Event
    requests: list[Request] = field(default_factory=list)

    def read_request(self) -> Request | None:
        data = b""
        while HEAD_END not in data:
            try:
                more = self.socket.recv(65536)
            except OSError:
                return None
            if not more:
                return None
            data += more
        head = data.partition(HEAD_END)[0].decode("latin-1").split("\r\n")
        method, path, _ = (head[0] + "  ").split(" ", 2)
        headers = [(name, value.strip()) for name, _, value in (line.partition(":") for line in head[1:])]
        request = Request(method, path, headers, self.read_body(headers, data))
        self.requests.append(request)
        return request

    def read_body(self, headers: list[tuple[str, str]], data: bytes) -> bytes:
        """`data` and as much as Content-Length says is still to come."""
        length = next((int(value) for name, value in headers if name.lower() == "content-length"), 0)
        whole = data.index(HEAD_END) + len(HEAD_END) + length
        while len(data) < whole:
            more = self.socket.recv(65536)
            if not more:
                break
            data += more
        return data

    def send(self, data: bytes) -> bool:
        try:
            self.socket.sendall(data)
        except OSError:
            return False
        return True

    def gone(self, seconds: float) -> bool:
        """Waits so long for the client to go (or the server to be closed) and tells whether it has."""
        wait_until_readable = select.select([self.socket], [], [], 0 if self.closing.is_set() else seconds)[0]
        if self.closing.is_set():
            return True
        if not wait_until_readable:
            return False
        try:
            return self.socket.recv(65536) == b""
        except OSError:
            return True

    def wait(self) -> None:
        """Until the client goes."""
        while not self.gone(0.1) and not self.closing.is_set():
            pass

    def drip(self, data: bytes, pause: float) -> None:
        """One byte at a time."""
        for byte in data:
            if not self.send(bytes([byte])) or self.gone(pause):
                return

    def reset(self) -> None:
        """Ends the connection by RST."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()


Play = Callable[[Connection], None]


def response(
    status: int, body: str | bytes | Any = "", headers: Iterable[tuple[str, str]] = (), reason: str = "X"
) -> bytes:
    """An answer with its length. A body that is no text is sent as JSON."""
    kind = "text/html; charset=utf-8"
    if not isinstance(body, str | bytes):
        body, kind = json.dumps(body), "application/json"
    data = body.encode() if isinstance(body, str) else body
    lines = [("Content-Type", kind), ("Content-Length", str(len(data))), *headers]
    head = f"HTTP/1.1 {status} {reason}\r\n" + "".join(f"{name}: {value}\r\n" for name, value in lines)
    return head.encode() + b"\r\n" + data


def detail(status: int, text: str) -> dict[str, Any]:
    """Label Studio's own error body."""
    return {
        "id": "00000000-0000-0000-0000-000000000000",
        "status_code": status,
        "version": "1.22.0",
        "detail": text,
        "exc_info": None,
    }


def answer(data: bytes | Callable[[Request], bytes]) -> Play:
    """Reads one request, answers it."""

    def play(connection: Connection) -> None:
        request = connection.read_request()
        if request:
            connection.send(data(request) if callable(data) else data)

    return play


def tls_port(data: bytes | Callable[[Request], bytes]) -> Play:
    """Answers TLS by an alert, and what comes in the clear with a page."""
    in_the_clear = answer(data)

    def play(connection: Connection) -> None:
        if connection.socket.recv(1, socket.MSG_PEEK) == b"\x16":
            connection.send(b"\x15\x03\x01\x00\x02\x02\x28")
        else:
            in_the_clear(connection)

    play.is_play = True  # type: ignore[attr-defined]
    return play


def label_studio(request: Request) -> bytes:
    """whoami as Label Studio answers it: the right token, or no token of its own."""
    if request.path != WHOAMI:
        return response(404, "<html><head><title>Label Studio</title></head></html>")
    if request.header("Authorization") == f"Token {TOKEN}" or request.header("X-Api-Key") == TOKEN:
        return response(200, USER)
    return response(401, detail(401, "Invalid token."), [("WWW-Authenticate", "Token")])


class StandIn:
    """`play` is called in a thread of its own for each connection; what was asked stands in `requests`."""

    def __init__(self, play: Play, host: str = "127.0.0.1", tls: ssl.SSLContext | None = None, port: int = 0):
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self.play = play
        self.host = host
        self.tls = tls
        self.requests: list[Request] = []
        self.connections = 0
        self.closing = threading.Event()
        self.socket = socket.socket(family, socket.SOCK_STREAM)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            self.socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        self.socket.bind((host, port))
        self.socket.listen(16)
        self.port: int = self.socket.getsockname()[1]
        self.threads = [threading.Thread(target=self.serve, daemon=True)]
        self.threads[0].start()

    @property
    def netloc(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @property
    def url(self) -> str:
        return f"{'https' if self.tls else 'http'}://{self.netloc}"

    def serve(self) -> None:
        while True:
            try:
                client, _ = self.socket.accept()
            except OSError:
                return
            self.connections += 1
            thread = threading.Thread(target=self.one, args=(client,), daemon=True)
            self.threads.append(thread)
            thread.start()

    def one(self, client: socket.socket) -> None:
        with contextlib.suppress(OSError), client:
            client.settimeout(FOREVER)
            if self.tls:
                client = self.tls.wrap_socket(client, server_side=True)
            self.play(Connection(client, self.closing, self.requests))
            with contextlib.suppress(OSError):
                client.close()

    def close(self) -> None:
        self.closing.set()
        with contextlib.suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()

    def __enter__(self) -> StandIn:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class Deaf:
    """A port that drops every SYN: its queue of connections is full and nobody accepts."""

    def __init__(self, host: str = "127.0.0.1"):
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self.host = host
        self.socket = socket.socket(family, socket.SOCK_STREAM)
        self.socket.bind((host, 0))
        self.socket.listen(0)
        self.port: int = self.socket.getsockname()[1]
        self.callers: list[socket.socket] = []
        # The kernel takes one or two more than the queue's length.
        while len(self.callers) < 8 and self.call():
            pass

    def call(self) -> bool:
        caller = socket.socket(self.socket.family, socket.SOCK_STREAM)
        caller.settimeout(0.3)
        self.callers.append(caller)
        try:
            caller.connect((self.host, self.port))
        except TimeoutError:
            return False
        return True

    def __enter__(self) -> Deaf:
        return self

    def __exit__(self, *_: object) -> None:
        for caller in self.callers:
            caller.close()
        self.socket.close()


def free_port(host: str = "127.0.0.1") -> int:
    """A port nobody listens at just now."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])

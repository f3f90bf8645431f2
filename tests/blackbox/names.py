# SPDX-License-Identifier: MIT
"""A small DNS server for tests: each name and type answers, fails or is silent as a table says."""

from __future__ import annotations

import contextlib
import ipaddress
import socket
import struct
import threading
from dataclasses import dataclass, field
from typing import Any

A, CNAME, AAAA = 1, 5, 28
TYPES = {"A": A, "AAAA": AAAA, "CNAME": CNAME}
CODES = {"SERVFAIL": 2, "NXDOMAIN": 3, "REFUSED": 5}
# Flags of a header: QR, RD, RA; and TC.
ANSWER, TRUNCATED = 0x8180, 0x0200


def encode(name: str) -> bytes:
    labels = [label for label in name.rstrip(".").split(".") if label]
    return b"".join(bytes([len(label)]) + label.encode() for label in labels) + b"\0"


def decode(data: bytes, at: int) -> tuple[str, int]:
    labels = []
    while data[at]:
        labels.append(data[at + 1 : at + 1 + data[at]].decode())
        at += 1 + data[at]
    return ".".join(labels).lower(), at + 1


@dataclass
class NameServer:
    """`table["label-studio"] = {"A": ["127.0.0.1"], "AAAA": "SERVFAIL"}`.

    What a name may say for a type: a list of addresses, "SERVFAIL", "NXDOMAIN", "REFUSED", "NODATA" or
    "SILENT".
    A type that is not named is NODATA, a name that is not named is NXDOMAIN. "CNAME": another name, whose
    addresses come along. "TRUNCATED": true answers (or is silent) over TCP only.
    """

    table: dict[str, dict[str, Any]]
    address: str = "127.0.0.1"
    silent: bool = False
    asked: list[str] = field(default_factory=list)
    held: list[socket.socket] = field(default_factory=list)

    def start(self) -> None:
        self.datagrams = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.datagrams.bind((self.address, 53))
        self.streams = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        self.streams.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.streams.bind((self.address, 53))
        self.streams.listen(8)
        threading.Thread(target=self.serve_datagrams, daemon=True).start()
        threading.Thread(target=self.serve_streams, daemon=True).start()

    def serve_datagrams(self) -> None:
        while True:
            query, client = self.datagrams.recvfrom(4096)
            reply = self.reply(query, over_tcp=False)
            if reply:
                self.datagrams.sendto(reply, client)

    def serve_streams(self) -> None:
        while True:
            client, _ = self.streams.accept()
            with client, contextlib.suppress(OSError):
                length = client.recv(2, socket.MSG_WAITALL)
                if len(length) < 2:
                    continue
                query = client.recv(struct.unpack("!H", length)[0], socket.MSG_WAITALL)
                reply = self.reply(query, over_tcp=True)
                if reply:
                    client.sendall(struct.pack("!H", len(reply)) + reply)
                else:
                    self.held.append(client.dup())  # silence is not a closed connection

    def reply(self, query: bytes, over_tcp: bool) -> bytes | None:
        name, at = decode(query, 12)
        kind = struct.unpack("!H", query[at : at + 2])[0]
        type_name = next((text for text, number in TYPES.items() if number == kind), str(kind))
        self.asked.append(f"{name} {type_name}{' tcp' if over_tcp else ''}")
        question = query[12 : at + 4]
        row = self.table.get(name)
        says = "NXDOMAIN" if row is None else row.get(type_name, "NODATA")
        if self.silent:
            return None
        if row and row.get("TRUNCATED") and not over_tcp:
            return query[:2] + struct.pack("!5H", ANSWER | TRUNCATED, 1, 0, 0, 0) + question
        if says == "SILENT":
            return None
        records = self.records(name, row or {}, type_name, says)
        code = CODES.get(says, 0) if isinstance(says, str) else 0
        head = struct.pack("!5H", ANSWER | code, 1, len(records), 0, 0)
        return query[:2] + head + question + b"".join(records)

    def records(self, name: str, row: dict[str, Any], type_name: str, says: Any) -> list[bytes]:
        records = []
        if "CNAME" in row:
            records.append(self.record(name, CNAME, encode(row["CNAME"])))
            name = row["CNAME"]
            says = self.table.get(name, {}).get(type_name, "NODATA")
        if isinstance(says, list):
            packed = [ipaddress.ip_address(address).packed for address in says]
            records += [self.record(name, TYPES[type_name], data) for data in packed]
        return records

    @staticmethod
    def record(name: str, kind: int, data: bytes) -> bytes:
        return encode(name) + struct.pack("!HHIH", kind, 1, 60, len(data)) + data

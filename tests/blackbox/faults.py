# SPDX-License-Identifier: MIT
"""Everything that may answer in place of Label Studio, or answer badly, and the word for it."""

from __future__ import annotations

import gzip
import itertools
import json
import zlib
from dataclasses import dataclass

from standin import HEAD_END, USER, Connection, Play, answer, detail, response

LOGIN_PAGE = "<html><head><title>Sign in</title></head><body><form action='/login'></form></body></html>"
PAGE_404 = "<html><head><title>Label Studio</title></head><body>" + "x" * 170_000 + "</body></html>"


@dataclass(frozen=True)
class Fault:
    play: Play
    word: str
    # Stands in the sentence: the plainest words that tell this fault from others.
    says: str = ""
    # Ends by the deadline alone; else the verdict comes at once.
    waits: bool = False


def reads(then: Play) -> Play:
    def play(connection: Connection) -> None:
        if connection.read_request():
            then(connection)

    return play


def sends(data: bytes) -> Play:
    def play(connection: Connection) -> None:
        connection.send(data)

    return play


def sends_and_stays(data: bytes) -> Play:
    def play(connection: Connection) -> None:
        connection.send(data)
        connection.wait()

    return play


def slow_page(connection: Connection) -> None:
    """A 404 as Label Studio's: the first 1,000 bytes at once, the rest at 10 bytes a second."""
    head, body = response(404, PAGE_404).split(b"\r\n\r\n", 1)
    connection.send(head + b"\r\n\r\n" + body[:1000])
    connection.drip(body[1000:], 0.1)


def endless_body(connection: Connection) -> None:
    """1 GiB of JSON white space with a 200."""
    connection.send(b"HTTP/1.1 200 OK\r\nContent-Length: 1073741824\r\n\r\n")
    for _ in range(1024):
        if not connection.send(b" " * 1048576):
            return


def endless_page(connection: Connection) -> None:
    connection.send(b"HTTP/1.1 502 Bad Gateway\r\nContent-Type: text/html\r\n\r\n")
    while connection.send(b"x" * 65536):
        pass


def endless_chunks(connection: Connection) -> None:
    body = json.dumps(USER).encode()
    connection.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    connection.send(b"%x\r\n%s\r\n" % (len(body), body))
    connection.wait()


def bad_chunks(connection: Connection) -> None:
    connection.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nnot a length\r\n")


def endless_head(connection: Connection) -> None:
    connection.send(b"HTTP/1.1 200 OK\r\n")
    for number in itertools.count():
        if not connection.send(b"X-Filler-%d: %s\r\n" % (number, b"y" * 1000)):
            return


def endless_informational(connection: Connection) -> None:
    while connection.send(b"HTTP/1.1 103 Early Hints\r\nLink: </style.css>\r\n\r\n" * 100):
        pass


def reset_in_body(connection: Connection) -> None:
    connection.send(response(200, "x" * 2000)[:600])
    connection.gone(0.1)
    connection.reset()


def drip_whole(connection: Connection) -> None:
    connection.drip(response(200, USER), 1.0)


def drip_body(connection: Connection) -> None:
    data = response(200, USER)
    head = data.index(b"\r\n\r\n") + 4
    connection.send(data[:head])
    connection.drip(data[head:], 1.0)


def drip_401(connection: Connection) -> None:
    data = response(401, detail(401, "Invalid token."))
    head = data.index(b"\r\n\r\n") + 4
    connection.send(data[:head])
    connection.drip(data[head:], 1.0)


def tls_alert(connection: Connection) -> None:
    """What an OpenSSL server says to a request in plain http: a fatal alert, protocol_version."""
    connection.send(b"\x15\x03\x01\x00\x02\x02\x46")


def nothing(connection: Connection) -> None:
    """Closes without a byte."""


def endless_trailers(connection: Connection) -> None:
    body = json.dumps(USER).encode()
    connection.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    connection.send(b"%x\r\n%s\r\n0\r\n" % (len(body), body))
    while connection.send(b"X-Filler: y\r\n" * 100):
        pass


def status_line(line: str) -> bytes:
    """The answer of a server that accepts the token, but for its first line."""
    return line.encode() + b"\r\n" + response(200, USER).split(b"\r\n", 1)[1]


# None of them is `HTTP/1.1 200 OK`, whatever a lenient reader takes it for.
STATUS_LINES = (
    "HTTP/1.1 2000 OK", "HTTP/1.1 20 OK", "HTTP/1.1 +200 OK", "HTTP/1.1 200OK", "HTTP/1.1 0200 OK",
    "HTTP/1.1 000 OK", "HTTP/1.1 099 OK", "HTTP/1.1 999 OK", "HTTP/1.1  200 OK", "HTTP/1.1\t200 OK",
    "HTTP/9.9 200 OK", "HTTP/1.2 200 OK", "HTTP/2 200", "HTTP/2 200 OK", "HTTP/3.9 200", "http/1.1 200 OK",
    " HTTP/1.1 200 OK", "ICY 200 OK", "HTTP/1.1 two hundred",
)  # fmt: skip

OTHER_401 = '{"error": "unauthorized"}'
NGINX_400 = "<html><head><title>400 The plain HTTP request was sent to HTTPS port</title></head></html>"

FAULTS: dict[str, Fault] = {
    # Somebody else answers
    "login page with 200": Fault(answer(response(200, LOGIN_PAGE)), "not_label_studio"),
    "captive portal": Fault(
        answer(
            response(200, "<html><meta http-equiv=refresh content='0;url=http://portal.example/'></html>")
        ),
        "not_label_studio",
    ),
    "empty page with 200": Fault(answer(response(200, "")), "not_label_studio"),
    "204": Fault(answer(b"HTTP/1.1 204 No Content\r\n\r\n"), "not_label_studio"),
    "another service's JSON": Fault(answer(response(200, {"status": "ok"})), "not_label_studio"),
    "redirect to a login": Fault(
        answer(
            response(302, "", [("Location", "https://login.example.com/start?rd=/api/current-user/whoami")])
        ),
        "redirected",
        "login.example.com",
    ),
    "redirect to https": Fault(
        answer(response(301, "", [("Location", "https://127.0.0.1/")])), "redirected", "https://127.0.0.1"
    ),
    "redirect with a Location of 4,000 bytes": Fault(
        answer(response(302, "", [("Location", "https://long.example/" + "p" * 4000)])),
        "redirected",
        "long.example",
    ),
    "redirect without Location": Fault(answer(response(302, "")), "redirected"),
    "401 of a proxy": Fault(
        answer(response(401, LOGIN_PAGE, [("WWW-Authenticate", 'Basic realm="office"')])),
        "proxy_auth",
        "office",
    ),
    "401 of another service": Fault(answer(response(401, OTHER_401)), "proxy_auth"),
    "403 of a proxy": Fault(answer(response(403, "<h1>403 Forbidden</h1>")), "proxy_denied"),
    "plain http to nginx's https port": Fault(answer(response(400, NGINX_400)), "https_needed"),
    "TLS alert to plain http": Fault(reads(tls_alert), "https_needed"),
    "HTTP/0.9 noise": Fault(reads(sends(b"hello, I am a printer\n")), "bad_reply"),
    "an SSH server": Fault(sends_and_stays(b"SSH-2.0-OpenSSH_9.2\r\n"), "bad_reply", "not HTTP"),
    # A wrong path
    "404 of Label Studio, 170 KB": Fault(answer(response(404, PAGE_404)), "not_found"),
    "404 of Label Studio, slow": Fault(reads(slow_page), "not_found"),
    "404 of nginx": Fault(
        answer(response(404, "<html><head><title>404 Not Found</title></head></html>")), "not_found"
    ),
    "404 without a body, kept open": Fault(
        reads(sends_and_stays(b"HTTP/1.1 404 X\r\nContent-Length: 5000\r\n\r\n")),
        "not_found",
    ),
    # The server has trouble
    "502": Fault(answer(response(502, "<h1>502 Bad Gateway</h1>")), "server_error"),
    "502 without end": Fault(reads(endless_page), "server_error"),
    "503": Fault(answer(response(503, "")), "server_error"),
    "500 of Label Studio": Fault(
        answer(response(500, "<html><head><title>500 | Label Studio</title></head></html>")), "server_error"
    ),
    "429": Fault(answer(response(429, "", [("Retry-After", "30")])), "rate_limited", "30"),
    "405": Fault(answer(response(405, "")), "bad_reply"),
    # Broken answers
    "closed without a byte": Fault(reads(nothing), "connection_reset"),
    "closed before the request": Fault(nothing, "connection_reset"),
    "reset without a byte": Fault(reads(Connection.reset), "connection_reset"),
    "reset in the middle": Fault(reads(reset_in_body), "connection_reset", "200"),
    "body cut short": Fault(answer(response(200, USER)[:-10]), "bad_reply", "middle"),
    "head cut short": Fault(answer(b"HTTP/1.1 200 OK\r\nContent-Ty"), ""),
    "gzip that nobody asked for": Fault(
        answer(response(200, gzip.compress(json.dumps(USER).encode()), [("Content-Encoding", "gzip")])),
        "bad_reply",
        "gzip",
    ),
    "chunks that are none": Fault(reads(bad_chunks), "bad_reply"),
    **{f"the status line {line}": Fault(answer(status_line(line)), "bad_reply") for line in STATUS_LINES},
    "a header spelled like a status line": Fault(
        answer(b"HTTP/1.1 503 X\r\nHTTP/1.1 200 OK: x\r\n\r\n" + json.dumps(USER).encode()), "server_error"
    ),
    "101, then 200": Fault(answer(b"HTTP/1.1 101 S\r\n\r\n" + response(200, USER)), "bad_reply"),
    "trailers without end": Fault(reads(endless_trailers), "bad_reply"),
    "a head without end": Fault(reads(endless_head), "bad_reply", "head"),
    "103 without end": Fault(reads(endless_informational), "bad_reply", "head"),
    "1 GiB of body": Fault(reads(endless_body), "not_label_studio"),
    # Slow answers
    "never answers": Fault(reads(Connection.wait), "timeout", "did not answer in time", waits=True),
    "one byte a second": Fault(reads(drip_whole), "timeout", waits=True),
    "200, the body one byte a second": Fault(reads(drip_body), "timeout", "200", waits=True),
    "401, the body one byte a second": Fault(reads(drip_401), "unauthorized", "401", waits=True),
    "chunks without end": Fault(reads(endless_chunks), "timeout", "200", waits=True),
}


def refused(status: int) -> bytes:
    return json.dumps(detail(status, "Invalid token.")).encode()


def head(status: int, *lines: str) -> bytes:
    return "\r\n".join([f"HTTP/1.1 {status} X", "Content-Type: application/json", *lines, "", ""]).encode()


def coded(status: int, coding: str) -> bytes:
    body = {"deflate": zlib.compress, "br": lambda data: b"\x1b\x9c" + data[::-1]}.get(coding, gzip.compress)(
        refused(status)
    )
    return head(status, f"Content-Encoding: {coding}", f"Content-Length: {len(body)}") + body


def unread(status: int) -> dict[str, tuple[Play, bool]]:
    """Label Studio's no, which does not arrive whole or cannot be read. True: only the deadline ends it."""
    body = refused(status)
    whole = head(status, f"Content-Length: {len(body)}") + body
    start = whole.index(HEAD_END) + len(HEAD_END)
    chunked = head(status, "Transfer-Encoding: chunked")

    def reset(connection: Connection) -> None:
        connection.send(whole[:-20])
        connection.gone(0.1)
        connection.reset()

    def drip(connection: Connection) -> None:
        connection.send(whole[:start])
        # A body that is always about to come, and one that is waited for.
        connection.drip(whole[start:-1], 0.005 if status == 401 else 0.5)
        connection.wait()

    def no_end(connection: Connection) -> None:
        connection.send(head(status))
        while connection.send(b" " * 65536):
            pass

    def trailers(connection: Connection) -> None:
        connection.send(chunked + b"2\r\n{}\r\n0\r\n")
        while connection.send(b"X: y\r\n" * 100):
            pass

    def long_head(connection: Connection) -> None:
        connection.send(head(status)[:-2])
        while connection.send(b"X: y\r\n" * 100):
            pass

    plays: dict[str, tuple[Play, bool]] = {
        "in gzip": (answer(coded(status, "gzip")), False),
        "in x-gzip": (answer(coded(status, "x-gzip")), False),
        "in deflate": (answer(coded(status, "deflate")), False),
        "in br": (answer(coded(status, "br")), False),
        "in gzip under two names": (
            answer(
                coded(status, "gzip").replace(b"Content-Enc", b"Content-Encoding: identity\r\nContent-Enc")
            ),
            False,
        ),
        "in gzip that no header names": (
            answer(coded(status, "gzip").replace(b"Encoding", b"Nothing")),
            False,
        ),
        "in gzip as a transfer": (
            answer(head(status, "Transfer-Encoding: gzip, chunked") + b"2\r\n{}\r\n0\r\n\r\n"),
            False,
        ),
        "cut in the body": (answer(whole[:-20]), False),
        "cut in the head": (answer(head(status)[:-2]), False),
        "reset in the body": (reads(reset), False),
        "longer than is read": (answer(head(status) + b" " * 70_000 + body), False),
        "without end": (reads(no_end), False),
        "with chunks that are none": (answer(chunked + b"zz\r\n{}\r\n"), False),
        "with a chunk of negative length": (answer(chunked + b"-1\r\n{}\r\n"), False),
        "with trailers without end": (reads(trailers), False),
        "with a head without end": (reads(long_head), False),
        "with two lengths": (answer(head(status, "Content-Length: 5", "Content-Length: 7") + body), False),
        "with NUL in the head": (answer(head(status, "X: a\0b") + body), False),
        "with NUL in the body": (answer(head(status) + body.replace(b"token", b"to\0en")), False),
        "in UTF-16": (answer(head(status) + body.decode().encode("utf-16")), False),
        "called JSON and none": (answer(head(status) + b"\xef\xbb\xbf" + body), False),
        "with a body that does not come": (reads(sends_and_stays(whole[:start])), True),
        "with a body that drips": (reads(drip), True),
        "with a head that does not end": (reads(sends_and_stays(head(status)[:-2])), True),
        "with a status line alone": (reads(sends_and_stays(f"HTTP/1.1 {status} X\r\n".encode())), True),
    }
    if status == 401:
        plays["after 103 and cut"] = (answer(b"HTTP/1.1 103 E\r\nLink: </x>\r\n\r\n" + whole[:-20]), False)
    return plays


UNREAD = {
    f"{status} {name}": (status, *play) for status in (401, 403) for name, play in unread(status).items()
}

# What looks odd and is right all the same.
GOOD: dict[str, Play] = {
    "plain": answer(response(200, USER)),
    "100 first": answer(b"HTTP/1.1 100 Continue\r\n\r\n" + response(200, USER)),
    "103 first": answer(b"HTTP/1.1 103 Early Hints\r\nLocation: /x\r\n\r\n" + response(200, USER)),
    "HTTP/1.0 without a length": answer(b"HTTP/1.0 200 OK\r\n\r\n" + json.dumps(USER).encode()),
    "chunked with a trailer": answer(
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
        + b"%x\r\n%s\r\n0\r\nX-Trailer: 1\r\n\r\n" % (len(json.dumps(USER)), json.dumps(USER).encode())
    ),
    "line ends without CR": answer(b"HTTP/1.1 200 OK\n\n" + json.dumps(USER).encode()),
    "identity named as coding": answer(response(200, USER, [("Content-Encoding", "identity")])),
    "kept open after the body": reads(sends_and_stays(response(200, USER))),
    "no reason phrase": answer(response(200, USER, reason="")),
}

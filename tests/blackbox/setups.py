# SPDX-License-Identifier: MIT
"""Causes on the server or the network, all with the same innocent files. What comes back is what the real
thing sends: nginx, HAProxy, Traefik, oauth2-proxy, Cloudflare, squid, Grafana, MinIO, PostgreSQL.

Each says which reason word is due, the words that name the cause, and the words of the first step.
"""

from __future__ import annotations

import base64
import datetime
import gzip
import json
import ssl
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from authority import DAY, Authority
from standin import (
    USER,
    Connection,
    Deaf,
    Play,
    Request,
    StandIn,
    answer,
    detail,
    free_port,
    label_studio,
    response,
    tls_port,
)

NAME = "LABEL_STUDIO_API_TOKEN"
CA_FILE = "LABELGATE_CA_FILE"
# On a host, where no service has a name, it is the address. test_where.py has both.
IN_CONTAINER = Path("/.dockerenv").exists()
ON_HOST = "on this host use --url"
Environment = dict[str, str]
Serve = Callable[[Authority], AbstractContextManager[Environment]]


@dataclass(frozen=True)
class Setup:
    serve: Serve
    word: str
    cause: tuple[str, ...]
    step: tuple[str, ...]
    hosts: str = ""  # /etc/hosts of the prober; "" leaves it as it is
    needs_names: bool = False  # a network of its own, with a name server that knows nobody
    silent: bool = False  # and does not answer
    names: tuple[tuple[str, str], ...] = ()  # but for these, with their IPv4 addresses


def page(status: int, reason: str, server: str = "nginx") -> bytes:
    """nginx's own page."""
    text = (
        f"<html>\r\n<head><title>{status} {reason}</title></head>\r\n<body>\r\n"
        f"<center><h1>{status} {reason}</h1></center>\r\n<hr><center>{server}</center>\r\n"
        "</body>\r\n</html>\r\n"
    )
    return response(status, text, [("Server", server)], reason)


def plain(status: int, text: str, *headers: tuple[str, str]) -> bytes:
    return response(status, text, headers).replace(b"text/html; charset=utf-8", b"text/plain")


def http(
    data: bytes | Callable[[Request], bytes] | Play,
    host: str = "127.0.0.1",
    name: str = "",
    path: str = "",
    **more: str,
) -> Serve:
    """A server in the clear; `name` is how the address calls it."""

    @contextmanager
    def serve(_: Authority) -> Iterator[Environment]:
        play = data if not isinstance(data, bytes) and getattr(data, "is_play", False) else answer(data)
        with StandIn(play, host) as server:
            where = f"{name or '127.0.0.1'}:{server.port}"
            yield {"LABEL_STUDIO_URL": f"http://{where}{path}", **more}

    return serve


def says(data: bytes) -> Play:
    """Speaks first, as SSH and SMTP do, or to whatever comes."""

    def play(connection: Connection) -> None:
        connection.read_request()
        connection.send(data)

    play.is_play = True  # type: ignore[attr-defined]
    return play


def resets(connection: Connection) -> None:
    connection.read_request()
    connection.send(response(200, "x" * 2000)[:600])
    connection.gone(0.1)
    connection.reset()


resets.is_play = True  # type: ignore[attr-defined]


def silent(connection: Connection) -> None:
    connection.read_request()
    connection.wait()


silent.is_play = True  # type: ignore[attr-defined]


def closed(name: str = "127.0.0.1") -> Serve:
    @contextmanager
    def serve(_: Authority) -> Iterator[Environment]:
        yield {"LABEL_STUDIO_URL": f"http://{name}:{free_port()}"}

    return serve


@contextmanager
def dropped(_: Authority) -> Iterator[Environment]:
    with Deaf() as deaf:
        yield {"LABEL_STUDIO_URL": f"http://127.0.0.1:{deaf.port}", "LABELGATE_TIMEOUT": "700ms"}


def https(make: Callable[[Authority], tuple[object, object]], name: str = "localhost") -> Serve:
    """`make` gives the certificate that is shown and what is trusted; None leaves the system's own trust."""

    @contextmanager
    def serve(authority: Authority) -> Iterator[Environment]:
        shown, trusted = make(authority)
        with_chain = not isinstance(shown, tuple)
        issued = shown if with_chain else shown[0]  # type: ignore[index]
        with StandIn(answer(label_studio), tls=authority.context(issued, with_chain)) as server:  # type: ignore[arg-type]
            trust = {CA_FILE: str(authority.file(trusted))} if trusted else {}  # type: ignore[arg-type]
            yield {"LABEL_STUDIO_URL": f"https://{name}:{server.port}", **trust}

    return serve


def unnamed(host: str, **more: str) -> Serve:
    @contextmanager
    def serve(_: Authority) -> Iterator[Environment]:
        yield {"LABEL_STUDIO_URL": f"http://{host}:8080", **more}

    return serve


def through_proxy(data: bytes, host: str) -> Serve:
    @contextmanager
    def serve(_: Authority) -> Iterator[Environment]:
        with StandIn(answer(data)) as proxy:
            yield {"LABEL_STUDIO_URL": f"http://{host}:8080", "HTTP_PROXY": proxy.url}

    return serve


def own(status: int, text: str) -> bytes:
    return response(status, detail(status, text), [("Server", "nginx")])


def jwt(kind: str, begins: int, ends: int) -> str:
    def part(value: object) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()

    claims = {"token_type": kind, "exp": ends, "iat": begins, "jti": "0" * 32, "user_id": 1}
    return f"{part({'alg': 'HS256', 'typ': 'JWT'})}.{part(claims)}.{'A' * 43}"


NOW = int(datetime.datetime.now(datetime.UTC).timestamp())
PAT = jwt("refresh", NOW - 1000, NOW + 10**8)
TRADE = {NAME: PAT, "LABELGATE_JWT": "trade"}


def pats_are_off(request: Request) -> bytes:
    """Label Studio with API tokens off: the refresh works, what it gives is nobody."""
    if request.path.startswith("/api/token/refresh"):
        return response(200, {"access": jwt("access", NOW, NOW + 300)})
    if (request.header("Authorization") or "").startswith("Token "):
        return own(401, "Invalid token.")
    return own(401, "Authentication credentials were not provided.")


def refresh_says(status: int, text: str) -> Callable[[Request], bytes]:
    return lambda _: own(status, text)


def sub_path(request: Request) -> bytes:
    """Label Studio below /label-studio, another site at the root."""
    if request.path.startswith("/label-studio/"):
        return response(200, USER)
    return page(404, "Not Found")


SIGN_IN = (
    '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Sign In</title></head><body>'
    '<form method="GET" action="/oauth2/start"><input type="hidden" name="rd" value="/api">'
    '<button type="submit">Sign in with OpenID Connect</button></form></body></html>'
)
LOGIN_FORM = (
    "<!doctype html><html><head><title>ACME single sign-on</title></head><body><form method=post>"
    '<input name="user"><input type="password" name="password"></form></body></html>'
)
CHALLENGE = (
    '<!DOCTYPE html><html lang="en-US"><head><title>Just a moment...</title></head><body>'
    "<noscript>Enable JavaScript and cookies to continue</noscript></body></html>"
)
MAINTENANCE = (
    "<html><head><title>Down for maintenance</title></head><body><h1>Back at 18:00</h1></body></html>"
)
DJANGO_400 = (
    '\n<!doctype html>\n<html lang="en">\n<head>\n  <title>Bad Request (400)</title>\n</head>\n<body>\n'
    "  <h1>Bad Request (400)</h1><p></p>\n</body>\n</html>\n"
)
OWN_500 = detail(
    500,
    'connection to server at "db" (172.18.0.2), port 5432 failed: Connection refused\n\tIs the server '
    "running on that host and accepting TCP/IP connections?\n",
)
MINIO = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>AccessDenied</Code><Message>Access Denied.'
    "</Message><Resource>/api/current-user/whoami</Resource></Error>"
)
APACHE = [("Server", "Apache/2.4.71 (Debian) OpenSSL/3.0.22")]
DOCTYPE = '<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4.01//EN" "http://www.w3.org/TR/html4/strict.dtd">\n'
APACHE_503 = (
    f"{DOCTYPE}<html><head>\n<title>503 Service Unavailable</title>\n</head><body>\n"
    "<h1>Service Unavailable</h1>\n<p>The server is temporarily unable to service your\nrequest due to "
    "maintenance downtime or capacity\nproblems. Please try again later.</p>\n</body></html>\n"
)
APACHE_500 = (
    f"{DOCTYPE}<html><head>\n<title>500 Proxy Error</title>\n</head><body>\n<h1>Proxy Error</h1>\nThe proxy "
    "server could not handle the request<p>Reason: <strong>DNS lookup failure for: label-studio</strong></p>"
    "<p />\n</body></html>\n"
)
VARNISH_503 = (
    "<!DOCTYPE html>\n<html>\n  <head>\n    <title>503 Backend fetch failed</title>\n  </head>\n  <body>\n"
    "    <h1>Error 503 Backend fetch failed</h1>\n    <p>Backend fetch failed</p>\n    <h3>Guru Meditation:"
    "</h3>\n    <p>XID: 4</p>\n    <hr>\n    <p>Varnish cache server</p>\n  </body>\n</html>\n"
)
LIGHTTPD_503 = (
    '<?xml version="1.0" encoding="iso-8859-1"?>\n<html xmlns="http://www.w3.org/1999/xhtml" lang="en">\n'
    " <head>\n  <title>503 Service Unavailable</title>\n </head>\n <body>\n"
    "  <h1>503 Service Unavailable</h1>\n </body>\n</html>\n"
)
PYTHON_404 = (
    '<!DOCTYPE HTML>\n<html lang="en">\n    <head>\n        <title>Error response</title>\n'
    "    </head>\n    <body>\n"
    "        <h1>Error response</h1>\n        <p>Error code: 404</p>\n    </body>\n</html>\n"
)
SQUID = (
    '<!DOCTYPE html><html><head><meta type="copyright" content="Copyright (C) 1996-2021 The Squid Software '
    'Foundation"><title>ERROR: The requested URL could not be retrieved</title></head><body></body></html>'
)
HAPROXY = (
    "<html><body><h1>503 Service Unavailable</h1>\nNo server is available to handle this request.\n"
    "</body></html>\n"
)
PORTAL = "https://portal.hotel.example/guest?next=studio"
SSO = "https://portal.acme.example/oauth2/authorize?client_id=studio&response_type=code"
NETWORK = "the portal or web filter of the network"
LET_THROUGH = ("have the network let this machine through",)
CISCO = (
    "<HTML><HEAD><TITLE> Web Authentication Redirect</TITLE>"
    '<META http-equiv="refresh" content="1; URL=https://192.0.2.1/login.html?redirect=studio"></HEAD></HTML>'
)
FORTIGUARD = (
    "<!DOCTYPE html><html><head><title>Web Page Blocked</title></head><body>"
    "<h1>FortiGuard Intrusion Prevention - Access Blocked</h1></body></html>"
)
OWN_PAGE = "<!doctype html><html><head><title>500 | Label Studio</title></head><body>Uh oh</body></html>"
OWN_404 = "<!DOCTYPE html><html><head><title>Label Studio</title></head><body>404</body></html>"


def closes(_: Connection) -> None:
    """Docker's proxy of a published port, HAProxy and ssh -L, when nothing listens behind them."""


closes.is_play = True  # type: ignore[attr-defined]


@contextmanager
def http_on_tls_port(authority: Authority) -> Iterator[Environment]:
    """OpenSSL closes without a word, as gunicorn's, uvicorn's and stunnel's ports do."""
    with StandIn(answer(label_studio), tls=authority.context(authority.server(None))) as server:
        yield {"LABEL_STUDIO_URL": f"http://127.0.0.1:{server.port}"}


@contextmanager
def port_of_memcached(_: Authority) -> Iterator[Environment]:
    with StandIn(says(b""), "127.77.0.1", port=11211) as server:
        yield {"LABEL_STUDIO_URL": server.url}


def half(connection: Connection) -> None:
    """A worker that is killed while it answers."""
    connection.read_request()
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 200\r\n\r\n"
    connection.send(head + b'{"id": 1, ')


half.is_play = True  # type: ignore[attr-defined]


def tls_ended(alert: int) -> Serve:
    """A server that ends each handshake with this alert, as it says it to any hello."""

    def play(connection: Connection) -> None:
        connection.socket.recv(4096)
        connection.send(bytes([0x15, 3, 3, 0, 2, 2, alert]))

    @contextmanager
    def serve(_: Authority) -> Iterator[Environment]:
        with StandIn(play) as server:
            yield {"LABEL_STUDIO_URL": f"https://localhost:{server.port}"}

    return serve


def not_a_proxy(scheme: str, data: bytes) -> Serve:
    """A web server whose address somebody took for the proxy's."""

    @contextmanager
    def serve(_: Authority) -> Iterator[Environment]:
        with StandIn(answer(data)) as server:
            yield {"LABEL_STUDIO_URL": f"{scheme}://studio.example.org", f"{scheme}_proxy": server.url}

    return serve


@contextmanager
def https_closes(_: Authority) -> Iterator[Environment]:
    with StandIn(closes) as server:
        yield {"LABEL_STUDIO_URL": f"https://127.0.0.1:{server.port}"}


@contextmanager
def tls_before_nobody(authority: Authority) -> Iterator[Environment]:
    """stunnel, and nothing listens behind it."""

    def play(connection: Connection) -> None:
        connection.read_request()

    root = authority.root()
    with StandIn(play, tls=authority.context(authority.server(root))) as server:
        yield {"LABEL_STUDIO_URL": f"https://localhost:{server.port}", CA_FILE: str(authority.file(root))}


@contextmanager
def client_certificate(authority: Authority) -> Iterator[Environment]:
    root = authority.root()
    context = authority.context(authority.server(root))
    context.maximum_version = ssl.TLSVersion.TLSv1_2  # under 1.3 the refusal may come as a reset
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(authority.file(root))
    with StandIn(answer(label_studio), tls=context) as server:
        yield {"LABEL_STUDIO_URL": f"https://localhost:{server.port}", CA_FILE: str(authority.file(root))}


@contextmanager
def https_on_http_port(_: Authority) -> Iterator[Environment]:
    """A server in the clear takes the ClientHello for a bad request, as nginx and gunicorn do."""

    def play(connection: Connection) -> None:
        connection.socket.recv(4096)
        connection.send(page(400, "Bad Request"))

    with StandIn(play) as server:
        yield {"LABEL_STUDIO_URL": f"https://127.0.0.1:{server.port}"}


@contextmanager
def proxy_drops(_: Authority) -> Iterator[Environment]:
    with Deaf() as deaf:
        proxy = f"http://127.0.0.1:{deaf.port}"
        yield {"LABEL_STUDIO_URL": "http://a.example.org", "HTTP_PROXY": proxy, "LABELGATE_TIMEOUT": "700ms"}


@contextmanager
def proxy_is_away(_: Authority) -> Iterator[Environment]:
    yield {"LABEL_STUDIO_URL": "http://studio.example.org", "HTTP_PROXY": f"http://127.0.0.1:{free_port()}"}


def with_login(data: bytes, says: str) -> bytes:
    return data.replace(b"\r\nServer", f"\r\nWWW-Authenticate: {says}\r\nServer".encode(), 1)


def to_https(request: Request) -> bytes:
    return response(301, "", [("Location", f"https://studio.example.org{request.path}")])


def to_itself(request: Request) -> bytes:
    return response(301, "", [("Location", f"http://{request.header('Host')}{request.path}")])


def with_slash(request: Request) -> bytes:
    where = f"http://{request.header('Host')}{request.path}/"
    return response(301, "", [("Location", where), ("Server", "nginx/1.22.1")])


def to_its_own_https(request: Request) -> bytes:
    """HAProxy's "redirect scheme https", Django's SECURE_SSL_REDIRECT."""
    return response(301, "", [("Location", f"https://{request.header('Host')}{request.path}")])


def to_https_root(request: Request) -> bytes:
    return response(301, "", [("Location", f"https://{(request.header('Host') or '').split(':')[0]}/")])


def intermediate(authority: Authority) -> tuple[object, object]:
    """The server's certificate without the one that signed it, and the root."""
    root = authority.root()
    return (authority.server(authority.issue("Example Issuing CA", by=root, key="ec:mid", is_ca=True)),), root


def public_intermediate(authority: Authority) -> tuple[object, object]:
    """No CA file is set, and the certificate says where its issuer's is, as those of public CAs do."""
    middle = authority.issue("R10", by=authority.root(), key="ec:mid", is_ca=True)
    return (authority.server(middle, published="http://r10.i.example.org/"),), None


def private_intermediate(authority: Authority) -> tuple[object, object]:
    """Two CAs of a company, and only the name of the lower one tells that it is not the root."""
    middle = authority.issue("ACME Issuing CA 2", by=authority.root(), key="ec:mid", is_ca=True)
    return (authority.server(middle),), None


def plain_ca(authority: Authority) -> tuple[object, object]:
    """Whether "ACME CA" is a root nothing tells."""
    return authority.server(authority.root("ACME CA")), None


def other_root(authority: Authority) -> tuple[object, object]:
    return authority.server(authority.root("ACME Root 2", key="ec:new")), authority.root("ACME Root 1")


def expired_self_signed(authority: Authority) -> tuple[object, object]:
    return authority.server(None, begins=-90 * DAY, ends=-2 * DAY), None


def expired_root(authority: Authority) -> tuple[object, object]:
    root = authority.root("Old Root", begins=-900 * DAY, ends=-2 * DAY)
    return authority.server(root), root


def inspected(authority: Authority) -> tuple[object, object]:
    return authority.server(authority.root("ACME TLS Inspection CA")), None


def another_site(authority: Authority) -> tuple[object, object]:
    root = authority.root()
    return authority.server(root, names=["www.example.org"]), root


def another_unknown_site(authority: Authority) -> tuple[object, object]:
    return another_site(authority)[0], None


def default_certificate(authority: Authority) -> tuple[object, object]:
    name = "Kubernetes Ingress Controller Fake Certificate"
    return authority.issue(name, key="ec:default", names=["ingress.local"]), None


def private_ca(authority: Authority) -> tuple[object, object]:
    return authority.server(authority.root("Example Root")), None


def valid(begins: int, ends: int) -> Callable[[Authority], tuple[object, object]]:
    def make(authority: Authority) -> tuple[object, object]:
        root = authority.root()
        return authority.server(root, begins=begins * DAY, ends=ends * DAY), root

    return make


def another_name(authority: Authority) -> tuple[object, object]:
    root = authority.root()
    return authority.server(root, names=["studio.example.org"]), root


LEGACY_OFF = (
    "Authentication token no longer valid: legacy token authentication has been disabled for this "
    "organization"
)
NOT_PROVIDED = "Authentication credentials were not provided."
STUDIO = "127.0.0.1 label-studio"
IN_FRONT = ("put Label Studio's own address into LABEL_STUDIO_URL, past that login",)

SETUPS: dict[str, Setup] = {
    # ---- What stands in front of Label Studio
    "proxy_wrong_upstream": Setup(
        http(page(502, "Bad Gateway")),
        "server_error",
        ('502, "502 Bad Gateway" (nginx)', "a proxy that cannot reach Label Studio"),
        ("see whether Label Studio runs", "the proxy asks it by the right name and port"),
    ),
    "proxy_waits": Setup(
        http(page(504, "Gateway Time-out")),
        "server_error",
        ("504", "a proxy that Label Studio did not answer in time"),
        ("see whether Label Studio or its database hangs",),
    ),
    "haproxy_no_server": Setup(
        http(response(503, HAPROXY)),
        "server_error",
        ("a proxy that cannot reach",),
        ("see whether Label Studio runs",),
    ),
    "traefik_no_server": Setup(
        http(plain(503, "no available server\n")),
        "server_error",
        ("no available server", "a proxy that cannot reach"),
        ("see whether Label Studio runs",),
    ),
    "traefik_no_route": Setup(
        http(plain(404, "404 page not found\n")),
        "not_found",
        ("404 page not found", "a proxy with no route for it, or another program"),
        ("see in docker compose ps what has that port", "if a proxy (Traefik), whether Label Studio runs"),
    ),
    "cloudflare_origin_down": Setup(
        http(
            response(
                521, "<title>studio.example.org | 521: Web server is down</title>", [("Server", "cloudflare")]
            )
        ),
        "server_error",
        ("Web server is down", "cloudflare"),
        ("see whether Label Studio runs",),
    ),
    "maintenance": Setup(
        http(response(503, MAINTENANCE, [("Retry-After", "3600"), ("Server", "nginx")])),
        "server_error",
        ("Down for maintenance", "closed for now"),
        ("wait until it is opened again",),
    ),
    "maintenance_with_200": Setup(
        http(response(200, MAINTENANCE, [("Server", "nginx")])),
        "not_label_studio",
        ("Down for maintenance", "closed for now"),
        ("wait until it is opened again",),
    ),
    "apache_no_server": Setup(
        http(response(503, APACHE_503, APACHE)),
        "server_error",
        ("503 Service Unavailable", "Apache", "a proxy that cannot reach Label Studio"),
        ("see whether Label Studio runs",),
    ),
    "apache_no_name": Setup(
        http(response(500, APACHE_500, APACHE)),
        "server_error",
        ("500 Proxy Error", "a proxy that cannot reach Label Studio"),
        ("see whether Label Studio runs", "by the right name and port"),
    ),
    "varnish_no_server": Setup(
        http(response(503, VARNISH_503, [("Server", "Varnish"), ("Retry-After", "5")])),
        "server_error",
        ("503 Backend fetch failed", "Varnish", "a proxy that cannot reach Label Studio"),
        ("see whether Label Studio runs",),
    ),
    "lighttpd_no_server": Setup(
        http(response(503, LIGHTTPD_503, [("Server", "lighttpd/1.4.69")])),
        "server_error",
        ("lighttpd", "a proxy that cannot reach Label Studio"),
        ("see whether Label Studio runs",),
    ),
    "caddy_no_server": Setup(
        http(response(502, "", [("Server", "Caddy")])),
        "server_error",
        ("502, Caddy", "a proxy that cannot reach Label Studio"),
        ("see whether Label Studio runs",),
    ),
    "caddy_no_site": Setup(
        http(b"HTTP/1.1 200 OK\r\nServer: Caddy\r\nContent-Length: 0\r\n\r\n"),
        "not_label_studio",
        ("an empty page: a proxy without a site for this host name: 200, Caddy",),
        ("write the host name that this proxy serves into LABEL_STUDIO_URL",),
    ),
    "proxy_asks_https_by_http": Setup(
        http(page(400, "The plain HTTP request was sent to HTTPS port")),
        "https_needed",
        ("asks a server behind it by http, which wants https",),
        ("have that proxy ask it by https (nginx: proxy_pass https://)",),
    ),
    "compressed_unasked": Setup(
        http(
            response(200, gzip.compress(json.dumps(USER).encode()), [("Content-Encoding", "gzip"), *APACHE])
        ),
        "bad_reply",
        ("cannot be read", "in the coding gzip, which was not asked for"),
        ("have the proxy in front of Label Studio compress only for clients that ask for it",),
    ),
    "half_an_answer": Setup(
        http(half),
        "bad_reply",
        ("broke off", "status 200 came, then the connection was closed"),
        ("see the log of Label Studio and of the proxy in front of it",),
    ),
    "a_slash_is_added": Setup(
        http(with_slash),
        "redirected",
        ("redirects to the same path with a slash at its end",),
        ("take the rule that adds a slash out of the proxy",),
    ),
    "to_a_home_page": Setup(
        http(response(302, "", [("Location", "https://www.example.org/"), ("Server", "nginx/1.22.1")])),
        "redirected",
        ("redirects to https://www.example.org/, a start page",),
        ("correct host, port and path of LABEL_STUDIO_URL",),
    ),
    "to_https_of_a_port_without_it": Setup(
        http(to_its_own_https),
        "redirected",
        ("redirects to https at the same port, which speaks http alone",),
        ("write the https address of the proxy in front of Label Studio",),
    ),
    "nginx_503": Setup(
        http(page(503, "Service Temporarily Unavailable")),
        "server_error",
        ("503 Service Temporarily Unavailable", "nginx"),
        ("log of the proxy",),
    ),
    "rate_limit": Setup(
        http(response(429, "Too Many Requests", [("Retry-After", "60"), ("Server", "nginx")])),
        "rate_limited",
        ("429", "retry after 60"),
        ("raise the limit",),
    ),
    "waf": Setup(
        http(response(403, CHALLENGE, [("Server", "cloudflare"), ("CF-RAY", "8f0c-FRA")])),
        "proxy_denied",
        ("403", "Just a moment...", "cloudflare"),
        ("let that proxy or firewall pass", "for the app too"),
    ),
    "basic_auth": Setup(
        http(with_login(page(401, "Authorization Required"), 'Basic realm="Team only"')),
        "proxy_auth",
        ("wants a login of its own", "Team only"),
        IN_FRONT,
    ),
    "oauth2_proxy_redirect": Setup(
        http(response(302, "", [("Location", "/oauth2/start?rd=%2Fapi%2Fcurrent-user%2Fwhoami")])),
        "redirected",
        ("/oauth2/start", "a login or a gateway"),
        IN_FRONT,
    ),
    "oauth2_proxy_sign_in": Setup(
        http(response(403, SIGN_IN)),
        "proxy_denied",
        ("Sign In", "a login in front of Label Studio"),
        IN_FRONT,
    ),
    "login_page": Setup(
        http(response(200, LOGIN_FORM, [("Server", "nginx")])),
        "not_label_studio",
        ("a login page", "ACME single sign-on"),
        IN_FRONT,
    ),
    "captive_portal": Setup(
        http(response(302, "", [("Location", PORTAL)])),
        "redirected",
        ("https://portal.hotel.example/guest", NETWORK),
        LET_THROUGH,
    ),
    "captive_portal_by_its_number": Setup(
        http(response(302, "", [("Location", "http://me:x@192.168.77.1:8002/index.cgi")])),
        "redirected",
        ("http://192.168.77.1:8002", NETWORK),
        LET_THROUGH,
    ),
    "captive_511": Setup(
        http(response(511, LOGIN_FORM)),
        "proxy_auth",
        ("511", "ACME single sign-on", NETWORK),
        LET_THROUGH,
    ),
    "captive_page_that_leads_away": Setup(
        http(response(200, CISCO)),
        "not_label_studio",
        ("Web Authentication Redirect", NETWORK),
        LET_THROUGH,
    ),
    "web_filter": Setup(
        http(response(403, FORTIGUARD)),
        "proxy_denied",
        ("403", "Web Page Blocked", NETWORK),
        LET_THROUGH,
    ),
    "web_filter_with_503": Setup(
        http(response(503, FORTIGUARD)),
        "server_error",
        ("503", "Web Page Blocked", NETWORK),
        LET_THROUGH,
    ),
    "single_sign_on_of_another_host": Setup(
        http(response(302, "", [("Location", SSO)])),
        "redirected",
        ("https://portal.acme.example/oauth2/authorize", "a login or a gateway"),
        IN_FRONT,
    ),
    "redirect_loop": Setup(
        http(to_itself),
        "redirected",
        ("redirects to itself",),
        ("have the proxy that ends TLS say so", "X-Forwarded-Proto"),
    ),
    "to_https": Setup(
        http(to_https),
        "redirected",
        ("Label Studio has another address",),
        ("write LABEL_STUDIO_URL=https://studio.example.org",),
    ),
    "to_https_without_the_path": Setup(
        http(to_https_root),
        "redirected",
        ("Label Studio has another address",),
        ("LABEL_STUDIO_URL=https://127.0.0.1",),
    ),
    "header_stripped": Setup(
        http(own(401, NOT_PROVIDED)),
        "header_lost",
        ("the Authorization header was lost on the way",),
        ("pass the Authorization header on", "for the app too"),
    ),
    "header_changed": Setup(
        http(own(401, "Invalid token header. Token string should not contain spaces.")),
        "token_malformed",
        ("cannot read the Authorization header", NAME),
        ("pass that header on unchanged", "for the app too"),
    ),
    "host_changed": Setup(
        http(response(400, DJANGO_400)),
        "host_rejected",
        ("refuses this host name",),
        ("pass the Host header on",),
    ),
    # ---- The address
    "sub_path_missing": Setup(
        http(sub_path),
        "not_found",
        ("is not Label Studio's", "404 Not Found", "nginx"),
        ("correct host, port and path of LABEL_STUDIO_URL", "sub-path"),
    ),
    "sub_path_kept": Setup(
        http(response(404, OWN_404), path="/label-studio"),
        "not_found",
        ("Label Studio's web server answered 404", "not served below /label-studio"),
        ("take /label-studio out of LABEL_STUDIO_URL",),
    ),
    "grafana": Setup(
        http(response(401, {"message": "Unauthorized", "messageId": "auth.unauthorized"})),
        "proxy_auth",
        ("401", "Unauthorized", "another program than Label Studio"),
        ("correct host and port of LABEL_STUDIO_URL",),
    ),
    "jupyter": Setup(
        http(response(302, "", [("Location", "/login?next=%2Fapi"), ("Server", "TornadoServer/6.4")])),
        "redirected",
        ("/login", "TornadoServer/6.4", "another program than Label Studio"),
        ("correct host and port of LABEL_STUDIO_URL",),
    ),
    "minio": Setup(
        http(response(403, MINIO, [("Server", "MinIO")])),
        "proxy_denied",
        ("403", "AccessDenied", "MinIO", "another program than Label Studio"),
        ("correct host and port of LABEL_STUDIO_URL",),
    ),
    "the_app_itself": Setup(
        http(response(404, {"detail": "Not Found"}, [("Server", "uvicorn")])),
        "not_found",
        ("404", "another program's than Label Studio", "uvicorn"),
        ("correct host and port of LABEL_STUDIO_URL",),
    ),
    "a_web_server_of_python": Setup(
        http(response(404, PYTHON_404, [("Server", "SimpleHTTP/0.6 Python/3.11.2")])),
        "not_found",
        ("404", "another program's than Label Studio", "SimpleHTTP"),
        ("correct host and port of LABEL_STUDIO_URL",),
    ),
    "another_app_of_django": Setup(
        http(response(301, "", [("Location", "/api/current-user/whoami/"), ("Server", "gunicorn")])),
        "redirected",
        ("another program than Label Studio answers there: gunicorn",),
        ("correct host and port of LABEL_STUDIO_URL",),
    ),
    "ssh": Setup(
        http(says(b"SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u10\r\n")),
        "bad_reply",
        ("it is not HTTP: another service listens there", "SSH-2.0-OpenSSH_9.2p1"),
        ("correct host, port and scheme",),
    ),
    "killed_in_its_answer": Setup(
        http(response(200, USER)[:-10]),
        "bad_reply",
        ("status 200 came, then the connection was closed",),
        ("see the log of Label Studio and of the proxy",),
    ),
    "reset_in_its_answer": Setup(
        http(resets),
        "connection_reset",
        ("status 200 came, then the connection was reset",),
        ("see the log of Label Studio and of the proxy",),
    ),
    "postgres": Setup(
        http(says(b"")),
        "connection_reset",
        ("closed the connection without an answer",),
        ("see in docker compose ps what has that port", "correct host and port of LABEL_STUDIO_URL"),
    ),
    "redis": Setup(
        http(says(b"-ERR wrong number of arguments for 'get' command\r\n")),
        "bad_reply",
        ("it is not HTTP: another service listens there",),
        ("correct host, port and scheme",),
    ),
    "wrong_port": Setup(
        closed("label-studio"),
        "connection_refused",
        ("nothing listens at http://label-studio:",),
        ("see in docker compose ps", "which port it has inside"),
        hosts=STUDIO,
    ),
    "http_on_https_port": Setup(
        http(tls_port(page(400, "The plain HTTP request was sent to HTTPS port"))),
        "https_needed",
        ("wants https and was asked by http",),
        ("write https:// instead of http://",),
    ),
    "http_on_https_port_of_go": Setup(
        http(tls_port(plain(400, "Client sent an HTTP request to an HTTPS server.\n"))),
        "https_needed",
        ("wants https and was asked by http",),
        ("write https:// instead of http://",),
    ),
    "https_on_http_port": Setup(
        https_on_http_port, "tls_failed", ("the answer is not TLS", "plain http"), ("write http://",)
    ),
    "http_on_https_port_that_closes": Setup(
        http_on_tls_port,
        "https_needed",
        ("wants https and was asked by http",),
        ("write https:// instead of http://",),
    ),
    "http2_alone": Setup(
        http(says(bytes([0, 0, 6, 4, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 100]))),
        "bad_reply",
        ("speaks HTTP/2 alone",),
        ("correct host and port of LABEL_STUDIO_URL",),
    ),
    "memcached": Setup(
        port_of_memcached,
        "connection_reset",
        ("closed the connection without an answer; that is the port of memcached",),
        ("correct host and port of LABEL_STUDIO_URL",),
    ),
    "published_port_without_a_server": Setup(
        http(closes),
        "connection_reset",
        ("closes each at once", "nothing is behind that port"),
        ("see whether Label Studio has started and listens at 0.0.0.0 inside its container",),
    ),
    "published_port_without_a_server_by_https": Setup(
        https_closes,
        "connection_reset",
        ("closes each at once", "nothing is behind that port"),
        ("see whether Label Studio has started",),
    ),
    "tls_with_nobody_behind": Setup(
        tls_before_nobody,
        "connection_reset",
        ("closed the connection after the TLS handshake",),
        ("see whether Label Studio runs", "the proxy that ends TLS there asks it by the right name"),
    ),
    "client_certificate": Setup(
        client_certificate,
        "tls_failed",
        ("wants a client certificate",),
        ("put an address of Label Studio that wants none into LABEL_STUDIO_URL",),
    ),
    "client_certificate_of_nginx": Setup(
        http(page(400, "No required SSL certificate was sent")),
        "tls_failed",
        ("wants a client certificate",),
        ("put an address of Label Studio that wants none into LABEL_STUDIO_URL",),
    ),
    # ---- Label Studio
    "database_down": Setup(
        http(response(500, OWN_500)),
        "server_error",
        ("Label Studio's own error", "port 5432 failed"),
        ("database runs",),
    ),
    "database_down_page": Setup(
        http(response(500, OWN_PAGE)), "server_error", ("its database is down",), ("database runs",)
    ),
    "hangs": Setup(
        http(silent, LABELGATE_TIMEOUT="700ms"),
        "timeout",
        ("took the connection, but did not answer",),
        ("see whether Label Studio or its database hangs",),
    ),
    "another_servers_token": Setup(
        http(own(401, "Invalid token.")),
        "token_unknown",
        ("does not know the token in", "it was never issued there"),
        ("copy the token again from the Label Studio at this address",),
    ),
    "legacy_off": Setup(
        http(own(401, LEGACY_OFF)),
        "legacy_disabled",
        ("legacy tokens switched off",),
        ("Organization > Access Token Settings",),
    ),
    "pats_off": Setup(
        http(pats_are_off, **TRADE),
        "jwt_disabled",
        ("Personal Access Tokens (API tokens) off",),
        ("Organization > Access Token Settings",),
    ),
    "pat_of_another_server": Setup(
        http(refresh_says(401, "Token is invalid"), **TRADE),
        "pat_invalid",
        ("did not sign the Personal Access Token", "another server's"),
        ("copy it again as a whole",),
    ),
    "body_lost": Setup(
        http(refresh_says(400, "Validation error"), **TRADE),
        "pat_missing",
        ("found no token to exchange", NAME),
        ("pass on the body of POST /api/token/refresh",),
    ),
    "user_deactivated": Setup(
        http(own(401, "User inactive or deleted.")),
        "user_inactive",
        ("was deactivated",),
        ("activate that user again",),
    ),
    # ---- The network
    "firewall_drops": Setup(
        dropped,
        "timeout",
        ("no connection to", "not even with a refusal"),
        ("let the firewall in between pass",),
    ),
    "stopped_service": Setup(
        unnamed("label-studio"),
        "name_unresolved",
        ("knows no address of label-studio",),
        ("start that service" if IN_CONTAINER else ON_HOST,),
        needs_names=True,
    ),
    "moved_host": Setup(
        unnamed("studio.example.org"),
        "name_unresolved",
        ("knows no address of studio.example.org",),
        ("ask whoever runs Label Studio for its address",),
        needs_names=True,
    ),
    "block_list": Setup(
        unnamed("studio.example.org", LABEL_STUDIO_URL="http://studio.example.org:8081"),
        "name_unresolved",
        ("is blocked: it leads to no address", "the name server says 0.0.0.0"),
        ("take the name off the block list",),
        needs_names=True,
        names=(("studio.example.org", "0.0.0.0"),),
    ),
    "host_of_docker": Setup(
        unnamed("host.docker.internal"),
        "name_unresolved",
        ("knows no address of host.docker.internal",),
        ("add it to the service on Linux: extra_hosts" if IN_CONTAINER else ON_HOST,),
        needs_names=True,
    ),
    "name_of_mdns": Setup(
        unnamed("studio.local"),
        "name_unresolved",
        ("knows no address of studio.local",),
        ("write that machine's address into LABEL_STUDIO_URL",),
        needs_names=True,
    ),
    "name_server_is_dead": Setup(
        unnamed("studio.example.org", LABELGATE_TIMEOUT="1s"),
        "timeout",
        ("the name server did not answer in time",),
        ("/etc/resolv.conf",),
        needs_names=True,
        silent=True,
    ),
    "ipv6_only": Setup(
        http(response(200, USER), host="::1", name="label-studio"),
        "connection_refused",
        ("nothing listens at", "but at http://[::1]:"),
        ("write LABEL_STUDIO_URL=http://[::1]:",),
        hosts=STUDIO,
    ),
    "proxy_without_exception": Setup(
        through_proxy(response(503, SQUID, [("Server", "squid/5.7")]), "label-studio"),
        "proxy_failed",
        ("the proxy did not pass the request on", "from HTTP_PROXY"),
        ("add label-studio to NO_PROXY and no_proxy",),
    ),
    "proxy_forbids": Setup(
        through_proxy(response(403, SQUID, [("Server", "squid/5.7")]), "studio.example.org"),
        "proxy_failed",
        ("its rules forbid it", "from HTTP_PROXY"),
        ("add studio.example.org to NO_PROXY and no_proxy", "if it is in your own network"),
    ),
    "proxy_is_a_web_server": Setup(
        not_a_proxy("http", page(404, "Not Found", "nginx/1.22.1")),
        "proxy_failed",
        ("the proxy of http_proxy seems to have answered itself", "404 Not Found"),
        ("see whether the address in http_proxy is a proxy's, not a web server's",),
    ),
    "proxy_is_a_web_server_by_https": Setup(
        not_a_proxy("https", page(400, "Bad Request", "nginx/1.22.1")),
        "proxy_failed",
        ("does not act as an HTTP proxy", "it answered 400 to CONNECT"),
        ("correct the proxy's address in https_proxy",),
    ),
    "privoxy_blocks": Setup(
        not_a_proxy("http", response(403, "<title>Request blocked (Privoxy@localhost)</title>")),
        "proxy_failed",
        ("its rules forbid it", "from http_proxy"),
        ("add studio.example.org to NO_PROXY and no_proxy",),
    ),
    "proxy_is_away": Setup(
        proxy_is_away,
        "proxy_failed",
        ("the proxy cannot be reached", "connection refused", "from HTTP_PROXY"),
        ("correct the proxy's address",),
    ),
    "proxy_drops": Setup(
        proxy_drops,
        "timeout",
        ("the proxy in between did not answer in time", "from HTTP_PROXY"),
        ("correct the proxy's address",),
    ),
    # ---- Certificates
    "expired_certificate": Setup(
        https(valid(-90, -1)), "tls_expired", ("it expired on",), ("renew the server's certificate",)
    ),
    "not_yet_valid": Setup(
        https(valid(1, 90)),
        "tls_expired",
        ("is not valid yet", "the clock here says"),
        ("set the clock of the Docker host",),
    ),
    "missing_intermediate": Setup(
        https(intermediate),
        "tls_untrusted",
        ('did not send its issuer "Example Issuing CA"',),
        (
            "have the server send the whole chain (nginx: fullchain.pem in ssl_certificate)",
            "the app needs it too",
        ),
    ),
    "missing_intermediate_of_a_public_ca": Setup(
        https(public_intermediate),
        "tls_untrusted",
        ('did not send the certificate of its issuer "R10" (published at http://r10.i.example.org/)',),
        ("have the server send the whole chain (nginx: fullchain.pem",),
    ),
    "missing_intermediate_of_ones_own": Setup(
        https(private_intermediate),
        "tls_untrusted",
        ('did not send the certificate of its issuer "ACME Issuing CA 2"',),
        ("have the server send the whole chain (nginx: fullchain.pem",),
    ),
    "a_ca_that_may_be_either": Setup(
        https(plain_ca),
        "tls_untrusted",
        ("an unknown authority", '"ACME CA" was not sent'),
        ("if that CA is below another one, have the server send the whole chain", "if it is your own root"),
    ),
    "another_root_than_in_the_ca_file": Setup(
        https(other_root),
        "tls_untrusted",
        ("an unknown authority", 'the CA "ACME Root 2", which is not in'),
        ("add that CA's certificate to the file of LABELGATE_CA_FILE",),
    ),
    "private_ca": Setup(
        https(private_ca),
        "tls_untrusted",
        ("an unknown authority", '"Example Root"'),
        ("name the CA's PEM file in LABELGATE_CA_FILE", "for a Python app", "the system's CAs and this one"),
    ),
    "expired_and_unknown": Setup(
        https(expired_self_signed),
        "tls_expired",
        ("has expired, and its CA is not known",),
        ("renew the server's certificate",),
    ),
    "expired_root": Setup(
        https(expired_root),
        "tls_expired",
        ("a CA above the certificate", 'the CA certificate "Old Root" expired on'),
        ("put the renewed certificate of that CA in its place",),
    ),
    "tls_inspection": Setup(
        https(inspected),
        "tls_untrusted",
        ("something in between that opens TLS", "ACME TLS Inspection CA"),
        ("name the PEM file of that CA (ask who runs the network)",),
    ),
    "a_name_for_an_address_and_an_unknown_ca": Setup(
        https(another_unknown_site, name="127.0.0.1"),
        "tls_untrusted",
        ("for another name, and of an unknown authority", "it is for www.example.org"),
        ("put a name that is in the certificate into LABEL_STUDIO_URL",),
    ),
    "another_sites_certificate": Setup(
        https(another_site, name="studio.example.org"),
        "tls_wrong_host",
        ("it is for www.example.org",),
        ("give the server, or the proxy in front of it, a certificate for this host name",),
        hosts="127.0.0.1 studio.example.org",
    ),
    "another_sites_certificate_of_an_unknown_ca": Setup(
        https(another_unknown_site, name="studio.example.org"),
        "tls_untrusted",
        ("for another name, and of an unknown authority", "it is for www.example.org"),
        ("give the server, or the proxy in front of it, a certificate for this host name",),
        hosts="127.0.0.1 studio.example.org",
    ),
    "old_tls": Setup(
        tls_ended(70),
        "tls_failed",
        ("speaks no version of TLS that is supported here",),
        ("switch TLS 1.2 or 1.3 on at the server",),
    ),
    "unknown_server_name": Setup(
        tls_ended(112),
        "tls_failed",
        ("it does not know this host name (SNI)",),
        ("correct the host name in LABEL_STUDIO_URL",),
    ),
    "unknown_server_name_of_caddy": Setup(
        tls_ended(80),
        "tls_failed",
        ("it does not know this host name (SNI)", "internal error, as Caddy"),
        ("correct the host name in LABEL_STUDIO_URL",),
    ),
    "no_common_cipher": Setup(
        tls_ended(40),
        "tls_failed",
        ("no cipher in common",),
        ("see the TLS settings and the log of the server",),
    ),
    "default_certificate": Setup(
        https(default_certificate),
        "tls_untrusted",
        ("self-signed and for another name", "Kubernetes Ingress Controller Fake Certificate"),
        ("a certificate for this host name",),
    ),
    "wrong_host": Setup(
        https(another_name),
        "tls_wrong_host",
        ("it is for studio.example.org",),
        ("put a name that is in the certificate",),
    ),
}

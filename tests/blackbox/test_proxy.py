# SPDX-License-Identifier: MIT
"""The way to Label Studio through a proxy: tinyproxy, and stand-ins that do what it does not."""

from __future__ import annotations

import base64
import socket
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from authority import Authority
from clock import SLACK
from standin import TOKEN, Connection, Deaf, Request, StandIn, answer, label_studio, response

pytest_plugins = ("probes",)

NAME = "studio.example"
SECRET = "hunter2swordfish"
LOGIN = f"someone:{SECRET}"
LIMIT = 0.8


@pytest.fixture
def real_proxy(tmp_path: Path) -> Callable[..., object]:
    """with real_proxy("BasicAuth u p") as port: for it alone NAME is 127.0.0.1."""

    @contextmanager
    def start(*lines: str) -> Iterator[int]:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        (tmp_path / "hosts").write_text(f"127.0.0.1 localhost {NAME}\n")
        config = tmp_path / "tinyproxy.conf"
        config.write_text("\n".join([f"Port {port}", "Listen 127.0.0.1", "Timeout 20", *lines, ""]))
        command = f"mount --bind {tmp_path}/hosts /etc/hosts && exec tinyproxy -d -c {config}"
        process = subprocess.Popen(
            ["unshare", "--mount", "sh", "-c", command],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            for _ in range(200):
                with socket.socket() as tried:
                    if tried.connect_ex(("127.0.0.1", port)) == 0:
                        break
                time.sleep(0.02)
            assert process.poll() is None, "tinyproxy does not run (tests/prepare.sh installs it)"
            yield port
        finally:
            process.kill()
            process.wait()

    return start


needs_root = pytest.mark.native("unshare and a mounted /etc/hosts")


# ---- A real proxy ----------------------------------------------------------------------------------------


@needs_root
def test_http_through_a_proxy(probe, real_proxy) -> None:
    with real_proxy() as port, StandIn(answer(label_studio)) as studio:
        proxy = f"http://127.0.0.1:{port}"
        seen = probe(f"http://{NAME}:{studio.port}", env={"HTTP_PROXY": proxy})
        assert seen.code == 0 and seen.word == "ok", seen
        assert f"through the proxy {proxy} from HTTP_PROXY" in seen.out
        assert [request.header("Host") for request in studio.requests] == [f"{NAME}:{studio.port}"]
        # The name is known to the proxy alone.
        assert probe(f"http://{NAME}:{studio.port}").word in ("name_unresolved", "timeout")


@needs_root
@pytest.mark.parametrize(
    "variable", ["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY", "LABELGATE_PROXY"]
)
def test_https_through_a_tunnel_is_verified_end_to_end(
    probe, real_proxy, authority: Authority, variable: str
) -> None:
    root = authority.root()
    right = authority.context(authority.server(root, names=[NAME]))
    wrong = authority.context(authority.server(root, names=["127.0.0.1", "localhost"]))
    trust = {"LABELGATE_CA_FILE": str(authority.file(root))}
    with real_proxy() as port:
        env = {variable: f"127.0.0.1:{port}", **trust}
        with StandIn(answer(label_studio), tls=right) as studio:
            seen = probe(f"https://{NAME}:{studio.port}", env=env)
            assert seen.word == "ok" and f"from {variable})" in seen.out, seen
        with StandIn(answer(label_studio), tls=wrong) as studio:
            seen = probe(f"https://{NAME}:{studio.port}", env=env)
            assert seen.word == "tls_wrong_host" and studio.requests == [], seen
        with StandIn(answer(label_studio), tls=right) as studio:
            other = {
                **env,
                "LABELGATE_CA_FILE": str(authority.file(authority.root("Other Root", key="ec:other"))),
            }
            seen = probe(f"https://{NAME}:{studio.port}", env=other)
            assert seen.word == "tls_untrusted" and studio.requests == [], seen


@needs_root
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_login_at_the_proxy(probe, real_proxy, authority: Authority, scheme: str) -> None:
    root = authority.root()
    tls = authority.context(authority.server(root, names=[NAME])) if scheme == "https" else None
    with real_proxy(f"BasicAuth someone {SECRET}") as port, StandIn(answer(label_studio), tls=tls) as studio:
        env = {"LABELGATE_CA_FILE": str(authority.file(root))}
        url = f"{scheme}://{NAME}:{studio.port}"
        seen = probe(url, "-v", env={**env, "ALL_PROXY": f"http://{LOGIN}@127.0.0.1:{port}"})
        assert seen.word == "ok", seen
        assert SECRET not in seen.out + seen.err
        nobody = probe(url, env={**env, "ALL_PROXY": f"http://127.0.0.1:{port}"})
        assert nobody.word == "proxy_failed" and "407" in nobody.out and "USER:PASSWORD" in nobody.out, nobody
        wrong = probe(url, env={**env, "ALL_PROXY": f"http://someone:not{SECRET}@127.0.0.1:{port}"})
        # tinyproxy says 401, as a proxy in front of Label Studio would.
        assert wrong.word == ("proxy_auth" if scheme == "http" else "proxy_failed") and "401" in wrong.out, (
            wrong
        )
        assert SECRET not in nobody.out + wrong.out + wrong.err


@needs_root
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_service_name_that_no_proxy_knows(probe, real_proxy, scheme: str) -> None:
    with real_proxy() as port:
        seen = probe(f"{scheme}://label-studio:8080", env={"ALL_PROXY": f"http://127.0.0.1:{port}"})
    assert seen.code == 1 and seen.word == "proxy_failed", seen
    assert "to do: add label-studio to NO_PROXY" in seen.out


@needs_root
def test_a_proxy_that_forbids_connect(probe, real_proxy) -> None:
    with real_proxy("ConnectPort 443") as port:
        seen = probe(f"https://{NAME}:8443", env={"ALL_PROXY": f"http://127.0.0.1:{port}"})
    assert seen.word == "proxy_failed" and "403" in seen.out, seen


# ---- What goes to the proxy ------------------------------------------------------------------------------


def test_connect_carries_no_token(probe) -> None:
    heads: list[bytes] = []

    def refuse(connection: Connection) -> None:
        heads.append(connection.socket.recv(65536))
        connection.send(response(403))

    with StandIn(refuse) as proxy:
        seen = probe(f"https://{NAME}", env={"HTTPS_PROXY": f"http://{LOGIN}@{proxy.netloc}"})
    assert seen.word == "proxy_failed" and len(heads) == 1, seen
    assert heads[0].startswith(f"CONNECT {NAME}:443 ".encode())
    assert TOKEN.encode() not in heads[0] and b"Token" not in heads[0]
    assert base64.b64encode(LOGIN.encode()) in heads[0]


def test_the_app_is_asked_directly(run) -> None:
    with StandIn(answer(label_studio)) as proxy, StandIn(answer(response(200))) as app:
        variables = {
            "LABEL_STUDIO_URL": f"http://{NAME}",
            "LABEL_STUDIO_API_TOKEN": TOKEN,
            "LABELGATE_APP_URL": f"{app.url}/health",
            "HTTP_PROXY": proxy.url,
        }
        done = run("health", env=variables)
        assert len(app.requests) == 1
        assert [request.path for request in proxy.requests] == [f"http://{NAME}/api/current-user/whoami"], (
            done
        )
        # An app with a name is looked up here: the proxy never hears of it.
        run(
            "health", env={**variables, "LABELGATE_APP_URL": "http://app.invalid/", "LABELGATE_TIMEOUT": "1s"}
        )
        assert not any("app.invalid" in request.path for request in proxy.requests)


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "a.localhost", "127.1", "0.0.0.0", "[::ffff:127.0.0.1]"]
)
def test_loopback_is_asked_directly(probe, host: str) -> None:
    names = ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY", "LABELGATE_PROXY"]
    with StandIn(answer(label_studio)) as studio, StandIn(answer(response(200))) as proxy:
        seen = probe(f"http://{host}:{studio.port}", env=dict.fromkeys(names, proxy.url))
        assert seen.word == "ok" and "proxy" not in seen.out and proxy.connections == 0, seen


def as_proxy(request: Request) -> bytes:
    """A forward proxy that has Label Studio behind every name."""
    request.path = "/" + (request.path.split("/", 3) + [""] * 3)[3]
    return label_studio(request)


@pytest.mark.parametrize(
    ("set_", "directly"),
    [
        ({"LABELGATE_PROXY": "none"}, True),
        ({"LABELGATE_PROXY": "env"}, False),
        ({"LABELGATE_PROXY": ""}, False),
        ({"NO_PROXY": "*"}, True),
        ({"no_proxy": ".example"}, True),
        ({"NO_PROXY": "nothing,studio.example"}, True),
        ({"NO_PROXY": "dio.example"}, False),
        ({"REQUEST_METHOD": "GET"}, True),
    ],
    ids=str,
)
def test_what_turns_the_proxy_off(probe, set_: dict[str, str], directly: bool) -> None:
    with StandIn(answer(as_proxy)) as proxy:
        seen = probe(f"http://{NAME}", timeout="1s", env={"HTTP_PROXY": proxy.url, **set_})
        assert (proxy.connections == 0) == directly, seen
        assert (seen.word == "ok") != directly and ("through the proxy" in seen.out) != directly


@pytest.mark.parametrize(("load", "directly"), [("token", True), ("missing", False), ("all", False)])
def test_the_file_counts_as_far_as_the_app_gets_it(probe, tmp_path: Path, load: str, directly: bool) -> None:
    with StandIn(answer(as_proxy)) as proxy:
        (tmp_path / ".env").write_text(f"HTTP_PROXY=http://{LOGIN}@{proxy.netloc}\n")
        seen = probe(f"http://{NAME}", "-v", timeout="1s", env={"LABELGATE_LOAD": load})
        assert (proxy.connections == 0) == directly, seen
    assert SECRET not in seen.out + seen.err


def test_check_says_that_the_proxy_sees_the_token(run) -> None:
    with StandIn(answer(as_proxy)) as proxy:
        variables = {"LABEL_STUDIO_API_TOKEN": TOKEN, "ALL_PROXY": f"http://{LOGIN}@{proxy.netloc}"}
        plain = run("check", env={**variables, "LABEL_STUDIO_URL": f"http://{NAME}"})
        tls = run(
            "check", env={**variables, "LABEL_STUDIO_URL": f"https://{NAME}", "LABELGATE_TIMEOUT": "1s"}
        )
    assert "the proxy sees the token" in plain.out and "from ALL_PROXY" in plain.out, plain.out
    assert "the proxy sees the token" not in tls.out
    for done in (plain, tls):
        assert SECRET not in done.out + done.err and TOKEN not in done.out + done.err


# ---- What a proxy can do wrong ---------------------------------------------------------------------------


@pytest.mark.parametrize("status", [403, 404, 500, 502, 503, 504])
@pytest.mark.parametrize("host", ["label-studio", "ls", "studio.example"])
def test_a_page_of_the_proxy(probe, host: str, status: int) -> None:
    with StandIn(answer(response(status, "<h1>no</h1>"))) as proxy:
        seen = probe(f"http://{host}:8080", env={"HTTP_PROXY": proxy.url})
    assert seen.code == 1 and "through the proxy" in seen.out, seen
    if "." in host and status == 404:
        assert seen.word == "proxy_failed" and "see whether the address in HTTP_PROXY" in seen.out, seen
    elif "." in host:
        assert seen.word in ("proxy_denied", "server_error"), seen
    else:
        assert seen.word == "proxy_failed" and f"to do: add {host} to NO_PROXY" in seen.out, seen


def test_a_page_that_a_proxy_passed_on(probe) -> None:
    """As Via says: it is of the server that was asked."""
    page = response(404, "<h1>no</h1>", [("Via", "1.1 proxy")])
    with StandIn(answer(page)) as proxy:
        seen = probe("http://studio.example:8080", env={"HTTP_PROXY": proxy.url})
    assert seen.word == "not_found" and "through the proxy" in seen.out, seen


def test_a_web_server_that_is_called_a_proxy(probe) -> None:
    for status in (400, 404, 405, 501):
        with StandIn(answer(response(status, "<h1>no</h1>"))) as server:
            seen = probe("https://studio.example", env={"HTTPS_PROXY": server.url})
        assert seen.word == "proxy_failed" and f"it answered {status} to CONNECT" in seen.out, seen
        assert "to do: correct the proxy's address in HTTPS_PROXY" in seen.out, seen


def test_a_proxy_that_wants_tls(probe) -> None:
    page = "<title>400 The plain HTTP request was sent to HTTPS port</title>"
    for reply in (answer(response(400, page)), answer(b"\x15\x03\x01\x00\x02\x02\x46")):
        with StandIn(reply) as server:
            seen = probe("http://studio.example", env={"HTTP_PROXY": server.url})
        assert seen.word == "proxy_failed" and "over TLS" in seen.out, seen
        assert "write https://" not in seen.out, seen


def test_a_refused_token_stays_refused(probe) -> None:
    """Control: what Label Studio itself says through a proxy is no fault of the proxy's."""
    with StandIn(answer(as_proxy)) as proxy:
        seen = probe(
            "http://label-studio", env={"HTTP_PROXY": proxy.url, "LABEL_STUDIO_API_TOKEN": TOKEN[::-1]}
        )
    assert seen.word == "token_unknown" and "through the proxy" in seen.out, seen


@pytest.mark.parametrize(
    ("proxy", "words"),
    [
        ("socks5://127.0.0.1:1080", "SOCKS"),
        (f"socks5h://{LOGIN}@127.0.0.1:1080", "SOCKS"),
        (f"https://{LOGIN}@127.0.0.1:3129", "TLS"),
        ("http://no-such-proxy.invalid:3128", "no-such-proxy.invalid"),
        ("http://127.0.0.1:1", "connection refused"),
        (f"http://{LOGIN}@127.0.0.1:99999", "port"),
    ],
)
@pytest.mark.parametrize("verb", ["health", "check", "token"])
def test_a_proxy_that_cannot_be_used(run, proxy: str, words: str, verb: str) -> None:
    variables = {
        "LABEL_STUDIO_URL": f"https://{NAME}",
        "LABEL_STUDIO_API_TOKEN": TOKEN,
        "HTTPS_PROXY": proxy,
        "LABELGATE_TIMEOUT": "2s",
        "LABEL_STUDIO_USERNAME": "a@example.com",
        "LABEL_STUDIO_PASSWORD": "not-the-proxy's",
    }
    done = run(verb, *(["--login", "--print"] if verb == "token" else []), env=variables)
    said = done.out + done.err
    assert done.code == 1 and "[proxy_failed]" in said and words in said, said
    assert "HTTPS_PROXY" in said and SECRET not in said


@pytest.mark.parametrize(
    "given", ["sock", "socks5://p:1", f"http://{LOGIN}@p:0", f"ftp://{LOGIN}@p", "http://"]
)
def test_a_wrong_option_is_a_usage_error(run, given: str) -> None:
    variables = {"LABEL_STUDIO_URL": f"http://{NAME}", "LABEL_STUDIO_API_TOKEN": TOKEN}
    for done in (
        run("check", "--offline", "--proxy", given, env=variables),
        run("check", "--offline", env={**variables, "LABELGATE_PROXY": given}),
    ):
        assert done.code in (1, 2) and "HTTP proxy" in done.out + done.err, done
        assert SECRET not in done.out + done.err


def after_connect(play: Callable[[Connection], None]) -> Callable[[Connection], None]:
    def both(connection: Connection) -> None:
        connection.read_request()
        connection.send(b"HTTP/1.1 200 Connection established\r\n\r\n")
        play(connection)

    return both


def silent(connection: Connection) -> None:
    connection.wait()


def half_a_head(connection: Connection) -> None:
    connection.read_request()
    connection.send(b"HTTP/1.1 200 Conn")
    connection.wait()


def drips(connection: Connection) -> None:
    connection.read_request()
    connection.drip(b"HTTP/1.1 200 Connection established\r\nX: " + b"y" * 1000, 0.02)


@pytest.mark.parametrize(
    ("scheme", "play", "waits_for"),
    [
        ("https", silent, "waiting for it to open the way"),
        ("https", half_a_head, "waiting for it to open the way"),
        ("https", drips, "waiting for it to open the way"),
        ("https", after_connect(silent), "TLS handshake"),
        ("http", silent, "connected"),
        ("http", half_a_head, "connected"),
        ("http", drips, "connected"),
    ],
)
@pytest.mark.parametrize("verb", [["health"], ["health", "--wait", "0"], ["check"]], ids=" ".join)
def test_the_deadline_holds_over_a_proxy_that_hangs(
    run, scheme: str, play, waits_for: str, verb: list[str]
) -> None:
    with StandIn(play) as proxy:
        variables = {
            "LABEL_STUDIO_URL": f"{scheme}://{NAME}",
            "LABEL_STUDIO_API_TOKEN": TOKEN,
            "ALL_PROXY": f"http://localhost:{proxy.port}",
            "LABELGATE_TIMEOUT": f"{round(LIMIT * 1000)}ms",
        }
        begun = time.monotonic()
        done = run(*verb, env=variables)
        seconds = time.monotonic() - begun
    said = " ".join(done.out.split())
    assert done.code == 1 and "[timeout]" in said and "through the proxy" in said, said
    assert waits_for in said, said
    questions = 2 if verb == ["check"] else 1
    assert LIMIT * 0.9 < seconds < questions * LIMIT + SLACK, done.out


def test_a_proxy_that_is_not_connected_in_time(probe) -> None:
    deaf = Deaf()
    seen = probe(
        f"https://{NAME}",
        timeout=f"{round(LIMIT * 1000)}ms",
        env={"ALL_PROXY": f"http://127.0.0.1:{deaf.port}"},
    )
    assert seen.word == "timeout" and "connecting to the proxy 127.0.0.1" in seen.out, seen
    assert seen.seconds < LIMIT + SLACK


# ---- NO_PROXY, against Python's and curl's reading -----------------------------------------------------

LISTS = [
    "studio.example",
    ".studio.example",
    "example",
    ".example",
    "other,example",
    "other, example",
    "STUDIO.example",
    "studio.example.",
    "dio.example",
    "a.studio.example",
    "*",
    "*,x",
    "studio.example:80",
    ",,example,",
    "10.0.0.0/8",
    "192.0.2.7",
    "192.0.2.0/24",
    "192.0.2.7/32",
    "192.0.2.0/33",
    "192.0.2.0/x",
    "192.0.2",
    "2001:db8::7",
    "",
]
# Of an IPv6 network each version of curl has its own idea: tests/unit/test_proxy.c.
HOSTS = ["studio.example", "www.studio.example", "studio", "192.0.2.7"]


@pytest.mark.parametrize("list_", LISTS)
@pytest.mark.parametrize("host", HOSTS)
def test_no_proxy_is_read_as_curl_reads_it(probe, host: str, list_: str) -> None:
    url = f"http://{host}/"
    with StandIn(answer(response(200, "proxied"))) as proxy:
        env = {"http_proxy": proxy.url, "no_proxy": list_}
        curl = subprocess.run(
            ["curl", "-s", "-m", "0.3", url], env={**env, "PATH": "/usr/bin"}, capture_output=True, text=True
        )
        by_curl = curl.stdout == "proxied"
        before = proxy.connections
        probe(url, timeout="150ms", env=env)
        assert (proxy.connections > before) == by_curl, (host, list_, by_curl)


@pytest.mark.parametrize("list_", [one for one in LISTS if "/" not in one and ":" not in one])
@pytest.mark.parametrize("host", ["studio.example", "www.studio.example", "studio"])
def test_names_in_no_proxy_are_read_as_python_reads_them(probe, host: str, list_: str) -> None:
    bypassed = bool(urllib.request.proxy_bypass_environment(host, {"no": list_}))
    if list_ in ("studio.example.", "*,x"):
        pytest.skip("Python takes a final dot for another name")
    with StandIn(answer(as_proxy)) as proxy:
        probe(f"http://{host}", timeout="150ms", env={"HTTP_PROXY": proxy.url, "NO_PROXY": list_})
        assert (proxy.connections == 0) == bypassed, (host, list_, bypassed)

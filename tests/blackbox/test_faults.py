# SPDX-License-Identifier: MIT
"""What is not Label Studio, or answers badly: each its word, within the deadline, on both families."""

from __future__ import annotations

import json
import os
import socket
import sys
from pathlib import Path

import pytest
from clock import SLACK, timed
from conftest import call
from faults import FAULTS, GOOD, LOGIN_PAGE, PAGE_404, UNREAD
from standin import (
    TOKEN,
    USER,
    WHOAMI,
    Connection,
    Deaf,
    StandIn,
    answer,
    detail,
    free_port,
    label_studio,
    response,
)

pytest_plugins = ("probes",)

FAMILIES = ("127.0.0.1", "::1")
LIMIT = 0.8


@pytest.mark.parametrize("host", FAMILIES)
@pytest.mark.parametrize("name", FAULTS)
def test_fault(probe, name: str, host: str) -> None:
    fault = FAULTS[name]
    with StandIn(fault.play, host) as server:
        seen = probe(server.url, timeout="800ms" if fault.waits else "20s")
    assert seen.code == 1, seen
    if fault.word:
        assert seen.word == fault.word, seen
    assert seen.word not in ("", "ok")
    assert fault.says in seen.out
    assert seen.out.count("\n") <= 3 and len(seen.out.encode()) <= 500
    assert seen.err == ""
    if fault.waits:
        assert LIMIT - 0.1 < seen.seconds < LIMIT + SLACK, seen
    else:
        assert seen.seconds < 3, seen
    assert TOKEN[:8] not in seen.out


def test_a_port_that_closes_is_looked_at_once_more(probe) -> None:
    """Without the question; and a port that takes its time over it costs half a second, not the limit."""
    heard: list[bytes] = []

    def play(connection: Connection) -> None:
        if not heard:
            request = connection.read_request()
            heard.append(request.raw if request else b"")
            return
        heard.append(connection.socket.recv(65536))
        connection.wait()

    with StandIn(play) as server:
        seen = probe(server.url, timeout="20s")
        assert server.connections == 2
    assert seen.word == "connection_reset" and "closed the connection without" in seen.out, seen
    assert seen.seconds < 2, seen
    assert TOKEN.encode() in heard[0] and heard[1].startswith(b"\x16\x03\x01")
    assert TOKEN.encode() not in heard[1] and b"HTTP" not in heard[1] and b"Authorization" not in heard[1]


@pytest.mark.parametrize("name", UNREAD)
def test_a_refusal_that_cannot_be_read_is_one(probe, name: str) -> None:
    """Whose no it is nobody can tell; taken for an outage, a refused token would be called healthy."""
    status, play, waits = UNREAD[name]
    limit = "400ms" if waits else "20s"
    with StandIn(play) as server:
        plain = probe(server.url, timeout=limit)
        healthy = probe(server.url, "--unreachable", "healthy", timeout=limit)
        as_json = probe(server.url, "--unreachable", "healthy", "--json", timeout=limit)
        nobody = probe(server.url, "--unreachable", "healthy", "--no-token", timeout=limit)
    word = "unauthorized" if status == 401 else "forbidden"
    for seen in (plain, healthy, nobody):
        assert (seen.code, seen.word) == (1, word), seen
        assert f"answered {status}" in seen.out and "to do: " in seen.out
        assert seen.seconds < (0.4 + SLACK if waits else 3), seen
    told = json.loads(as_json.out)
    assert as_json.code == 1 and (told["reason"], told["class"], told["healthy"]) == (word, "refused", False)


@pytest.mark.parametrize("status", [401, 403])
def test_a_page_of_a_proxy_says_nothing_about_the_token(probe, status: int) -> None:
    """The other side of the rule: what can be read and is not Label Studio's stays unclear."""
    for body in (LOGIN_PAGE, "", "denied", {"error": "no"}):
        with StandIn(answer(response(status, body))) as server:
            seen = probe(server.url, "--unreachable", "healthy")
        assert (seen.code, seen.word) == (0, "proxy_auth" if status == 401 else "proxy_denied"), seen


@pytest.mark.parametrize("host", FAMILIES)
@pytest.mark.parametrize("name", GOOD)
def test_odd_but_right(probe, name: str, host: str) -> None:
    with StandIn(GOOD[name], host) as server:
        seen = probe(server.url)
    assert (seen.code, seen.word) == (0, "ok"), seen


def test_a_page_after_the_word_is_not_waited_for(probe) -> None:
    """Contract, section 4: the status line decides where the body is not needed."""
    with StandIn(FAULTS["404 of Label Studio, slow"].play) as server:
        seen = probe(server.url, timeout="20s")
    assert seen.word == "not_found" and f"{server.url}{WHOAMI}" in seen.out
    assert seen.seconds < 1.0


def test_the_first_bytes_of_a_404_are_kept(http_get) -> None:
    with StandIn(answer(response(404, PAGE_404))) as server:
        seen = http_get(server.url)
    assert seen.out.startswith("answered 404 4096 cut\n"), seen.out[:200]
    assert "<title>Label Studio</title>" in seen.out


def test_a_body_above_the_limit_is_cut(http_get) -> None:
    with StandIn(answer(response(200, "y" * 200_000))) as server:
        seen = http_get(server.url)
    assert seen.out.startswith("answered 200 65536 cut\n")
    with StandIn(answer(response(200, "y" * 65536))) as server:
        seen = http_get(server.url)
    assert seen.out.startswith("answered 200 65536 whole\n")


def test_a_500_without_its_body_is_still_a_500(probe) -> None:
    def play(connection) -> None:
        connection.read_request()
        connection.send(b"HTTP/1.1 500 X\r\nContent-Length: 5000\r\n\r\n<html>")

    with StandIn(play) as server:
        seen = probe(server.url)
    assert seen.word == "server_error"


def test_a_401_with_a_long_detail_stays_in_bounds(probe) -> None:
    with StandIn(answer(response(401, detail(401, "odd " * 5000)))) as server:
        seen = probe(server.url)
    assert seen.word == "unauthorized" and len(seen.out.encode()) <= 500


def test_the_request(probe) -> None:
    """One GET with these lines and no others; no Expect, no cookie, no Origin."""
    with StandIn(answer(label_studio)) as server:
        seen = probe(server.url + "/")
    assert (seen.code, seen.word) == (0, "ok"), seen
    assert server.connections == 1
    (request,) = server.requests
    assert (request.method, request.path) == ("GET", WHOAMI)
    headers = {name.lower(): value for name, value in request.headers}
    assert len(headers) == len(request.headers)
    agent = headers.pop("user-agent")
    assert agent.startswith("labelgate/") and agent[-1].isdigit()
    assert headers == {
        "host": server.netloc,
        "accept": "*/*",
        "accept-encoding": "identity",
        "connection": "close",
        "authorization": f"Token {TOKEN}",
    }


def test_the_sub_path_is_joined_with_one_slash(probe) -> None:
    for suffix in ("/label-studio", "/label-studio/", "/label-studio//"):
        with StandIn(answer(response(200, USER))) as server:
            seen = probe(server.url + suffix)
        assert seen.code == 0, seen
        assert [request.path for request in server.requests] == ["/label-studio" + WHOAMI]


def test_no_redirect_is_followed(probe) -> None:
    with StandIn(answer(label_studio)) as target:
        location = [("Location", target.url + WHOAMI)]
        with StandIn(answer(response(302, "", location))) as server:
            seen = probe(server.url)
        assert seen.word == "redirected"
        assert target.connections == 0


def test_proxy_variables_and_netrc_are_ignored(probe, tmp_path) -> None:
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login a password b\n")
    with StandIn(answer(label_studio)) as proxy, StandIn(answer(label_studio)) as server:
        names = ("http_proxy", "HTTP_PROXY", "https_proxy", "ALL_PROXY", "all_proxy")
        variables = dict.fromkeys(names, proxy.url)
        seen = probe(server.url, env={**variables, "HOME": str(tmp_path)})
        assert seen.code == 0
        assert proxy.connections == 0
        assert server.requests[0].header("Authorization") == f"Token {TOKEN}"


# ---- Connections -----------------------------------------------------------------------------------------


def test_localhost_is_tried_on_both_families(probe) -> None:
    for host in FAMILIES:
        with StandIn(answer(label_studio), host) as server:
            seen = probe(f"http://localhost:{server.port}")
        assert (seen.code, seen.word) == (0, "ok"), (host, seen)


def test_localhost_refused_is_one_line_for_both(probe) -> None:
    seen = probe(f"http://localhost:{free_port()}")
    assert (seen.code, seen.word) == (1, "connection_refused")
    assert seen.out.count("connection_refused") == 1
    assert "::1" in seen.out and "127.0.0.1" in seen.out
    assert "this container itself" in seen.out or "on this machine" in seen.out
    assert seen.seconds < 1.0


@pytest.mark.parametrize("host", ["127.1", "0x7f.0.1", "2130706433", "0177.0.0.1"])
def test_an_address_in_short(probe, host: str) -> None:
    """inet_aton(3): the app's getaddrinfo takes these for 127.0.0.1, so it reaches the server."""
    assert socket.getaddrinfo(host, 80)[0][4] == ("127.0.0.1", 80)
    with StandIn(answer(label_studio)) as server:
        seen = probe(f"http://{host}:{server.port}")
    assert (seen.code, seen.word) == (0, "ok"), seen


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.9", "[::1]"])
def test_a_refused_literal(probe, host: str) -> None:
    seen = probe(f"http://{host}:{free_port()}")
    assert (seen.code, seen.word) == (1, "connection_refused")
    assert "this container itself" in seen.out or "on this machine" in seen.out


@pytest.mark.parametrize("host", FAMILIES)
def test_a_dropped_syn_ends_by_the_deadline(probe, host: str) -> None:
    with Deaf(host) as port:
        netloc = f"[{host}]:{port.port}" if ":" in host else f"{host}:{port.port}"
        seen = probe(f"http://{netloc}", timeout="700ms")
    assert (seen.code, seen.word) == (1, "timeout"), seen
    assert "no connection to" in seen.out
    assert 0.6 < seen.seconds < 0.7 + SLACK


def test_a_deaf_address_does_not_hide_the_other(probe) -> None:
    """localhost: ::1 drops the SYN, 127.0.0.1 answers at the same port."""
    with Deaf("::1") as deaf, StandIn(answer(label_studio), port=deaf.port) as server:
        seen = probe(f"http://localhost:{server.port}")
    assert (seen.code, seen.word) == (0, "ok"), seen


ALARM_STATES = """
import os, signal, sys
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGALRM])
if sys.argv[1] == "ignored":
    signal.signal(signal.SIGALRM, signal.SIG_IGN)
if sys.argv[1] == "pending":
    os.kill(os.getpid(), signal.SIGALRM)
os.execv(sys.argv[2], sys.argv[2:])
"""


@pytest.mark.parametrize("state", ["blocked", "ignored", "pending"])
def test_whatever_the_parent_did_to_the_alarm(run, labelgate: Path, state: str) -> None:
    """Blocked, ignored, or one pending from before: the deadline holds, and no earlier."""
    with StandIn(FAULTS["never answers"].play) as server:
        variables = {
            "LABEL_STUDIO_URL": server.url,
            "LABEL_STUDIO_API_TOKEN": TOKEN,
            "LABELGATE_TIMEOUT": "700ms",
        }
        program = Path(sys.executable)
        seen, seconds = timed(
            lambda: run("-c", ALARM_STATES, state, str(labelgate), "health", program=program, env=variables)
        )
    assert seen.code == 1 and "[timeout]" in seen.out, seen
    assert 0.6 < seconds < 0.7 + SLACK + 0.5  # an interpreter starts first


def test_the_deadline_is_no_death_by_a_broken_pipe(
    labelgate: Path, clean_environment: dict[str, str]
) -> None:
    """Nobody reads the verdict any more: the code is 1 all the same, since Docker knows no other."""
    reader, writer = os.pipe()
    os.close(reader)
    with StandIn(FAULTS["never answers"].play) as server:
        variables = {
            "LABEL_STUDIO_URL": server.url,
            "LABEL_STUDIO_API_TOKEN": TOKEN,
            "LABELGATE_TIMEOUT": "500ms",
        }
        done = call(labelgate, "health", env=clean_environment | variables, stdout=writer)
    os.close(writer)
    assert done.code == 1


OUTPUTS = {
    "full": lambda command: ["sh", "-c", 'exec "$@" >/dev/full', "sh", *command],
    "closed": lambda command: ["sh", "-c", 'exec "$@" >&-', "sh", *command],
}


@pytest.mark.parametrize("how", OUTPUTS)
@pytest.mark.parametrize("words", [["health"], ["health", "--json"], ["health || exit 1"]])
def test_a_verdict_that_cannot_be_written_is_said(
    labelgate: Path, clean_environment: dict[str, str], how: str, words: list[str]
) -> None:
    """Contract, section 5: an error and not a silent success, even where all is well."""
    with StandIn(answer(label_studio)) as server:
        variables = {"LABEL_STUDIO_URL": server.url, "LABEL_STUDIO_API_TOKEN": TOKEN}
        done = call(*OUTPUTS[how]([str(labelgate), *words]), env=clean_environment | variables)
    assert done.code == 1 and "[output_failed]" in done.err, done
    assert TOKEN[:8] not in done.err

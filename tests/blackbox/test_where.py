# SPDX-License-Identifier: MIT
"""The same fault inside a container and on a host has another first step.

Docker's mark, /.dockerenv, is laid into a root of the test's own, or is not there, whatever this machine is.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from conftest import PATIENCE, call
from inside import Outcome, Plan
from standin import TOKEN, StandIn, answer, detail, free_port, response

HERE = Path(__file__).parent
NAME = "LABEL_STUDIO_API_TOKEN"
WRONG = TOKEN[::-1]
UNKNOWN = answer(response(401, detail(401, "Invalid token.")))
PLACES = ["container", "host"]

pytestmark = [
    pytest.mark.native("chroot starts a program of the machine's own"),
    pytest.mark.skipif(os.geteuid() != 0, reason="a root of its own needs root"),
]

# All of this machine but /run, where engines leave marks of theirs.
ROOT = """
root=$1 mark=$2 here=$3; shift 3
mount -t tmpfs none "$root" || exit 77
for name in /*; do
    if [ -L "$name" ]; then cp -P "$name" "$root"
    elif [ -d "$name" ]; then
        mkdir "$root$name"
        [ "$name" = /run ] || mount --rbind "$name" "$root$name" || exit 77
    fi
done
[ "$mark" = host ] || : >"$root/.dockerenv"
exec chroot "$root" sh -c 'cd "$1" && shift && exec "$@"' sh "$here" "$@"
"""

Ask = Callable[..., tuple[str, str]]


def read(code: int, out: str) -> tuple[str, str]:
    """Word and sentence of `health --json`, and its first step."""
    assert code == 1 and TOKEN not in out and WRONG not in out, out
    verdict = json.loads(out)
    assert len(verdict["sentence"]) <= 200
    return f"[{verdict['reason']}] {verdict['sentence']}", verdict["remedy"].partition("; ")[0]


@pytest.fixture
def ask(labelgate: Path, folder: Path, tmp_path: Path) -> Ask:
    """ask("host", LABEL_STUDIO_URL=url): what `health` says there."""

    def run(place: str, **env: str) -> tuple[str, str]:
        words = ["unshare", "-m", "sh", "-c", ROOT, "sh", folder, place, tmp_path, labelgate]
        done = call(*words, "health", "--json", env={"PATH": os.environ["PATH"], NAME: WRONG, **env})
        return read(done.code, done.out)

    return run


@pytest.mark.parametrize("place", PLACES)
def test_localhost(ask: Ask, place: str) -> None:
    """The container itself, where nobody listens; on a host the published port of the server."""
    sentence, step = ask(place, LABEL_STUDIO_URL=f"http://localhost:{free_port()}")
    assert "[connection_refused]" in sentence
    if place == "container":
        assert "are this container itself" in sentence
        assert "the service's name and its port inside" in step
    else:
        assert "on this machine" in sentence and "container" not in sentence
        assert "publishes that port" in step


@pytest.mark.parametrize("place", PLACES)
def test_no_address(ask: Ask, place: str) -> None:
    sentence, step = ask(place)
    assert "[url_missing]" in sentence and "LABEL_STUDIO_URL" in sentence
    assert ("--url" in sentence, "localhost" in step) == (place == "host", place == "host")


@pytest.mark.parametrize("place", PLACES)
def test_a_value_of_the_environment(ask: Ask, place: str) -> None:
    """A container is made with it; a shell has it anew with every command."""
    with StandIn(UNKNOWN) as server:
        sentence, step = ask(place, LABEL_STUDIO_URL=server.url)
    assert "[token_unknown]" in sentence and f"{NAME} (environment)" in sentence
    assert "copy the token again" in step
    assert ("docker compose up -d" in step) == (place == "container")


@pytest.mark.parametrize("place", PLACES)
def test_a_value_of_the_file(ask: Ask, tmp_path: Path, place: str) -> None:
    """`run` reads it again at its next start; a new environment is not needed."""
    with StandIn(UNKNOWN) as server:
        (tmp_path / ".env").write_text(f"OTHER_NAME={WRONG}\nLABEL_STUDIO_URL={server.url}\n")
        sentence, step = ask(place, LABELGATE_TOKEN_VAR="OTHER_NAME")
    assert "[token_unknown]" in sentence and "OTHER_NAME (.env line 1)" in sentence
    restart = "docker compose restart SERVICE" if place == "container" else "start the app again"
    assert step.endswith(f", then {restart}")


@pytest.mark.parametrize(
    ("place", "is_older", "first"),
    [
        ("container", False, "docker compose up -d"),
        ("container", True, "edit the value in the env_file: or environment: entry"),
        ("host", False, "unset the variable in this shell"),
        ("host", True, "unset the variable in this shell"),
    ],
)
def test_a_file_that_holds_another_value(
    ask: Ask, tmp_path: Path, place: str, is_older: bool, first: str
) -> None:
    """Written after the container was created, or there when it was."""
    file = tmp_path / ".env"
    file.write_text(f"{NAME}={TOKEN}\n")
    os.utime(file, (0, 0) if is_older else (2**32, 2**32))
    with StandIn(UNKNOWN) as server:
        sentence, step = ask(place, LABEL_STUDIO_URL=server.url)
    assert "[token_unknown]" in sentence and ".env line 1 holds another one" in sentence
    assert ("written after the container was created" in sentence) == (first == "docker compose up -d")
    assert step.startswith(first)


@dataclass(frozen=True)
class Network:
    """Of its own, with a name server that knows nobody unless it is said otherwise."""

    url: str
    word: str
    says: str
    container: str  # the first step there
    host: str = ""  # and on a host; "": the same
    table: dict[str, Any] = field(default_factory=dict)
    silent: bool = False
    routes: tuple[str, ...] = ()


STUDIO, DOTTED = "http://label-studio:8080", "http://studio.example.org:8080"
START, ON_HOST, ASK = "start that service", "on this host use --url", "ask whoever runs Label Studio"
NAME_SERVERS = "see whether the name servers of the host can be reached"
MUTE = {name: {"A": "SERVFAIL", "AAAA": "SERVFAIL"} for name in ("label-studio", "studio.example.org")}
LOCAL = {"label-studio": {"A": ["127.0.0.1"]}}

NETWORKS = {
    "no such service": Network(STUDIO, "name_unresolved", "knows no address of", START, ON_HOST),
    "no such host": Network(DOTTED, "name_unresolved", "knows no address of", ASK),
    "an error for the service": Network(STUDIO, "name_unresolved", "gave no answer", START, ON_HOST, MUTE),
    "an error for the host": Network(DOTTED, "name_unresolved", "gave no answer", NAME_SERVERS, table=MUTE),
    "silence for the service": Network(
        STUDIO, "timeout", "did not answer in time", START, ON_HOST, silent=True
    ),
    "silence for the host": Network(DOTTED, "timeout", "did not answer in time", NAME_SERVERS, silent=True),
    "a block list": Network(
        DOTTED,
        "name_unresolved",
        "is blocked",
        "take the name off the block list",
        table={"studio.example.org": {"A": ["0.0.0.0"], "AAAA": ["::"]}},
    ),
    "mDNS": Network("http://studio.local:8080", "name_unresolved", "", "write that machine's address into"),
    "Docker's host": Network(
        "http://host.docker.internal:8080", "name_unresolved", "", "extra_hosts", ON_HOST
    ),
    "nobody at the port": Network(
        STUDIO, "connection_refused", "nothing listens at", "see whether Label Studio runs", table=LOCAL
    ),
    "nobody at another port": Network(
        "http://label-studio:8081",
        "connection_refused",
        "nothing listens at",
        "which port it has inside",
        table=LOCAL,
    ),
    "no network": Network(
        "http://192.0.2.1:8080", "unreachable", "no route to its network", "put this container on a network"
    ),
    "no host": Network(
        "http://10.9.8.7:8080",
        "unreachable",
        "no machine has that address",
        "see whether that machine is on",
        routes=("route add unreachable 10.9.8.0/24",),
    ),
    "a firewall here": Network(
        "http://10.9.8.7:8080",
        "unreachable",
        "firewall on this machine",
        "let the firewall or network policy of this machine pass",
        routes=("route add prohibit 10.9.8.0/24",),
    ),
    "a firewall that drops": Network(
        "http://10.9.9.9:8080", "timeout", "no connection to", "let the firewall in between pass"
    ),
}


@pytest.mark.skipif(not Path("/dev/net/tun").exists(), reason="a network of its own needs a tunnel")
@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("name", NETWORKS)
def test_a_network(labelgate: Path, folder: Path, place: str, name: str) -> None:
    network = NETWORKS[name]
    env = {
        "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
        "LABEL_STUDIO_URL": network.url,
        "LABELGATE_TIMEOUT": "700ms" if network.word == "timeout" else "5s",
        NAME: WRONG,
    }
    command = ["sh", "-c", ROOT, "sh", str(folder), place, "/", str(labelgate), "health", "--json"]
    servers = [{"table": network.table, "silent": network.silent}]
    plan = Plan(command, env, servers=servers, listen=[], routes=list(network.routes))
    if network.table is MUTE:  # or the C library goes on asking until the time is up
        plan.resolv_conf = "nameserver 127.0.0.1\noptions timeout:1 attempts:1\n"
    done = subprocess.run(
        ["unshare", "-n", "-m", sys.executable, str(HERE / "inside.py")],
        input=plan.text(),
        capture_output=True,
        text=True,
        timeout=2 * PATIENCE,
        check=True,
    )
    outcome = Outcome(**json.loads(done.stdout))
    sentence, step = read(outcome.code, outcome.out)
    assert f"[{network.word}" in sentence and network.says in sentence
    expected = network.host if place == "host" and network.host else network.container
    assert expected in step, (sentence, step)

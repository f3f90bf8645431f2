# SPDX-License-Identifier: MIT
"""The same fault inside a container and on a host has another first step.

Docker's mark, /.dockerenv, is laid into a root of the test's own, or is not there, whatever this machine is.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import call
from standin import TOKEN, StandIn, answer, detail, free_port, response

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


@pytest.fixture
def ask(labelgate: Path, folder: Path, tmp_path: Path) -> Ask:
    """ask("host", LABEL_STUDIO_URL=url): the word and sentence of `health` there, and its first step."""

    def run(place: str, **env: str) -> tuple[str, str]:
        words = [
            "unshare",
            "-m",
            "sh",
            "-c",
            ROOT,
            "sh",
            folder,
            place,
            tmp_path,
            labelgate,
            "health",
            "--json",
        ]
        done = call(*words, env={"PATH": os.environ["PATH"], NAME: WRONG, **env})
        assert done.code == 1 and TOKEN not in done.out and WRONG not in done.out, done
        verdict = json.loads(done.out)
        return f"[{verdict['reason']}] {verdict['sentence']}", verdict["remedy"].partition("; ")[0]

    return run


@pytest.mark.parametrize("place", PLACES)
def test_localhost(ask: Ask, place: str) -> None:
    """The container itself, where nobody listens; on a host the published port of the server."""
    sentence, step = ask(place, LABEL_STUDIO_URL=f"http://localhost:{free_port()}")
    assert "[connection_refused]" in sentence
    if place == "container":
        assert "localhost is this container itself" in sentence
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

# SPDX-License-Identifier: MIT
"""Small limits (setrlimit): labelgate works, or says why not. It is never ended by a signal."""

from __future__ import annotations

import json
import os
import resource
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from authority import Authority
from conftest import Result, call
from standin import TOKEN, USER, Request, StandIn, answer, label_studio, response

pytest_plugins = ("probes",)
pytestmark = pytest.mark.native("limits the program itself, not an emulator")

KIB = 1024


def limited(number: int, value: int) -> Callable[[], None]:
    return lambda: resource.setrlimit(number, (value, value))


# ---- The stack -------------------------------------------------------------------------------------------

STACKS = [64, 96, 128, 160, 256]
# What arguments and environment leave of it. The kernel takes up to 8 KiB at random: with less, no program
# whatever comes as far as its first instruction.
LEFT = [10, 11, 12, 14, 16, 20, 24, 28, 32, 40, 48, 56, 64, 72, 80, 88, 96, 104, 112, 128, 160, 224]
POINTER = 8
PIECE = 1000


def fill(env: dict[str, str], size: int) -> dict[str, str]:
    """As much more as makes strings and pointers that large together."""
    filled = dict(env)
    room = size - sum(len(name) + len(value) + 2 + POINTER for name, value in env.items())
    while room > PIECE:
        filled[f"F{len(filled):05}"] = "x" * (PIECE - 8 - POINTER)
        room -= PIECE
    return filled


def places() -> Iterator[tuple[int, int]]:
    for stack in STACKS:
        for left in LEFT:
            if left < stack and stack - left <= 124:  # what execve passes on with a stack so small
                yield stack, left


VERBS = {
    "run": ["run", "--", "APP", "exit", "0"],
    "run, asking": ["run", "--wait", "0", "--", "APP", "exit", "0"],
    "health": ["health"],
    "health, JSON": ["health", "--json"],
    "health, waiting": ["health", "--wait", "0"],
    "health, both ends": ["health", "--app-url", "URL"],
    "check": ["check"],
    "check, JSON": ["check", "--json"],
    "token": ["token", "--print"],
    "token, writing": ["token", "--write"],
    "verify": ["verify"],
    "override": ["override", "app"],
    "install": ["install", "there"],
    "help": ["help", "run"],
    "version": ["version"],
    "nothing": [],
}


def words_of(verb: str, helpers: Path, studio: StandIn) -> list[str]:
    placed = {"APP": str(helpers / "init_app"), "URL": f"{studio.url}/x"}
    return [placed.get(word, word) for word in VERBS[verb]]


PROJECT = json.dumps({"services": {"app": {"image": "x", "command": ["a"]}}})


@pytest.fixture
def tls(authority: Authority, tmp_path: Path) -> Iterator[StandIn]:
    root = authority.root()
    (tmp_path / "ca.pem").write_bytes(root.pem)

    def both(request: Request) -> bytes:
        return response(200) if request.path == "/x" else label_studio(request)

    with StandIn(answer(both), tls=authority.context(authority.server(root))) as studio:
        yield studio


@pytest.mark.skipif(sys.maxsize < 2**32, reason="counts pointers of 8 bytes")
@pytest.mark.parametrize("verb", VERBS)
def test_a_stack_that_the_environment_fills(
    labelgate: Path, helpers: Path, world: str, tls: StandIn, tmp_path: Path, verb: str
) -> None:
    if world != "musl":
        pytest.skip("another world's frames are larger")
    words = words_of(verb, helpers, tls)
    env = {
        "LABEL_STUDIO_URL": tls.url,
        "LABEL_STUDIO_API_TOKEN": TOKEN,
        "LABELGATE_CA_FILE": str(tmp_path / "ca.pem"),
    }
    refused = worked = 0
    for stack, left in places():
        (tmp_path / ".env").write_text("LABEL_STUDIO_API_TOKEN=old\n")
        done = call(
            *(labelgate, *words),
            env=fill(env, (stack - left) * KIB),
            cwd=tmp_path,
            input=(PROJECT if verb == "override" else TOKEN).encode(),
            preexec_fn=limited(resource.RLIMIT_STACK, stack * KIB),
        )
        assert 0 <= done.code < 128, (stack, left, done)
        assert done.out or done.err, (stack, left, done)
        if "limit of the stack" not in done.out + done.err:
            worked += 1
            continue
        refused += 1
        assert left < 128 and done.code == (125 if verb.startswith("run") else 1), (stack, left, done)
        said = done.out if verb.startswith("health") else done.err
        if verb == "health, JSON":
            said = json.loads(said)["reason"]
        assert "start_failed" in said, (stack, left, done)
    assert refused and worked


def test_a_stack_for_the_app_and_none_to_ask_with(labelgate: Path, tmp_path: Path, world: str) -> None:
    if world == "debug":
        pytest.skip("sanitizers need a stack")
    env = {"LABEL_STUDIO_URL": "http://127.0.0.1:9", "LABEL_STUDIO_API_TOKEN": TOKEN}
    filled, stack = fill(env, 96 * KIB), limited(resource.RLIMIT_STACK, 160 * KIB)

    def ended(*words: str) -> Result:
        return call(labelgate, *words, env=filled, cwd=tmp_path, preexec_fn=stack)

    assert ended("run", "--", "/bin/true").code == 0
    for words in (["run", "--wait", "0", "--", "/bin/true"], ["check"], ["health"]):
        done = ended(*words)
        assert done.code == (125 if words[0] == "run" else 1)
        sentence, step = (done.out if words == ["health"] else done.err).splitlines()
        assert "[start_failed]" in sentence and "the limit of the stack" in sentence, done
        assert "to do: raise that limit (ulimits: stack" in step, done


def test_the_app_has_the_stack_that_is_refused_to_nobody_else(labelgate: Path, tmp_path: Path) -> None:
    """With a usual environment a limit of 192 KiB is enough."""
    env = {"PATH": os.environ["PATH"], "LABEL_STUDIO_API_TOKEN": TOKEN}
    stack = limited(resource.RLIMIT_STACK, 192 * KIB)
    done = call(labelgate, "run", "--", "sh", "-c", "ulimit -s", env=env, cwd=tmp_path, preexec_fn=stack)
    assert done.code == 0 and done.out == "192\n", done


# ---- The size of files -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "words", [["health"], ["health", "--json"], ["check"], ["token", "--print"], ["version"], ["help"]]
)
def test_a_result_in_a_file_that_may_not_grow(labelgate: Path, tmp_path: Path, words: list[str]) -> None:
    with StandIn(answer(response(200, USER))) as studio, (tmp_path / "out").open("wb") as out:
        env = {"LABEL_STUDIO_URL": studio.url, "LABEL_STUDIO_API_TOKEN": TOKEN}
        none = limited(resource.RLIMIT_FSIZE, 0)
        done = call(
            labelgate, *words, env=env, cwd=tmp_path, input=TOKEN.encode(), stdout=out, preexec_fn=none
        )
    assert done.code == 1 and "[output_failed]" in done.err, done


def test_a_file_that_may_not_grow_is_as_it_was(labelgate: Path, tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("LABEL_STUDIO_API_TOKEN=\n")
    for words in (["token", "--write", "--offline"], ["install", "there"]):
        done = call(
            labelgate, *words, cwd=tmp_path, env={}, input=TOKEN.encode(),
            preexec_fn=limited(resource.RLIMIT_FSIZE, 30),
        )  # fmt: skip
        assert done.code == 1 and "ulimit -f" in done.err, done
        assert file.read_text() == "LABEL_STUDIO_API_TOKEN=\n" and os.listdir(tmp_path) == [".env"]


def test_standard_error_in_a_file_that_may_not_grow(labelgate: Path, tmp_path: Path) -> None:
    with (tmp_path / "err").open("wb") as err:
        done = call(
            labelgate, "token", "--print", env={}, cwd=tmp_path, stderr=err,
            preexec_fn=limited(resource.RLIMIT_FSIZE, 0),
        )  # fmt: skip
    assert done.code == 1 and (tmp_path / "err").read_bytes() == b""


# ---- Descriptors and processes ---------------------------------------------------------------------------


@pytest.mark.parametrize("verb", VERBS)
def test_few_descriptors(labelgate: Path, helpers: Path, tls: StandIn, tmp_path: Path, verb: str) -> None:
    words = words_of(verb, helpers, tls)
    env = {
        "LABEL_STUDIO_URL": tls.url,
        "LABEL_STUDIO_API_TOKEN": TOKEN,
        "LABELGATE_CA_FILE": str(tmp_path / "ca.pem"),
    }
    for files in range(1, 12):
        done: Result = call(
            *(labelgate, *words),
            env=env,
            cwd=tmp_path,
            input=(PROJECT if verb == "override" else TOKEN).encode(),
            preexec_fn=limited(resource.RLIMIT_NOFILE, files),
        )
        said = done.out + done.err
        assert 0 <= done.code < 128 and (said or done.code == 0), (files, done)
        # Neither is what a lack of descriptors does anything that a permission would cure.
        assert "unreadable" not in said and "chown" not in said, (files, done)


@pytest.mark.skipif(not shutil.which("strace"), reason="strace is not installed")
@pytest.mark.parametrize("error", ["EMFILE", "ENOMEM"])
@pytest.mark.parametrize("name", [".env", "ls_token", "headers"])
def test_a_file_that_the_system_has_nothing_left_for(
    labelgate: Path, tmp_path: Path, name: str, error: str
) -> None:
    """Nothing is wrong with it, and nobody may be told to change it."""
    (tmp_path / name).write_text(f"LABEL_STUDIO_API_TOKEN={TOKEN}\n" if name == ".env" else "X-Team: blue\n")
    env = {"PATH": os.environ["PATH"], "LABEL_STUDIO_URL": "http://127.0.0.1:9"}
    env |= {
        ".env": {},
        "ls_token": {"LABEL_STUDIO_API_TOKEN_FILE": "ls_token"},
        "headers": {"LABELGATE_HEADER_FILE": "headers", "LABEL_STUDIO_API_TOKEN": TOKEN},
    }[name]
    trace = ["strace", "-f", "-qq", "-o", "/dev/null", "-P", name, "-e", f"inject=openat:error={error}"]
    done = call(*trace, labelgate, "run", "--wait", "0", "--", "/bin/true", env=env, cwd=tmp_path)
    sentence, step = [line for line in done.err.splitlines() if line.startswith("labelgate: ")]
    assert done.code == 125 and sentence.endswith("[start_failed]") and name in sentence, done
    assert "out of system resources" in sentence and "raise the container's limit" in step
    assert "chmod" not in step and "correct" not in step


# ---- Memory ----------------------------------------------------------------------------------------------

BUNDLE = Path("/etc/ssl/certs/ca-certificates.crt")


@pytest.mark.parametrize("form", ["file", "folder"])
@pytest.mark.parametrize(
    "verb", ["run, asking", "health", "health, JSON", "health, both ends", "check, JSON"]
)
def test_little_memory(
    labelgate: Path, helpers: Path, world: str, tls: StandIn, tmp_path: Path, verb: str, form: str
) -> None:
    """What fails for it is neither the CA file's nor the server's fault."""
    if world != "musl":
        pytest.skip("another world takes more")
    bundle = tmp_path / "ca.pem"
    if BUNDLE.exists():
        bundle.write_bytes(bundle.read_bytes() + BUNDLE.read_bytes())
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder/5ed36f99.0").write_bytes(bundle.read_bytes())
    (tmp_path / "folder/5ed36f99.1").write_bytes(b"")
    env = {
        "LABEL_STUDIO_URL": tls.url,
        "LABEL_STUDIO_API_TOKEN": TOKEN,
        "LABELGATE_CA_FILE": str(bundle if form == "file" else tmp_path / "folder"),
    }
    started = worked = refused = 0
    for size in range(2000, 6000, 80):
        done = call(
            *(labelgate, *words_of(verb, helpers, tls)),
            env=env,
            cwd=tmp_path,
            preexec_fn=limited(resource.RLIMIT_AS, size * KIB),
        )
        if done.code < 0 and not started:
            continue  # the kernel has no room for the program itself
        started += 1
        worked += done.code == 0
        refused += done.code != 0
        if done.code == 0:
            continue
        said = done.out if verb.startswith("health") else done.out + done.err
        assert done.code == (125 if verb.startswith("run") else 1), (size, done)
        assert "start_failed" in said, (size, done)
        if "JSON" in verb and done.out:
            json.loads(done.out)
    assert worked and refused

# SPDX-License-Identifier: MIT
"""What the container's log is told of the verdicts: when ill begins, changes, stays, ends."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import struct
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
from conftest import PATIENCE, Result
from container import MOUNTS, NATIVE, namespace, probe, wait_for_marked
from standin import TOKEN, USER, Connection, StandIn, detail, response

pytestmark = [NATIVE, MOUNTS]

HOUR_MS = 3_600_000
RECORD = "/memfd:labelgate-told (deleted)"
FORMAT = "=q56s"
SLEEP = shutil.which("sleep") or "/bin/sleep"
OK = response(200, USER)
REFUSED = response(401, detail(401, "Invalid token."))
BUSY = response(503)


class Studio(StandIn):
    """Answers as it was told last; None: not at all."""

    def __init__(self) -> None:
        self.says: bytes | None = OK
        super().__init__(self.play_once)

    def play_once(self, connection: Connection) -> None:
        if not connection.read_request():
            return
        if self.says is None:
            connection.wait()
        else:
            connection.send(self.says)


@dataclass
class Container:
    labelgate: Path
    first: int
    pid: int  # of the resident process, seen from here
    log: int
    url: str

    def probe(self, *options: str, user: int | None = None) -> Result:
        env = {"PATH": "/usr/bin:/bin", "LABELGATE_TIMEOUT": "1500ms"}
        return probe(self.first, self.labelgate, *options, env=env, user=user)

    def told(self, *options: str, user: int | None = None) -> list[str]:
        """The words that the log gets of one probe."""
        self.probe(*options, user=user)
        with suppress(BlockingIOError):
            text = os.read(self.log, 65536).decode()
            lines = text.splitlines()
            assert all(line.startswith("labelgate: ") and len(line) < 512 for line in lines), text
            return [re.sub(r"^labelgate: ([a-z ]+ \[\w+\]): .*", r"\1", line) for line in lines]
        return []

    def record(self) -> Path:
        """Made right after the marker is there to be seen."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            found = [fd for fd in Path(f"/proc/{self.pid}/fd").iterdir() if os.readlink(fd) == RECORD]
            if found:
                return found[0]
            time.sleep(0.01)
        raise AssertionError("no record")

    def shift(self, milliseconds: int) -> None:
        with open(self.record(), "r+b", buffering=0) as file:
            at, word = struct.unpack(FORMAT, file.read())
            file.seek(0)
            file.write(struct.pack(FORMAT, at + milliseconds, word))


@pytest.fixture
def studio() -> Iterator[Studio]:
    with Studio() as studio:
        yield studio


@contextmanager
def below(words: list[str], folder: Path, labelgate: Path, url: str) -> Iterator[Container]:
    """Below a PID 1 that is no labelgate; what it writes to standard error is the log."""
    pipe = folder / "log"
    os.mkfifo(pipe)
    log = os.open(pipe, os.O_RDWR | os.O_NONBLOCK)
    script = f"{shlex.join(words)} 2>{shlex.quote(str(pipe))} </dev/null & echo ready; wait"
    env = {"PATH": os.environ["PATH"], "LABEL_STUDIO_URL": url, "LABEL_STUDIO_API_TOKEN": TOKEN}
    try:
        with namespace("sh", "-c", script, env=env, cwd=folder) as first:
            (pid,) = wait_for_marked(first, 1)
            yield Container(labelgate, first, pid, log, url)
    finally:
        os.close(log)
        pipe.unlink()


@pytest.fixture
def inside(labelgate: Path, folder: Path, studio: Studio) -> Iterator[Container]:
    binary = Path(shutil.copy(labelgate, folder / "labelgate"))
    with below([str(binary), "run", SLEEP, "60"], folder, binary, studio.url) as container:
        yield container


UNKNOWN, ERROR = "unhealthy [token_unknown]", "unhealthy [server_error]"
WAITED = "unhealthy [wait_timeout]"
LATE, AGAIN = "unhealthy [timeout]", "healthy again [ok]"
MODES: list[list[str]] = [[], ["--json"], ["--wait", "0"]]


@pytest.mark.parametrize("mode", MODES)
def test_what_begins_changes_and_ends_is_told_once(
    inside: Container, studio: Studio, mode: list[str]
) -> None:
    told: Callable[[], list[str]] = lambda: inside.told(*mode)  # noqa: E731
    assert told() == []
    studio.says = REFUSED
    assert [told(), told(), told()] == [[UNKNOWN], [], []]
    studio.says = BUSY
    waits = "--wait" in mode  # then the word is that of the wait, and its cause is in the sentence
    assert [told(), told()] == [[WAITED if waits else ERROR], []]
    studio.says = None  # the alarm tells this one
    assert [told(), told()] == [[WAITED if waits else LATE], []]
    studio.says = REFUSED
    assert [told(), told()] == [[UNKNOWN], []]
    studio.says = OK
    assert [told(), told()] == [[AGAIN], []]
    studio.says = REFUSED
    assert [told(), told()] == [[UNKNOWN], []]


def test_a_wait_tells_a_change_of_its_cause(inside: Container, studio: Studio) -> None:
    lines = []
    for says in (BUSY, None, None, BUSY):
        studio.says = says
        inside.probe("--wait", "0")
        with suppress(BlockingIOError):
            lines += os.read(inside.log, 65536).decode().splitlines()
    assert len(lines) == 3, lines
    for line, cause in zip(lines, ("[server_error]", "[timeout]", "[server_error]"), strict=True):
        assert line.startswith("labelgate: unhealthy [wait_timeout]: ") and cause in line, line


@pytest.mark.parametrize("says", [REFUSED, None], ids=["an answer", "the alarm"])
def test_what_stays_is_told_once_an_hour(inside: Container, studio: Studio, says: bytes | None) -> None:
    word = LATE if says is None else UNKNOWN
    studio.says = says
    assert inside.told() == [word]
    inside.shift(-HOUR_MS + 60_000)
    assert inside.told() == []
    inside.shift(-61_000)
    assert [inside.told(), inside.told()] == [[word], []]
    inside.shift(HOUR_MS)  # a clock that has begun anew
    assert [inside.told(), inside.told()] == [[word], []]


def test_the_probe_itself_says_it_each_time(inside: Container, studio: Studio) -> None:
    studio.says = REFUSED
    for _ in range(2):
        done = inside.probe()
        assert done.code == 1 and done.out.startswith("unhealthy [token_unknown]")
    studio.says = OK
    assert inside.probe().out.startswith("healthy [ok]")


def test_what_found_no_room_is_told_later(inside: Container, studio: Studio) -> None:
    with suppress(BlockingIOError):
        while True:
            os.write(inside.log, b"x" * 4096)
    with suppress(BlockingIOError):
        while True:
            os.write(inside.log, b"x")
    studio.says = REFUSED
    for says in (REFUSED, None):
        studio.says = says
        assert inside.probe().code == 1
    with suppress(BlockingIOError):
        while os.read(inside.log, 65536):
            pass
    assert inside.told() == [LATE]


def test_once_though_nobody_reads_the_probe(inside: Container, studio: Studio, folder: Path) -> None:
    """Its own lines hang until the alarm, which must not tell the log again."""
    studio.says = REFUSED
    os.mkfifo(folder / "full")
    full = os.open(folder / "full", os.O_RDWR | os.O_NONBLOCK)
    with suppress(BlockingIOError):
        while True:
            os.write(full, b"x" * 4096)
    env = {"PATH": "/usr/bin:/bin", "LABELGATE_TIMEOUT": "1500ms"}
    words = ("sh", "-c", f'exec "$@" >{shlex.quote(str(folder / "full"))}', "sh")
    try:
        assert probe(inside.first, inside.labelgate, env=env, before=words).code == 1
    finally:
        os.close(full)
    assert os.read(inside.log, 65536).decode().count("token_unknown") == 1


def test_the_record_is_small_stays_so_and_holds_no_secret(inside: Container, studio: Studio) -> None:
    studio.says = REFUSED
    inside.probe()
    path = inside.record()
    at, word = struct.unpack(FORMAT, path.read_bytes())
    assert word.rstrip(b"\0") == b"token_unknown"
    assert abs(at - time.monotonic() * 1000) < 60_000
    with open(path, "r+b", buffering=0) as file:
        for size in (0, 63, 65, 1 << 30):
            with pytest.raises(PermissionError):
                file.truncate(size)
        file.seek(64)
        with pytest.raises(PermissionError):
            file.write(b"x")
    # The app has none of it.
    app = int(Path(f"/proc/{inside.pid}/task/{inside.pid}/children").read_text().split()[0])
    assert not [fd for fd in Path(f"/proc/{app}/fd").iterdir() if os.readlink(fd) == RECORD]


def test_a_record_that_holds_anything(inside: Container, studio: Studio) -> None:
    studio.says = REFUSED
    for text in (b"\xff" * 64, b"\0" * 8 + b"token_unknown" * 5, bytes(64)):
        with open(inside.record(), "r+b", buffering=0) as file:
            file.write(text[:64])
        assert [inside.told(), inside.told()] == [[UNKNOWN], []]


def test_another_user_tells_nothing(inside: Container, studio: Studio) -> None:
    """It believes nobody, so neither log nor record are its affair."""
    studio.says = REFUSED
    before = inside.record().read_bytes()
    assert inside.told(user=1000) == []
    assert inside.record().read_bytes() == before
    assert inside.told() == [UNKNOWN]


def test_the_same_user_tells(labelgate: Path, folder: Path, studio: Studio) -> None:
    binary = Path(shutil.copy(labelgate, folder / "labelgate"))
    user = ["setpriv", "--reuid=1000", "--regid=1000", "--clear-groups"]
    os.chmod(folder, 0o777)
    (folder / "log").unlink(missing_ok=True)
    words = [*user, str(binary), "run", SLEEP, "60"]
    studio.says = REFUSED
    with below(words, folder, binary, studio.url) as inside:
        os.chmod(folder / "log", 0o666)
        assert [inside.told(user=1000), inside.told(user=1000)] == [[UNKNOWN], []]


OTHER_SIZE = """
import os, sys
os.set_inheritable(os.memfd_create("labelgate-told"), True)
os.execvp(sys.argv[1], sys.argv[1:])
"""


@pytest.mark.parametrize("before", [[], [sys.executable, "-c", OTHER_SIZE]], ids=["none", "another size"])
def test_a_resident_without_a_record_tells_each_time(
    labelgate: Path, folder: Path, studio: Studio, before: list[str]
) -> None:
    """As 0.1.0's, which kept none."""
    marker = ["env", "-i", "LABELGATE_STARTED=1", f"LABEL_STUDIO_URL={studio.url}", "LABELGATE_TOKEN_VAR=X"]
    studio.says = REFUSED
    with below([*before, *marker, f"X={TOKEN}", SLEEP, "60"], folder, labelgate, studio.url) as inside:
        assert [inside.told(), inside.told()] == [[UNKNOWN], [UNKNOWN]]
        studio.says = OK
        assert inside.told() == []

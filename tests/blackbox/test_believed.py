# SPDX-License-Identifier: MIT
"""Whom a probe believes: every way in which somebody else carries the marker, and who is believed still.

The app's `run` asks port 8, a forged marker says port 7, and a probe that believes nobody asks port 9.
"""

import json
import os
import pty
import shlex
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from conftest import PATIENCE, Result, call
from container import APP, MOUNTS, NATIVE, namespace, probe, wait_for_marked, wait_for_resident
from field import OTHER_TOKEN, TOKEN, shows_token
from standin import StandIn, answer, label_studio

pytestmark = [NATIVE, MOUNTS]

APP_URL, FORGED_URL, OWN_URL = (f"http://127.0.0.1:{port}" for port in (8, 7, 9))
OF_APP = {"LABEL_STUDIO_URL": APP_URL, "LABEL_STUDIO_API_TOKEN": TOKEN}
OF_PROBE = {"PATH": "/usr/bin:/bin", "LABEL_STUDIO_URL": OWN_URL, "LABEL_STUDIO_API_TOKEN": TOKEN}
FORGED = ["env", "-i", "LABELGATE_STARTED=1", "LABELGATE_TOKEN_VAR=X", f"X={OTHER_TOKEN}"]
FORGED += [f"LABEL_STUDIO_URL={FORGED_URL}"]
USER = ["setpriv", "--reuid=1000", "--regid=1000", "--clear-groups"]
SLEEP = shutil.which("sleep") or "/bin/sleep"


@pytest.fixture
def binary(labelgate: Path, folder: Path) -> Path:
    return Path(shutil.copy(labelgate, folder / "labelgate"))


@contextmanager
def container(*processes: list[str | Path], marked: int, cwd: Path) -> Iterator[tuple[int, list[int]]]:
    """A container whose PID 1 is no labelgate but has started these. Gives its PID 1 and the pids, seen from
    here, of the processes with the marker, once there are so many."""
    script = "".join(f"{shlex.join(map(str, words))} </dev/null &\n" for words in processes)
    environment = {"PATH": os.environ["PATH"], **OF_APP}
    with namespace("sh", "-c", f"{script}echo ready; wait", env=environment, cwd=cwd) as first:
        yield first, wait_for_marked(first, marked)


def asked(done: Result) -> str:
    """The address that the verdict is about."""
    found = [url for url in (APP_URL, FORGED_URL, OWN_URL) if url in done.out.splitlines()[0]]
    assert len(found) == 1, done
    return found[0]


def inner(pid: int) -> int:
    """Its number in its own namespace."""
    return int(
        Path(f"/proc/{pid}/status").read_text().partition("\nNSpid:")[2].partition("\n")[0].split()[-1]
    )


def said(done: Result, words: str) -> bool:
    """As -v says it and as the note of the unhealthy verdict says it, within the limits of health."""
    lines = done.out.splitlines()
    assert done.code == 1 and len(lines) <= 3 and len(done.out) <= 500
    assert not shows_token(done.out + done.err)
    return words in done.err and lines[-1].startswith("note: ") and words in lines[-1]


# ---- Who is not believed -------------------------------------------------------------------------------


def test_another_users_process_is_not_believed(binary: Path, folder: Path) -> None:
    with container([*USER, *FORGED, SLEEP, "60"], marked=1, cwd=folder) as (first, pids):
        done = probe(first, binary, "-v", env=OF_PROBE)
        assert asked(done) == OWN_URL
        assert said(done, f"PID {inner(pids[0])} belongs to uid 1000 and is not believed by uid 0")


def test_another_users_process_hides_nobody(binary: Path, folder: Path) -> None:
    """It does not count towards "several", wherever among the processes it is."""
    forged = [*USER, *FORGED, SLEEP, "60"]
    with container(forged, [binary, "run", SLEEP, "60"], forged, marked=3, cwd=folder) as (first, _):
        done = probe(first, binary, "-v", env=OF_PROBE)
        assert asked(done) == APP_URL and "several" not in done.err


@pytest.mark.parametrize("mode", [0o4755, 0o2755])
def test_a_set_id_program_is_not_believed(binary: Path, folder: Path, mode: int) -> None:
    """`su` that a user has just started belongs to root, and has the environment that the user gave it."""
    program = Path(shutil.copy(SLEEP, folder / "su"))
    program.chmod(mode)
    for who in ([], USER):
        with container([*who, *FORGED, program, "60"], marked=1, cwd=folder) as (first, _):
            done = probe(first, binary, "-v", env=OF_PROBE)
            assert asked(done) == OWN_URL
            assert "is not believed" in done.err and "is not believed" in done.out


IDS = (
    "import os, sys, warnings; os.setresgid(0, 0, 0); os.setresuid(*map(int, sys.argv[1:4])); "
    "os.execvp(sys.argv[4], sys.argv[4:])"
)


@pytest.mark.parametrize("ids", [(1000, 0, 0), (0, 1000, 0)])
def test_a_process_of_two_users_is_not_believed(
    binary: Path, folder: Path, ids: tuple[int, int, int]
) -> None:
    words = [sys.executable, "-c", IDS, *map(str, ids), *FORGED, SLEEP, "60"]
    with container(words, marked=1, cwd=folder) as (first, _):
        done = probe(first, binary, "-v", env=OF_PROBE)
        assert asked(done) == OWN_URL
        assert said(done, "not believed")


def test_a_process_namespace_below_is_another_container(binary: Path, folder: Path) -> None:
    """Docker in Docker without a mount namespace; the probe sees its processes."""
    below = ["unshare", "--pid", "--fork", "--kill-child", binary, "run", SLEEP, "60"]
    with container(below, marked=1, cwd=folder) as (first, _):
        done = probe(first, binary, "-v", env=OF_PROBE)
        assert asked(done) == OWN_URL
        assert said(done, "no running `labelgate run` found")


def test_containers_with_shared_processes_answer_for_themselves(binary: Path, folder: Path) -> None:
    """As shareProcessNamespace has it: PID 1 is neither's, and each has a mount namespace of its own."""

    def one(url: str) -> list[str | Path]:
        return ["unshare", "--mount", "env", f"LABEL_STUDIO_URL={url}", binary, "run", SLEEP, "60"]

    with container(one(APP_URL), one(FORGED_URL), marked=2, cwd=folder) as (_, pids):
        for pid in pids:
            url = dict(
                entry.split("=", 1) for entry in Path(f"/proc/{pid}/environ").read_text().split("\0")[:-1]
            )["LABEL_STUDIO_URL"]
            done = probe(pid, binary, "-v", env=OF_PROBE)
            assert asked(done) == url
            assert said(done, f"PID {inner(pid)}")


# ---- Control groups ------------------------------------------------------------------------------------


def hierarchy() -> Path | None:
    """A hierarchy of control groups where we may make some."""
    for root in (Path("/sys/fs/cgroup"), Path("/sys/fs/cgroup/unified"), Path("/sys/fs/cgroup/pids")):
        try:
            os.rmdir(tempfile.mkdtemp(prefix="labelgate-", dir=root))
        except OSError:
            continue
        if (root / "cgroup.procs").exists():
            return root
    return None


@pytest.fixture
def groups() -> Iterator[list[Path]]:
    root = hierarchy()
    if root is None:
        pytest.skip("no control groups can be made here")
    # Their names are the machine's, unlike our process id.
    made = [Path(tempfile.mkdtemp(prefix="labelgate-", dir=root)) for _ in range(3)]
    yield made
    deadline = time.monotonic() + PATIENCE
    for group in made:
        while group.exists() and time.monotonic() < deadline:
            try:
                group.rmdir()
            except OSError:  # who was in it has just been killed
                time.sleep(0.01)


def within(group: Path, *words: str | Path) -> list[str]:
    return ["sh", "-c", f'echo $$ >"{group}/cgroup.procs"; exec "$@"', "sh", *map(str, words)]


def test_the_run_of_another_control_group_is_not_answered_for(
    binary: Path, folder: Path, groups: list[Path]
) -> None:
    """A host: another clone's `run` in another session; everything else is the same."""
    app, own, _ = groups
    with container(within(app, binary, "run", SLEEP, "60"), marked=1, cwd=folder) as (first, pids):
        done = probe(first, binary, "-v", env=OF_PROBE, before=tuple(within(own)))
        assert asked(done) == OWN_URL
        assert said(done, f"the labelgate with PID {inner(pids[0])} is in another control group")
        # In an image of systemd the probe is beside PID 1.
        done = probe(first, binary, "-v", env=OF_PROBE)
        assert asked(done) == APP_URL
        assert said(done, f"running labelgate, PID {inner(pids[0])}")


def test_the_run_of_the_own_control_group_comes_first(binary: Path, folder: Path, groups: list[Path]) -> None:
    app, own, _ = groups
    others = [within(app, "env", f"LABEL_STUDIO_URL={FORGED_URL}", binary, "run", SLEEP, "60")] * 2
    mine = within(own, binary, "run", SLEEP, "60")
    with container(others[0], mine, others[1], marked=3, cwd=folder) as (first, _):
        assert asked(probe(first, binary, env=OF_PROBE, before=tuple(within(own)))) == APP_URL
        done = probe(first, binary, "-v", env=OF_PROBE)
        assert asked(done) == OWN_URL
        assert said(done, "several `labelgate run` share this container")


def test_pid_1_is_believed_whatever_its_control_group(binary: Path, folder: Path, groups: list[Path]) -> None:
    command = within(groups[2], binary, "run", *APP)
    environment = {"PATH": os.environ["PATH"], **OF_APP}
    with namespace(*command, env=environment, cwd=folder) as first:
        wait_for_resident(first)
        done = probe(first, binary, "-v", env=OF_PROBE, before=tuple(within(groups[1])))
        assert asked(done) == APP_URL
        assert said(done, "running labelgate, PID 1")


# ---- Many ----------------------------------------------------------------------------------------------


@pytest.mark.skipif(not shutil.which("strace"), reason="strace is not installed")
@pytest.mark.parametrize("who", [["env", "-i"], [*USER, *FORGED]])
def test_the_cost_grows_with_the_number_of_processes(
    binary: Path, folder: Path, world: str, who: list[str]
) -> None:
    """And no faster. In system calls, which a busy machine does not change."""
    if world != "musl":
        pytest.skip(f"counted with the static binary; this is {world}")
    made = []
    for count in (60, 120, 240):
        marked = count if who[0] != "env" else 0
        with container(*[[*who, SLEEP, "60"]] * count, marked=marked, cwd=folder) as (first, _):
            trace = ("strace", "-f", "-o", str(folder / "trace"))
            assert asked(probe(first, binary, env=OF_PROBE, before=trace)) == OWN_URL
            lines = (folder / "trace").read_text(errors="replace").splitlines()
            made.append(sum("(" in line for line in lines))
    assert made[1] - made[0] >= 60, "each is looked at"
    assert made[2] - made[1] < 2.5 * (made[1] - made[0])


# ---- Who is believed, and who cannot be read -----------------------------------------------------------


@pytest.mark.parametrize("init", [True, False])
@pytest.mark.parametrize("user", [0, 1000])
def test_the_same_user_is_believed(binary: Path, folder: Path, init: bool, user: int) -> None:
    words = [*(USER if user else []), binary, "run", *APP]
    environment = {"PATH": os.environ["PATH"], **OF_APP}
    with namespace(*words, env=environment, cwd=folder, init=init) as first:
        pid = inner(wait_for_marked(first, 1)[0])
        done = probe(first, binary, "-v", env=OF_PROBE, user=user or None)
        assert asked(done) == APP_URL
        assert said(done, f"the settings are those of the running labelgate, PID {pid}")


def test_a_program_that_was_replaced_is_believed(binary: Path, folder: Path) -> None:
    with container([binary, "run", SLEEP, "60"], marked=1, cwd=folder) as (first, _):
        fresh = Path(shutil.copy(binary, folder / "fresh"))
        fresh.rename(binary)
        assert asked(probe(first, binary, env=OF_PROBE)) == APP_URL


# Newer kernels show an environment, but not the namespaces, to whom has CAP_PERFMON.
WITHOUT = ["-sys_ptrace", "-sys_ptrace,-perfmon"]


@pytest.mark.parametrize("caps", WITHOUT)
@pytest.mark.parametrize("init", [True, False])
def test_a_run_of_another_user_that_cannot_be_read_is_told(
    binary: Path, folder: Path, init: bool, caps: str
) -> None:
    """A root HEALTHCHECK beside an app of another user, as Docker gives it its capabilities."""
    environment = {"PATH": os.environ["PATH"], **OF_APP}
    with namespace(*USER, binary, "run", *APP, env=environment, cwd=folder, init=init) as first:
        wait_for_resident(first)
        before = ("setpriv", f"--bounding-set={caps}", f"--inh-caps={caps}")
        done = probe(first, binary, "-v", env=OF_PROBE, before=before)
        assert asked(done) == OWN_URL
        why = "the running labelgate belongs to uid 1000 and cannot be read by uid 0: "
        assert said(done, why + "give HEALTHCHECK the same user")
        # With all capabilities it could be read, and is another user's all the same.
        done = probe(first, binary, "-v", env=OF_PROBE)
        assert asked(done) == OWN_URL
        assert said(done, "belongs to uid 1000 and is not believed by uid 0")


def test_a_program_that_its_user_may_not_read_is_told(binary: Path, folder: Path) -> None:
    binary.chmod(0o711)
    environment = {"PATH": os.environ["PATH"], **OF_APP}
    with namespace(*USER, binary, "run", *APP, env=environment, cwd=folder) as first:
        wait_for_resident(first)
        done = probe(first, binary, "-v", env=OF_PROBE, user=1000)
        assert asked(done) == OWN_URL
        assert said(done, "cannot be read by its own user, uid 1000: give the program mode 0755")


def test_json_tells_whom_it_believed(binary: Path, folder: Path) -> None:
    with container([binary, "run", SLEEP, "60"], marked=1, cwd=folder) as (first, pids):
        told = json.loads(probe(first, binary, "--json", env=OF_PROBE).out)
        assert f"PID {inner(pids[0])}" in told["note"] and told["url"] == APP_URL


def test_check_says_whom_it_believed(binary: Path, folder: Path) -> None:
    with container([*USER, *FORGED, SLEEP, "60"], marked=1, cwd=folder) as (first, _):
        command = ["nsenter", "-t", str(first), "-p", "-m", "--wd=/", binary, "check", "--offline", "-v"]
        done = call(*command, env=OF_PROBE)
        assert "belongs to uid 1000 and is not believed by uid 0" in done.err
        assert "the running app" not in done.out


# ---- Its standard error --------------------------------------------------------------------------------

O_PATH_AS_STDERR = (
    "import os, sys; os.dup2(os.open(sys.argv[1], os.O_PATH), 2); os.execvp(sys.argv[2], sys.argv[2:])"
)


def test_nothing_is_written_through_a_name(binary: Path, folder: Path) -> None:
    """O_PATH needs no permission of the file: root would write what its holder could not even read."""
    secret = folder / "script"
    secret.write_text("#!/bin/sh\n")
    secret.chmod(0o600)
    words = [sys.executable, "-c", O_PATH_AS_STDERR, str(secret), *FORGED, SLEEP, "60"]
    for who, url in ((USER, OWN_URL), ([], FORGED_URL)):
        with container([*who, *words], marked=1, cwd=folder) as (first, _):
            assert asked(probe(first, binary, env=OF_PROBE)) == url
        assert secret.read_text() == "#!/bin/sh\n"


def logged(binary: Path, folder: Path, redirect: str) -> None:
    script = f"exec '{binary}' run {SLEEP} 60 {redirect}"
    with container(["sh", "-c", script], marked=1, cwd=folder) as (first, _):
        assert asked(probe(first, binary, env=OF_PROBE)) == APP_URL


def test_nothing_is_written_into_a_file(binary: Path, folder: Path) -> None:
    log = folder / "log"
    for redirect in (f"2>>'{log}'", f"2<>'{log}'"):
        logged(binary, folder, redirect)
        assert log.read_text() == ""


def test_a_pipe_is_written_to_but_not_from_its_other_end(binary: Path, folder: Path) -> None:
    pipe = folder / "pipe"
    os.mkfifo(pipe)
    with open(os.open(pipe, os.O_RDWR | os.O_NONBLOCK), "rb", buffering=0) as end:
        logged(binary, folder, f"2<'{pipe}'")
        assert end.read() is None
        logged(binary, folder, f"2>'{pipe}'")
        line = (end.read() or b"").decode()
        assert line.startswith("labelgate: unhealthy [connection_refused]") and APP_URL in line


def test_a_terminal_is_written_to(binary: Path, folder: Path) -> None:
    master, slave = pty.openpty()
    try:
        logged(binary, folder, f"2>'{os.ttyname(slave)}'")
        assert b"labelgate: unhealthy [connection_refused]" in os.read(master, 4096)
    finally:
        os.close(master)
        os.close(slave)


# ---- What the probe's own options say of the app -------------------------------------------------------

NOT_USED = {
    "--url": [OWN_URL],
    "--token-var": ["OTHER"],
    "--no-token": [],
    "--jwt": ["accept"],
    "--load": ["all"],
    "--env-file": ["/none/.env"],
    "--header-file": ["/none/headers"],
}


@pytest.mark.parametrize("option", NOT_USED)
def test_an_option_does_not_replace_what_the_app_has(binary: Path, folder: Path, option: str) -> None:
    with StandIn(answer(label_studio)) as server:
        run = ["env", f"LABEL_STUDIO_URL={server.url}", binary, "run", SLEEP, "60"]
        with container(run, marked=1, cwd=folder) as (first, _):
            words = [option, *NOT_USED[option]]
            environment = OF_PROBE | {"OTHER": OTHER_TOKEN}
            done = probe(first, binary, *words, "-v", env=environment)
            told = f"{option} was not used: the running app has its own"
            assert done.code == 0 and server.requests[-1].header("Authorization") == f"Token {TOKEN}"
            assert told in done.out and told in done.err
            assert "not used" not in probe(first, binary, "-v", env=environment).err


def test_what_was_not_used_and_whom_it_believed_share_a_line(binary: Path, folder: Path) -> None:
    with container([binary, "run", SLEEP, "60"], marked=1, cwd=folder) as (first, pids):
        words = [word for option, values in NOT_USED.items() for word in (option, *values)]
        done = probe(first, binary, "-v", *words, env=OF_PROBE)
        assert asked(done) == APP_URL and len(done.out.splitlines()) == 3 and len(done.out) <= 500
        note = done.out.splitlines()[-1]
        assert note.startswith(f"note: PID {inner(pids[0])}: --") and note.endswith(
            "the running app has its own"
        )


def test_an_address_counts_where_the_app_has_none(binary: Path, folder: Path) -> None:
    run = ["env", "-u", "LABEL_STUDIO_URL", binary, "run", SLEEP, "60"]
    with container(run, marked=1, cwd=folder) as (first, _):
        done = probe(first, binary, "-v", "--url", OWN_URL, env={"PATH": "/usr/bin:/bin"})
        assert asked(done) == OWN_URL and "not used" not in done.err + done.out

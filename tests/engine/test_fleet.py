# SPDX-License-Identifier: MIT
"""What many guarded containers do to one Label Studio: the cost of a probe, and 200 that wait at once."""

from __future__ import annotations

import collections
import datetime
import json
import os
import re
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from engine import Engine, LabelStudio, Project, poll

FLEET = 200
PROBES = 60
# Seconds of CPU. Some 10 ms on a quiet machine; more means that a probe asks for something dear.
DEAR = 0.1
WHOAMI = re.compile(r'^(\S{19})\S* .*"GET /api/current-user/whoami HTTP/1\.1" (\d+)', re.MULTILINE)
# Starts all probes, then one line for each: its code and its first line.
START_ALL = """
import json, subprocess, sys
count, words = int(sys.argv[1]), sys.argv[2:]
pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL, "text": True}
probes = [subprocess.Popen(words, **pipes) for _ in range(count)]
print("started", flush=True)
for probe in probes:
    out = probe.communicate()[0]
    print(json.dumps([probe.returncode, out.splitlines()[:1]]), flush=True)
"""


@pytest.fixture(autouse=True)
def legacy_on(label_studio: LabelStudio) -> None:
    label_studio.settings(api=True, legacy=True)


@pytest.fixture
def server(project: Project) -> str:
    return project.container("label-studio")


@pytest.fixture
def fleet(
    engine: Engine, run_name: str, project: Project, binary: Path, python_image: str, tmp_path: Path
) -> Iterator[Callable[..., str]]:
    """Starts FLEET probes at once in one container on Label Studio's network; returns its name."""
    name = f"{run_name}-fleet"

    def start(token: str, url: str, wait: str, *options: str) -> str:
        (tmp_path / "token").write_text(token)
        files = ["--volume", f"{binary}:/labelgate:ro", "--volume", f"{tmp_path}/token:/token:ro"]
        environment = ["--env", f"LABEL_STUDIO_URL={url}", "--env", "LABEL_STUDIO_API_TOKEN_FILE=/token"]
        network = ["--network", f"{project.name}_default", *options]
        probes = ["python3", "-c", START_ALL, str(FLEET), "/labelgate", "health", "--wait", wait]
        words = [*files, *environment, *network, "--env", "LABELGATE_TIMEOUT=10s", python_image, *probes]
        engine.run("run", "--detach", "--init", "--name", name, *words)
        poll(lambda: "started" in engine.logs(name), 60.0, "all probes are started")
        return name

    yield start
    engine.run("rm", "--force", name, check=False)


def results(engine: Engine, name: str, within: float) -> list[tuple[int, str]]:
    poll(lambda: engine.inspect(name)["State"]["Status"] == "exited", within, "the end of all probes")
    lines = [json.loads(line) for line in engine.logs(name).splitlines() if line.startswith("[")]
    return [(code, " ".join(first)) for code, first in lines]


def logged(engine: Engine, server: str, since: str) -> list[tuple[str, int]]:
    """Second and status of each line about whoami in Label Studio's own log."""
    shown = engine.run("logs", "--timestamps", "--since", since, server)
    found = WHOAMI.findall(shown.stdout + shown.stderr)
    return [(second, int(status)) for second, status in found]


def asked(
    engine: Engine, server: str, label_studio: LabelStudio, binary: Path, since: str
) -> list[tuple[str, int]]:
    """Second and status of each whoami.

    Label Studio logs some in two like lines: one more probe shows how many.
    """
    before = logged(engine, server, since)
    start = now(engine)
    assert probe(label_studio, binary).returncode == 0
    return before[:: poll(lambda: settled(engine, server, start), 10.0, "the lines of one more probe")]


def settled(engine: Engine, server: str, since: str) -> int:
    """How many lines there are, once no more come; 0 before that."""
    first = len(logged(engine, server, since))
    time.sleep(1.0)
    return first if first == len(logged(engine, server, since)) else 0


def now(engine: Engine) -> str:
    return engine.out("info", "--format", "{{.SystemTime}}")


def cpu_seconds(engine: Engine, server: str) -> float:
    """CPU time of Label Studio's processes so far, of its health check's none."""
    pid = engine.inspect(server)["State"]["Pid"]
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def probe(label_studio: LabelStudio, binary: Path) -> subprocess.CompletedProcess[str]:
    environment = {
        "LABEL_STUDIO_URL": f"http://{label_studio.host}:{label_studio.port}",
        "LABEL_STUDIO_API_TOKEN": label_studio.legacy_token(),
    }
    return subprocess.run(
        [binary, "health"], env=environment, cwd="/", capture_output=True, text=True, check=False
    )


def test_what_one_probe_costs_the_server(
    engine: Engine, server: str, label_studio: LabelStudio, binary: Path, record_property: Callable[..., None]
) -> None:
    before = cpu_seconds(engine, server)
    for _ in range(PROBES):
        done = probe(label_studio, binary)
        assert done.returncode == 0, done.stdout
    cost = (cpu_seconds(engine, server) - before) / PROBES
    record_property("cpu_ms", round(cost * 1000, 1))
    print(f"one probe costs Label Studio {cost * 1000:.1f} ms of CPU time")
    assert cost < DEAR


def a_second(requests: list[tuple[str, int]]) -> list[int]:
    """How many were answered in each second, from the first to the last."""
    moments = sorted(datetime.datetime.fromisoformat(second) for second, _ in requests)
    counts = [0] * (round((moments[-1] - moments[0]).total_seconds()) + 1)
    for moment in moments:
        counts[round((moment - moments[0]).total_seconds())] += 1
    return counts


def assert_spread(counts: list[int]) -> None:
    """In step, all would ask in one second of five.

    The log knows when Label Studio answered, and a busy machine makes it answer in lumps. So most seconds
    have some of them, and hardly one has nearly all.
    """
    busy = sum(count > 0 for count in counts)
    assert busy >= 0.6 * len(counts)
    assert sum(count > 0.75 * FLEET for count in counts) <= len(counts) / 10


def test_a_fleet_that_waits_keeps_its_requests_spread(
    engine: Engine, server: str, label_studio: LabelStudio, binary: Path, fleet: Callable[..., str]
) -> None:
    """Label Studio answers 400 to a host name with an underscore: not clear, so all of them go on asking."""
    since = now(engine)
    alias = f"--add-host=label_studio:{label_studio.host}"
    name = fleet(label_studio.legacy_token(), "http://label_studio:8080", "30s", alias)
    ended = results(engine, name, 120.0)
    assert len(ended) == FLEET
    assert {code for code, _ in ended} == {1}
    assert all("[wait_timeout]" in first for _, first in ended), collections.Counter(
        first for _, first in ended
    )
    requests = asked(engine, server, label_studio, binary, since)
    assert {status for _, status in requests} == {400}
    counts = a_second(requests)
    print("requests a second:", counts)
    # Each asks some seven times: at once, then with pauses that grow to five seconds.
    assert FLEET * 4 <= len(requests) <= FLEET * 12
    assert_spread(counts[12:-2])


def test_after_an_outage_none_is_lost(
    engine: Engine,
    server: str,
    project: Project,
    label_studio: LabelStudio,
    binary: Path,
    fleet: Callable[..., str],
) -> None:
    token = label_studio.legacy_token()
    engine.run("stop", "--time", "5", server)
    try:
        name = fleet(token, "http://label-studio:8080", "150s")
        since = now(engine)
    finally:
        engine.run("start", server)
        label_studio.host = project.address("label-studio")
    ended = results(engine, name, 170.0)
    assert [code for code, _ in ended] == [0] * FLEET, collections.Counter(first for _, first in ended)
    requests = asked(engine, server, label_studio, binary, since)
    assert [status for _, status in requests] == [200] * FLEET
    counts = a_second(requests)
    print("requests a second after the outage:", counts)
    # A server that has just come up lets the first seconds' requests wait and answers them together.
    assert max(counts) <= 0.9 * FLEET

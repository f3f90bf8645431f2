# SPDX-License-Identifier: MIT
"""compose/swarm.yaml: a bad token never takes the service down, an outage replaces no task."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest
from artefacts import GUIDE_JWT
from engine import ROOT, Engine, Installed, Turns, poll

OUTAGE = 120.0
START = 180.0
SOON = 60.0
UNREACHABLE = ("name_unresolved", "unreachable", "connection_refused", "timeout")
# Resolves the name anew for each request; one line each, so that not one is forgotten.
CLIENT = """
import time, urllib.request
while True:
    try:
        print(urllib.request.urlopen("http://app:8000/health", timeout=5).status, flush=True)
    except Exception as error:
        print("failed", error, flush=True)
    time.sleep(0.05)
"""


@dataclass
class Stack:
    engine: Engine
    name: str
    image: str
    names: list[str] = field(default_factory=list)  # of its secrets, oldest first

    @property
    def service(self) -> str:
        return f"{self.name}_app"

    def deploy(self, token: str) -> None:
        """Rolls out a token as people do: a secret of a new name, then the same file again."""
        secret = f"{self.name}_{len(self.names)}"
        self.engine.run("secret", "create", secret, "-", stdin=token.encode())
        self.names.append(secret)
        variables = {
            "TOKEN_SECRET": secret,
            "APP_IMAGE": self.image,
            "NETWORK": self.name,
            "ENDPOINT_MODE": "dnsrr",  # virtual addresses need ipvs, which a test machine may lack
            "PROBE_INTERVAL": "1s",
            "MONITOR": "3s",
        }
        file = str(ROOT / "compose/swarm.yaml")
        self.engine.run("stack", "deploy", "--resolve-image", "never", "-c", file, self.name, env=variables)

    def tasks(self) -> list[dict[str, str]]:
        lines = self.engine.out(
            "service", "ps", "--no-trunc", "--format", "{{json .}}", self.service
        ).splitlines()
        return [json.loads(line) for line in lines]

    def running(self) -> list[str]:
        return [task["ID"] for task in self.tasks() if task["CurrentState"].startswith("Running")]

    def update_state(self) -> str:
        shown = self.engine.out("service", "inspect", "--format", "{{json .UpdateStatus}}", self.service)
        return (json.loads(shown) or {}).get("State", "none")

    def remove(self) -> None:
        self.engine.run("stack", "rm", self.name, check=False)
        label = f"label=com.docker.stack.namespace={self.name}"
        poll(
            lambda: not self.engine.out("ps", "--all", "--quiet", "--filter", label),
            SOON,
            "the tasks are gone",
        )
        for secret in self.names:
            self.engine.run("secret", "rm", secret, check=False)


@dataclass
class Server:
    engine: Engine
    container: str
    token: str

    def await_up(self) -> None:
        ask = "from urllib.request import urlopen; urlopen('http://127.0.0.1:8080/health')"
        probe = ["exec", self.container, "python3", "-c", ask]
        poll(lambda: self.engine.run(*probe, check=False).returncode == 0, START, "Label Studio answers")


@pytest.fixture(scope="module")
def swarm(engine: Engine, turns: Turns) -> Iterator[None]:
    """This engine as a swarm, while nobody else tests on it."""
    turns.alone()
    if engine.out("info", "--format", "{{.Swarm.LocalNodeState}}") != "inactive":
        pytest.skip("this engine is part of a swarm already; the test would have to leave it")
    here = ["--advertise-addr", "127.0.0.1", "--listen-addr", "127.0.0.1:2377"]
    started = engine.run("swarm", "init", *here, check=False)
    if started.returncode != 0:
        pytest.skip(f"this engine cannot make a swarm: {started.stderr.strip()}")
    yield
    engine.run("swarm", "leave", "--force")


@pytest.fixture(scope="module")
def network(engine: Engine, run_name: str, swarm: None) -> Iterator[str]:
    """The stack's network, without a way out."""
    name = f"{run_name}swarm"
    engine.run("network", "create", "--driver", "overlay", "--attachable", "--internal", name)
    yield name
    poll(lambda: engine.run("network", "rm", name, check=False).returncode == 0, SOON, "the network is gone")


@pytest.fixture(scope="module")
def server(engine: Engine, network: str, installed: Installed, admin: dict[str, str]) -> Iterator[Server]:
    """A Label Studio of its own, since it is stopped and leaves with the swarm."""
    token = secrets.token_hex(20)
    first = {**admin, "LABEL_STUDIO_USER_TOKEN": token, "LABEL_STUDIO_ENABLE_LEGACY_API_TOKEN": "1"}
    words = [word for name, value in first.items() for word in ("--env", f"{name}={value}")]
    name = f"{network}-server"
    names = ["--name", name, "--network", network, "--network-alias", "label-studio"]
    engine.run("run", "--detach", *names, *words, *installed.mount, installed.image)
    server = Server(engine, name, token)
    server.await_up()
    yield server
    engine.run("rm", "--force", "--volumes", name)


@pytest.fixture(scope="module")
def stack(engine: Engine, network: str, server: Server, app_image: str) -> Iterator[Stack]:
    """The stack with a token that works, running."""
    stack = Stack(engine, network, app_image)
    stack.deploy(server.token)
    poll(stack.running, SOON, "the first task runs")
    yield stack
    stack.remove()


@pytest.fixture
def client(engine: Engine, stack: Stack, python_image: str) -> Iterator[Callable[[], list[str]]]:
    """A client in the stack's network. Calling it ends it and gives the answers it got."""
    name = f"{stack.name}-client"
    engine.run(
        "run",
        "--detach",
        "--init",
        "--name",
        name,
        "--network",
        stack.name,
        python_image,
        "python3",
        "-c",
        CLIENT,
    )
    poll(lambda: "200" in engine.logs(name), SOON, "the client's first answer")

    def finish() -> list[str]:
        engine.run("stop", "--time", "1", name)
        return engine.logs(name).splitlines()

    yield finish
    engine.run("rm", "--force", name)


@pytest.mark.parametrize(
    ("token", "word"),
    [(GUIDE_JWT, "jwt_refresh"), ("f" * 39 + "0", "token_unknown")],
    ids=["wrong kind", "unknown"],
)
def test_a_bad_token_is_rolled_back_and_every_request_answered(
    engine: Engine, stack: Stack, client: Callable[[], list[str]], token: str, word: str
) -> None:
    before = stack.running()
    stack.deploy(token)
    poll(lambda: stack.update_state() == "rollback_completed", SOON, f"the rollback; {stack.update_state()}")
    assert stack.running() == before
    answers = client()
    assert len(answers) > 20
    assert set(answers) == {"200"}
    failed = [task for task in stack.tasks() if task["DesiredState"] == "Shutdown"]
    assert failed
    assert word in engine.run("service", "logs", stack.service).stderr + engine.out(
        "service", "logs", stack.service
    )


def test_a_good_token_is_rolled_out(stack: Stack, server: Server) -> None:
    before = stack.running()
    stack.deploy(server.token)
    poll(lambda: stack.update_state() == "completed", SOON, "the update")
    poll(lambda: len(stack.running()) == 1, SOON, "one task")
    assert stack.running() != before


def test_an_outage_of_label_studio_replaces_no_task(engine: Engine, stack: Stack, server: Server) -> None:
    before = [task["ID"] for task in stack.tasks()]
    engine.run("stop", "--time", "5", server.container)
    end = time.monotonic() + OUTAGE
    poll(lambda: time.monotonic() > end or not stack.running(), OUTAGE + SOON, "the end of the outage")
    assert [task["ID"] for task in stack.tasks()] == before
    assert len(stack.running()) == 1
    service = f"label=com.docker.swarm.service.name={stack.service}"
    container = engine.out("ps", "--quiet", "--filter", service)
    assert engine.health(container) == "healthy"
    log = engine.health_log(container)
    assert any(f"[{word}]" in log for word in UNREACHABLE), log

# SPDX-License-Identifier: MIT
"""Podman: the same image as ENTRYPOINT and HEALTHCHECK, and compose/kubernetes/ by `podman kube play`.

Podman of Debian trixie runs in a container on the network of the run's Label Studio. It has no systemd,
so nothing triggers its probes but `podman healthcheck run`.
"""

from __future__ import annotations

import base64
import json
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from artefacts import GUIDE_JWT
from engine import ROOT, Engine, LabelStudio, Project, poll, script

MANIFEST = ROOT / "compose/kubernetes/app.yaml"
HEALTH_LOG = 500  # bytes of a probe's output that Podman keeps
SOON = 60.0
# What a container needs to run containers. SYS_RESOURCE would raise limits and is not there on every machine.
ALLOWED = ["--cap-add", "ALL", "--cap-drop", "SYS_RESOURCE", "--device", "/dev/net/tun"]
UNCONFINED = ["seccomp=unconfined", "apparmor=unconfined", "systempaths=unconfined"]


@dataclass
class Podman:
    engine: Engine
    container: str

    def run(
        self, *arguments: str, check: bool = True, stdin: bytes | None = None
    ) -> subprocess.CompletedProcess[str]:
        quiet = ["--env", "PODMAN_IGNORE_CGROUPSV1_WARNING=1"]
        return self.engine.run(
            "exec", "-i", *quiet, self.container, "podman", *arguments, check=check, stdin=stdin
        )

    def health_log(self, container: str) -> list[dict[str, Any]]:
        shown = json.loads(self.run("inspect", container).stdout)[0]["State"]
        return (shown.get("Health") or shown.get("Healthcheck") or {}).get("Log") or []

    def play(self, manifest: str) -> subprocess.CompletedProcess[str]:
        """The pod shares the network of Podman's container, where Label Studio's name resolves."""
        return self.run("kube", "play", "--network", "host", "-", stdin=manifest.encode(), check=False)


@pytest.fixture(scope="module")
def podman(
    engine: Engine,
    run_name: str,
    project: Project,
    label_studio: LabelStudio,
    labelgate_image: str,
    app_image: str,
) -> Iterator[Podman]:
    """Podman with both images in its own storage."""
    name = f"{run_name}-podman"
    image = script(str(ROOT / "docker/podman/build.sh"))
    options = [word for option in UNCONFINED for word in ("--security-opt", option)]
    network = ["--network", f"{project.name}_default"]
    started = engine.run(
        "run", "--detach", "--init", "--name", name, *ALLOWED, *options, *network, image, check=False
    )
    try:
        if started.returncode != 0:
            pytest.skip(f"this engine cannot run Podman in a container: {started.stderr.strip()}")
        podman = Podman(engine, name)
        for loaded, tag in {labelgate_image: "labelgate", app_image: "labelgate-example-app"}.items():
            podman.run("tag", copy_image(engine, name, loaded), f"localhost/{tag}")
        yield podman
    finally:
        engine.run("rm", "--force", "--volumes", name, check=False)


def copy_image(engine: Engine, container: str, image: str) -> str:
    """From Docker's storage into Podman's; returns Podman's name for it."""
    with subprocess.Popen(["docker", "save", image], env=engine.environment, stdout=subprocess.PIPE) as save:
        load = ["docker", "exec", "-i", container, "podman", "load", "--quiet"]
        loaded = subprocess.run(
            load, env=engine.environment, stdin=save.stdout, capture_output=True, text=True, check=True
        )
    assert save.returncode == 0
    return loaded.stdout.strip().removeprefix("Loaded image:").strip()


@pytest.fixture(autouse=True)
def legacy_on(label_studio: LabelStudio) -> None:
    label_studio.settings(api=True, legacy=True)


@pytest.fixture(scope="module")
def built(podman: Podman) -> str:
    """An image as the README writes it, built by Podman; only its Docker format keeps a HEALTHCHECK."""
    dockerfile = (
        "FROM localhost/labelgate AS labelgate\n"
        "FROM localhost/labelgate-example-app\n"
        "COPY --from=labelgate /labelgate /labelgate\n"
        'HEALTHCHECK --interval=30s --timeout=10s CMD ["/labelgate", "health"]\n'
        'ENTRYPOINT ["/labelgate", "run", "--"]\n'
        'CMD ["sleep", "infinity"]\n'
    )
    podman.run("build", "--format", "docker", "--tag", "localhost/built", "-", stdin=dockerfile.encode())
    return "localhost/built"


def start(podman: Podman, image: str, name: str, token: str) -> None:
    environment = [
        "--env",
        f"LABEL_STUDIO_API_TOKEN={token}",
        "--env",
        "LABEL_STUDIO_URL=http://label-studio:8080",
    ]
    podman.run("run", "--detach", "--network", "host", "--name", name, *environment, image)


def test_entry_point_and_health_check(podman: Podman, built: str, label_studio: LabelStudio) -> None:
    podman.run("secret", "create", "token", "-", stdin=label_studio.legacy_token().encode())
    secret = ["--secret", "token", "--env", "LABEL_STUDIO_API_TOKEN_FILE=/run/secrets/token"]
    url = ["--env", "LABEL_STUDIO_URL=http://label-studio:8080"]
    podman.run("run", "--detach", "--network", "host", "--name", "guarded", *secret, *url, built)
    assert podman.run("healthcheck", "run", "guarded").returncode == 0
    assert "[ok]" in podman.health_log("guarded")[-1]["Output"]
    label_studio.settings(legacy=False)
    assert podman.run("healthcheck", "run", "guarded", check=False).returncode == 1
    output = podman.health_log("guarded")[-1]["Output"]
    assert "[legacy_disabled]" in output[:100]
    assert len(output.encode()) <= HEALTH_LOG
    assert output.rstrip().count("\n") >= 1, "the remedy is kept as well"
    assert "[legacy_disabled]" in podman.run("logs", "guarded").stderr
    podman.run("rm", "--force", "--time", "2", "guarded")


def test_the_guide_s_jwt_is_refused(podman: Podman, built: str) -> None:
    secret = podman.run("secret", "create", "jwt", "-", stdin=GUIDE_JWT.encode())
    assert secret.returncode == 0
    options = ["--secret", "jwt", "--env", "LABEL_STUDIO_API_TOKEN_FILE=/run/secrets/jwt"]
    refused = podman.run("run", "--rm", "--network", "host", *options, built, check=False)
    assert refused.returncode == 125
    assert "[jwt_refresh]" in refused.stderr


def secret_manifest(token: str) -> str:
    data = base64.b64encode(token.encode()).decode()
    kind = "---\napiVersion: v1\nkind: Secret\nmetadata: {name: label-studio-token}\n"
    return f"{kind}data: {{token: {data}}}\n---\n"


@pytest.fixture
def played(podman: Podman) -> Iterator[None]:
    yield
    podman.run("pod", "rm", "--force", "--all", "--time", "2", check=False)
    podman.run("secret", "rm", "label-studio-token", check=False)


def manifest() -> str:
    """The file as it stands, but for what Podman has no word for: fsGroup."""
    text = MANIFEST.read_text()
    assert "defaultMode: 0440" in text
    return text.replace("defaultMode: 0440", "defaultMode: 0444")


def container_like(podman: Podman, word: str) -> str:
    names = podman.run("ps", "--all", "--format", "{{.Names}}").stdout.split()
    return next(name for name in names if word in name)


@pytest.mark.usefixtures("played")
def test_kubernetes_manifest_with_a_token_that_works(podman: Podman, label_studio: LabelStudio) -> None:
    play = podman.play(secret_manifest(label_studio.legacy_token()) + manifest())
    assert play.returncode == 0, play.stdout + play.stderr
    app = container_like(podman, "-pod-app")
    probe = json.loads(podman.run("inspect", app).stdout)[0]["Config"]["Healthcheck"]
    assert probe["Test"][-4:] == ["/labelgate", "health", "--unreachable", "healthy"]
    assert probe["Timeout"] == 6_000_000_000
    assert "[ok]" in podman.run("exec", app, "/labelgate", "health").stdout
    label_studio.settings(legacy=False)
    readiness = podman.run("exec", app, "/labelgate", "health", check=False)
    assert readiness.returncode == 1
    assert "[legacy_disabled]" in readiness.stdout


@pytest.mark.usefixtures("played")
def test_kubernetes_manifest_with_a_token_that_is_refused(podman: Podman) -> None:
    play = podman.play(secret_manifest("f" * 39 + "0") + manifest())
    waiting = container_like(podman, "wait-for-label-studio")
    poll(lambda: "[token_unknown]" in podman.run("logs", waiting).stdout, SOON, "the init container's reason")
    assert "wait-for-label-studio" in play.stderr + waiting
    states = podman.run("ps", "--all", "--format", "{{.Names}} {{.State}}").stdout
    assert not re.search(r"-pod-app running", states), states

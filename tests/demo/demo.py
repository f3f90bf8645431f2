# SPDX-License-Identifier: MIT
"""make demo: the main job in four scenes, with real output.

Against recorded answers of Label Studio 1.22.0; with REAL=1 in Docker, beside a real one.
Ends with 0 only when each scene showed what its heading promises.
"""

from __future__ import annotations

import os
import secrets
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol
from urllib.request import ProxyHandler, build_opener

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/engine"))

from artefacts import GUIDE_JWT  # noqa: E402
from engine import (  # noqa: E402
    Engine,
    LabelStudio,
    Project,
    Turns,
    copy_stack,
    install_label_studio,
    poll,
    write_env,
)
from replay import VERSION, Replay  # noqa: E402

BINARY = Path(os.environ.get("LABELGATE", ROOT / "build/labelgate"))
STARTED = "app: started"
# For a probe or a start on a busy machine.
SOON = 60.0
# The first start of Label Studio in a fresh container.
LABEL_STUDIO_START = 180.0
# Between two lines that say what is waited for.
SHOW_EVERY = 10.0
REAL_TIME = "the first time some five minutes, a minute from then on"


class Stage(Protocol):
    """Where the scenes are played. Each method does one and returns what a person would see."""

    def refused(self) -> str: ...
    def started(self) -> str: ...
    def healthy(self) -> str: ...
    def unhealthy(self) -> str: ...
    def close(self) -> None: ...


@dataclass
class Scene:
    heading: str
    play: Callable[[Stage], str]
    shows: tuple[str, ...]
    hides: tuple[str, ...] = ()


SCENES = [
    Scene(
        "The guide's JWT in .env: the app is not started",
        lambda s: s.refused(),
        ("[jwt_refresh]", "125"),
        (STARTED,),
    ),
    Scene("A legacy token in .env: the app starts", lambda s: s.started(), (STARTED, "projects")),
    Scene("The token works: healthy", lambda s: s.healthy(), ("healthy", "[ok]"), ("unhealthy",)),
    Scene(
        "Legacy tokens switched off in Label Studio: unhealthy, with the reason",
        lambda s: s.unhealthy(),
        ("unhealthy", "[legacy_disabled]"),
    ),
]


def command(words: str, output: str) -> str:
    """A command line as one would type it, and what it printed."""
    lines = [line.rstrip() for line in output.strip().splitlines()]
    return "\n".join([f"$ {words}", *(f"  {line}" for line in lines)]) + "\n"


class EngineStage:
    """The example's Compose project beside a real Label Studio."""

    def __init__(self) -> None:
        self.turns = Turns()
        self.turns.share()
        self.engine = Engine({**os.environ, **client_environment()})
        self.name = "lgdemo" + secrets.token_hex(4)
        self.images = [f"{self.name}/labelgate", f"{self.name}/app"]
        self.folder = Path(tempfile.mkdtemp(prefix="labelgate-demo."))
        self.admin = {
            "LABEL_STUDIO_USERNAME": "admin@example.com",
            "LABEL_STUDIO_PASSWORD": secrets.token_urlsafe(18),
        }
        copy_stack(self.folder)
        self.give(GUIDE_JWT)
        self.project = Project(self.engine, self.name, self.folder, ["compose.yaml", "compose.test.yaml"])
        try:
            self.prepare()
        except BaseException:
            self.close()
            raise

    def prepare(self) -> None:
        print(f"Preparing Label Studio and the images: {REAL_TIME}.", flush=True)
        installed = install_label_studio(VERSION, "sqlite")
        self.shown_script(
            "building the image of labelgate", 5, ROOT / "docker/image.sh", BINARY, self.images[0]
        )
        words = ["build", "--build-arg", f"LABELGATE={self.images[0]}", "--tag", self.images[1]]
        self.shown_script("building the image of the app", 30, "docker", *words, ROOT / "compose/app")
        self.project.variables.update(
            TEST_LABEL_STUDIO=installed.image,
            TEST_LABEL_STUDIO_FOLDER=installed.folder,
            TEST_APP=self.images[1],
        )
        self.project.compose("up", "--detach", "label-studio")
        address = self.project.address("label-studio")
        self.label_studio = LabelStudio(address, *self.admin.values())
        await_shown(self.label_studio.is_up, "starting Label Studio", 20.0)
        self.label_studio.settings(legacy=True)

    def shown_script(self, what: str, seconds: int, *words: str | Path) -> None:
        log = self.folder / "build.log"
        progress = [ROOT / "docker/progress.sh", what, str(seconds), log]
        subprocess.run([*progress, *words], env=self.engine.environment, check=True)

    def give(self, token: str) -> None:
        write_env(self.folder / ".env", {**self.admin, "LABEL_STUDIO_API_TOKEN": token})

    @property
    def app(self) -> str:
        return self.project.container("app")

    def logs(self) -> str:
        """Of the last start: a refused container tries more than once."""
        since = self.engine.inspect(self.app)["State"]["StartedAt"]
        return self.shown("logs", "--since", since, self.app)

    def shown(self, *arguments: str) -> str:
        result = self.engine.run(*arguments)
        return command("docker " + shlex.join(arguments), result.stdout + result.stderr)

    def status(self) -> str:
        return self.shown("ps", "-a", "--filter", f"name={self.app}", "--format", "{{.Names}}: {{.Status}}")

    def reason(self) -> str:
        last = len(self.engine.inspect(self.app)["State"]["Health"]["Log"]) - 1
        return self.shown("inspect", self.app, "--format", f"{{{{(index .State.Health.Log {last}).Output}}}}")

    def refused(self) -> str:
        self.project.compose("up", "--detach", "app", check=False)
        poll(
            lambda: self.tries() == 3 and self.project.state("app") == "exited", SOON, "the last try to start"
        )
        return self.status() + self.logs()

    def tries(self) -> int:
        return self.engine.inspect(self.app)["RestartCount"]

    def started(self) -> str:
        self.give(self.label_studio.legacy_token())
        self.project.compose("restart", "app")
        poll(lambda: STARTED in self.engine.logs(self.app), SOON, "the app's first line")
        page = f"http://{self.project.address('app')}:8000/projects"
        answer = poll(lambda: fetch(page), SOON, page)
        return command("docker compose restart app", "") + self.logs() + command("curl " + page, answer)

    def healthy(self) -> str:
        self.engine.await_health(self.app, "healthy", SOON)
        return self.status() + self.reason()

    def unhealthy(self) -> str:
        self.label_studio.settings(legacy=False)
        self.engine.await_health(self.app, "unhealthy", SOON)
        return self.status() + self.reason() + self.logs()

    def close(self) -> None:
        self.project.remove()
        self.engine.run("rmi", "--force", *self.images, check=False)
        shutil.rmtree(self.folder, ignore_errors=True)
        self.turns.end()


class RecordedStage:
    """No engine: labelgate on this machine, and a server on loopback that gives the recorded answers."""

    APP = "import signal\nprint('app: started, it may ask for projects', flush=True)\nsignal.pause()\n"

    def __init__(self) -> None:
        self.legacy = secrets.token_hex(20)
        self.replay = Replay(self.legacy)
        self.folder = Path(tempfile.mkdtemp(prefix="labelgate-demo."))
        self.environment = {"PATH": os.environ["PATH"], "LABEL_STUDIO_URL": self.replay.url}
        (self.folder / "app.py").write_text(self.APP)
        self.app: subprocess.Popen[str] | None = None

    def run(self, *arguments: str) -> str:
        result = subprocess.run(
            [BINARY, *arguments],
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        return command("labelgate " + " ".join(arguments), result.stdout) + command(
            "echo $?", str(result.returncode)
        )

    def give(self, token: str) -> None:
        write_env(self.folder / ".env", {"LABEL_STUDIO_API_TOKEN": token})

    def refused(self) -> str:
        self.give(GUIDE_JWT)
        return self.run("run", "--", "python3", "app.py")

    def started(self) -> str:
        self.give(self.legacy)
        self.app = subprocess.Popen(
            [BINARY, "run", "--", "python3", "app.py"],
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert self.app.stdout is not None
        return command("labelgate run -- python3 app.py &", self.app.stdout.readline())

    def probe(self) -> str:
        shown = self.run("health")
        word = "healthy" if shown.rstrip().endswith("  0") else "unhealthy"
        return shown + f"so a container engine calls it {word}\n"

    def healthy(self) -> str:
        return self.probe()

    def unhealthy(self) -> str:
        self.replay.legacy_on = False
        return self.probe()

    def close(self) -> None:
        if self.app is not None:
            self.app.terminate()
            self.app.wait()
        self.replay.close()
        shutil.rmtree(self.folder, ignore_errors=True)


def await_shown(look: Callable[[], bool], what: str, usual: float) -> None:
    """Waits for it as long as Label Studio may take to start, and says so while it lasts."""
    begun = time.monotonic()
    print(f"  {what}: about {usual:.0f} s", flush=True)
    said = begun

    def look_and_say() -> bool:
        nonlocal said
        now = time.monotonic()
        if now - said > SHOW_EVERY:
            said = now
            left = usual - (now - begun)
            yet = f"about {left:.0f} s yet" if left > 0 else f"longer than the usual {usual:.0f} s"
            print(f"  {what}: {now - begun:.0f} s, {yet}", flush=True)
        return look()

    poll(look_and_say, LABEL_STUDIO_START, what)


def fetch(url: str) -> str:
    """What is at the address, empty when nobody answers yet."""
    try:
        with build_opener(ProxyHandler({})).open(url, timeout=10) as answer:
            return answer.read().decode()
    except OSError:
        return ""


def script(*words: str | Path) -> str:
    return subprocess.run(
        [str(word) for word in words], stdout=subprocess.PIPE, text=True, check=True
    ).stdout.strip()


def client_environment() -> dict[str, str]:
    lines = script(ROOT / "docker/client.sh").splitlines()
    return dict(line.split("=", 1) for line in lines)


def engine_answers() -> bool:
    if shutil.which("docker") is None:
        return False
    return subprocess.run(["docker", "version"], capture_output=True, check=False).returncode == 0


def show(number: int, scene: Scene, stage: Stage) -> bool:
    print(f"\n=== Scene {number}: {scene.heading} ===", flush=True)
    text = scene.play(stage)
    print(text, end="", flush=True)
    missing = [word for word in scene.shows if word not in text]
    wrong = [word for word in scene.hides if word in text]
    for word in missing:
        print(f"demo: this scene should show '{word}' and did not", file=sys.stderr)
    for word in wrong:
        print(f"demo: this scene must not show '{word}' and did", file=sys.stderr)
    return not missing and not wrong


def main() -> int:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    real = os.environ.get("REAL", "") not in ("", "0")
    if real and not engine_answers():
        print(
            "demo: REAL=1 needs a Docker engine, and none answers here; `make demo` needs none",
            file=sys.stderr,
        )
        return 1
    if real:
        print(f"The scenes are played in Docker, beside a real Label Studio {VERSION}.", flush=True)
    else:
        print(
            f"The scenes are played against recorded answers of Label Studio {VERSION}, the version that the "
            "example starts.",
            flush=True,
        )
    stage: Stage = EngineStage() if real else RecordedStage()
    try:
        shown = [show(number, scene, stage) for number, scene in enumerate(SCENES, 1)]
    finally:
        stage.close()
    print(f"\n{sum(shown)} of {len(shown)} scenes showed what they promise.")
    if not real:
        print(f"Beside a real Label Studio, in Docker: make demo REAL=1 ({REAL_TIME})")
    return 0 if all(shown) else 1


if __name__ == "__main__":
    sys.exit(main())

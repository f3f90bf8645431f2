# SPDX-License-Identifier: MIT
"""What the engine tests stand on: the Docker client, a Compose project, a client of Label Studio."""

from __future__ import annotations

import fcntl
import functools
import http.client
import json
import os
import re
import shutil
import subprocess
import tempfile
import time
import urllib.parse
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
# A hung engine must fail a test, not the whole run.
COMMAND_LIMIT = 300.0
# Pause between two looks at something that has no event to wait for.
LOOK_AGAIN = 0.2


def poll(look: Callable[[], Any], within: float, what: str) -> Any:
    """Looks until the answer is true and returns it; fails, saying what was awaited, in the end."""
    end = time.monotonic() + within
    while True:
        found = look()
        if found:
            return found
        if time.monotonic() > end:
            raise AssertionError(f"not within {within:g} s: {what}")
        time.sleep(LOOK_AGAIN)


@dataclass
class Ran:
    """labelgate on this machine: its code and what it said."""

    code: int
    out: str
    err: str

    @property
    def word(self) -> str:
        """The reason word in brackets; "" when there is none."""
        said = self.out + self.err
        return said.split("[", 1)[1].split("]", 1)[0] if "[" in said else ""

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def marks(self) -> dict[str, str]:
        """Of `verify`: check → first word of its line."""
        lines = [line.split(None, 1) for line in self.out.splitlines() if line[:1] not in ("", " ")]
        return {line[1]: line[0] for line in lines if line[0] in ("passed", "FAILED", "skipped")}


@functools.cache
def apart() -> list[str]:
    """The start of a command that shall see no other processes, where that can be had.

    A probe believes the `labelgate run` that it sees, and another clone's tests may have one. With the shell
    labelgate is not PID 1.
    """
    command = [
        "unshare",
        "--fork",
        "--pid",
        "--mount-proc",
        "--kill-child",
        "sh",
        "-c",
        '"$@"; exit $?',
        "sh",
    ]
    return command if subprocess.run([*command, "true"], capture_output=True).returncode == 0 else []


def run_labelgate(binary: Path, folder: Path, *arguments: str, **variables: str) -> Ran:
    """In `folder`, with these variables and nothing else."""
    done = subprocess.run(
        [*apart(), binary, *arguments],
        cwd=folder,
        env={"PATH": os.environ["PATH"], **variables},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    return Ran(done.returncode, done.stdout, done.stderr)


def script(*command: str) -> str:
    """Runs one of the repository's scripts and returns what it prints; it speaks to standard error itself."""
    result = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    assert result.returncode == 0, f"{command[0]} ended with {result.returncode}"
    return result.stdout.strip()


@dataclass(frozen=True)
class Installed:
    """A Label Studio in the cache: the image that runs it, and the folder that is mounted there."""

    image: str
    folder: str

    @property
    def mount(self) -> tuple[str, ...]:
        """What `docker run` needs for it."""
        return ("--mount", f"type=bind,source={self.folder},target=/opt/label-studio,readonly")


def install_label_studio(version: str, database: str) -> Installed:
    """Minutes when it is not there yet; tests/run has it there before it runs this layer."""
    return Installed(*script(str(ROOT / "docker/labelstudio/install.sh"), version, database).splitlines())


class Turns:
    """Whose turn it is on this machine's engine, among clones that test side by side.

    Leaving a swarm makes Docker 20.10 forget the names in the networks that are there. So whoever needs names
    shares the engine, and a swarm is made and left by one that has it alone.
    """

    def __init__(self) -> None:
        self.file = open(Path(tempfile.gettempdir()) / "labelgate-test-engine.lock", "w")  # noqa: SIM115

    def share(self) -> None:
        fcntl.flock(self.file, fcntl.LOCK_SH)

    def alone(self) -> None:
        fcntl.flock(self.file, fcntl.LOCK_UN)  # two that share and both want it alone would wait for ever
        fcntl.flock(self.file, fcntl.LOCK_EX)

    def end(self) -> None:
        self.file.close()


class Engine:
    """The Docker client with its environment. Remembers each command line: none may hold a token."""

    def __init__(self, environment: dict[str, str]) -> None:
        self.environment = environment
        self.command_lines: list[str] = []

    def run(
        self,
        *arguments: str,
        check: bool = True,
        env: dict[str, str] | None = None,
        stdin: bytes | None = None,
        limit: float = COMMAND_LIMIT,
    ) -> subprocess.CompletedProcess[str]:
        self.command_lines.append(" ".join(arguments))
        result = subprocess.run(
            ["docker", *arguments],
            env={**self.environment, **(env or {})},
            input=stdin.decode() if stdin is not None else None,
            stdin=subprocess.DEVNULL if stdin is None else None,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=limit,
            check=False,
        )
        if check and result.returncode != 0:
            raise AssertionError(
                f"docker {' '.join(arguments)}: {result.returncode}\n{result.stdout}{result.stderr}"
            )
        return result

    def out(self, *arguments: str) -> str:
        return self.run(*arguments).stdout.strip()

    def inspect(self, container: str) -> dict[str, Any]:
        return json.loads(self.out("inspect", "--type", "container", container))[0]

    def logs(self, container: str) -> str:
        result = self.run("logs", container)
        return result.stdout + result.stderr

    def has_image(self, image: str) -> bool:
        return self.run("image", "inspect", image, check=False).returncode == 0

    def health(self, container: str) -> str:
        return (self.inspect(container)["State"].get("Health") or {}).get("Status", "none")

    def health_log(self, container: str) -> str:
        log = (self.inspect(container)["State"].get("Health") or {}).get("Log") or []
        return "\n".join(entry["Output"] for entry in log)

    def await_log(self, container: str, words: str, within: float) -> None:
        try:
            poll(lambda: words in self.logs(container), within, f"{words!r} in the log of {container}")
        except AssertionError as error:
            raise AssertionError(f"{error}\n{self.logs(container)}") from None

    def await_health(self, container: str, status: str, within: float) -> None:
        try:
            poll(lambda: self.health(container) == status, within, f"{container} {status}")
        except AssertionError as error:
            state = json.dumps(self.inspect(container)["State"], indent=1)
            raise AssertionError(f"{error}\n{state}\n{self.logs(container)}") from None


@dataclass
class Answer:
    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


def tampered(pat: str) -> str:
    head, body, signature = pat.split(".")
    return f"{head}.{body}.{'A' if signature[0] != 'A' else 'B'}{signature[1:]}"


class LabelStudio:
    """Speaks to one server as its administrator, by a login of its own, so no token's fate matters to it."""

    def __init__(self, address: str, username: str, password: str) -> None:
        self.host, self.port = address, 8080
        self.username, self.password = username, password
        self.cookies: dict[str, str] = {}
        self.known_tokens: list[str] = []

    def ask(
        self,
        method: str,
        path: str,
        authorization: str | None = None,
        body: Any = None,
        form: dict[str, str] | None = None,
        cookies: dict[str, str] | None = None,
    ) -> Answer:
        headers = {"Accept": "*/*"}
        data = None
        if authorization is not None:
            headers["Authorization"] = authorization
        if body is not None:
            headers["Content-Type"], data = "application/json", json.dumps(body).encode()
        if form is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            data = urllib.parse.urlencode(form).encode()
        if cookies:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in cookies.items())
        connection = http.client.HTTPConnection(self.host, self.port, timeout=30)
        try:
            connection.request(method, path, data, headers)
            reply = connection.getresponse()
            return Answer(reply.status, reply.headers, reply.read())
        finally:
            connection.close()

    def is_up(self) -> bool:
        try:
            return self.ask("GET", "/health").status == 200
        except OSError:
            return False

    @staticmethod
    def cookies_of(answer: Answer) -> dict[str, str]:
        pairs = [line.split(";")[0].split("=", 1) for line in answer.headers.get_all("Set-Cookie") or []]
        return dict(pairs)

    def login(self) -> None:
        page = self.ask("GET", "/user/login")
        cookies = self.cookies_of(page)
        found = re.search(rb'name="csrfmiddlewaretoken" value="([^"]+)"', page.body)
        assert found, "the login page has no CSRF field"
        form = {"email": self.username, "password": self.password, "csrfmiddlewaretoken": found[1].decode()}
        answer = self.ask("POST", "/user/login", form=form, cookies=cookies)
        assert answer.status == 302, f"login: {answer.status}"
        self.cookies = {"sessionid": self.cookies_of(answer)["sessionid"]}

    def as_admin(self, method: str, path: str, body: Any = None) -> Answer:
        if not self.cookies:
            self.login()
        answer = self.ask(method, path, body=body, cookies=self.cookies)
        if answer.status == 401:  # a Label Studio that was started again may have lost the session
            self.login()
            answer = self.ask(method, path, body=body, cookies=self.cookies)
        return answer

    def settings(self, *, api: bool | None = None, legacy: bool | None = None) -> dict[str, bool]:
        """Sets the organization's switches (None: leave) and returns both."""
        wanted = {"api_tokens_enabled": api, "legacy_api_tokens_enabled": legacy}
        body = {name: value for name, value in wanted.items() if value is not None}
        answer = self.as_admin("POST", "/api/jwt/settings", body)
        assert answer.status == 200, answer.body
        return {name: answer.json[name] for name in wanted}

    def remember(self, token: str) -> str:
        self.known_tokens.append(token)
        return token

    def legacy_token(self) -> str:
        return self.remember(self.as_admin("GET", "/api/current-user/token").json["token"])

    def reset_legacy_token(self) -> str:
        answer = self.as_admin("POST", "/api/current-user/reset-token/")
        assert answer.status == 201, answer.body
        return self.remember(answer.json["token"])

    def revoke_pats(self) -> None:
        for row in self.as_admin("GET", "/api/token/").json:
            assert self.as_admin("POST", "/api/token/blacklist/", {"refresh": row["token"]}).status == 204

    def new_pat(self) -> str:
        """A Personal Access Token; there is one a user, so the one before is revoked."""
        self.revoke_pats()
        answer = self.as_admin("POST", "/api/token/")
        assert answer.status == 201, answer.body
        return self.remember(answer.json["token"])

    def access_token(self, pat: str) -> str:
        answer = self.ask("POST", "/api/token/refresh", body={"refresh": pat})
        assert answer.status == 200, answer.body
        return self.remember(answer.json["access"])

    def tokens(self) -> dict[str, str]:
        """One of each kind, by the names that the recordings give them."""
        legacy, pat = self.legacy_token(), self.new_pat()
        return {
            "legacy": legacy,
            "40 hex that is nobody's": "".join("0123456789abcdef"[15 - int(digit, 16)] for digit in legacy),
            "pat": pat,
            "pat without its signature": pat.rsplit(".", 1)[0],
            "pat with a changed signature": tampered(pat),
            "access": self.access_token(pat),
        }


@dataclass
class Project:
    """A Compose project in a folder of its own: a copy of what people copy, plus the tests' override."""

    engine: Engine
    name: str
    folder: Path
    files: list[str]
    variables: dict[str, str] = field(default_factory=dict)

    @property
    def env_file(self) -> Path:
        return self.folder / ".env"

    def compose(
        self, *arguments: str, check: bool = True, limit: float = COMMAND_LIMIT
    ) -> subprocess.CompletedProcess[str]:
        command = ["compose", "--project-directory", str(self.folder), "-p", self.name]
        for file in self.files:
            command += ["-f", str(self.folder / file)]
        return self.engine.run(*command, *arguments, check=check, env=self.variables, limit=limit)

    def container(self, service: str) -> str:
        return f"{self.name}-{service}-1"

    def state(self, service: str) -> str:
        """Docker's word for the container's state; "none" when there is no such container."""
        found = self.engine.run("inspect", "-f", "{{.State.Status}}", self.container(service), check=False)
        return found.stdout.strip() if found.returncode == 0 else "none"

    def address(self, service: str) -> str:
        """Its address in the project's own network, which is a bridge of this machine."""
        networks = self.engine.inspect(self.container(service))["NetworkSettings"]["Networks"]
        return networks[f"{self.name}_default"]["IPAddress"]

    def remove(self) -> None:
        self.compose("down", "--volumes", "--remove-orphans", "--timeout", "2", check=False)


def write_env(path: Path, values: dict[str, str], how: str = "in place") -> None:
    """Writes NAME=VALUE lines. "in place" keeps the inode, as some editors do; "rename" does not."""
    text = "".join(f"{name}={value}\n" for name, value in values.items())
    target = path if how == "in place" else path.with_suffix(".new")
    with open(target, "w", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
        file.write(text)
    if target != path:
        target.rename(path)


def copy_stack(folder: Path) -> None:
    """What people copy from the repository, and the tests' override beside it."""
    shutil.copytree(ROOT / "compose", folder, dirs_exist_ok=True)
    shutil.copy(ROOT / "tests/engine/compose.test.yaml", folder)

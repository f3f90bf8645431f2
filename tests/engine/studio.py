# SPDX-License-Identifier: MIT
"""A real Label Studio of its own, on SQLite or PostgreSQL, that a test may stop, spoil and ask by names."""

from __future__ import annotations

import contextlib
import functools
import os
import secrets
import urllib.parse
from collections.abc import Iterator
from dataclasses import dataclass, field

from engine import ROOT, Engine, Installed, LabelStudio, Ran, poll

SQLITE = "/label-studio/data/label_studio.sqlite3"

# How it finds the database's container (docker/labelstudio/database.sh).
POSTGRESQL = {
    "DJANGO_DB": "default",
    "POSTGRE_HOST": "database",
    "POSTGRE_PORT": "5432",
    "POSTGRE_NAME": "postgres",
    "POSTGRE_USER": "postgres",
    "POSTGRE_PASSWORD": "",
}
# From a migrated database, on a machine that does other work too.
START = 180.0
LOCKED = "/tmp/locked"
# An orphan would hold the database for so long.
FREEZE_MOST = 60


def chosen() -> dict[str, str]:
    """Version → database: those of docker/labelstudio/versions, or the pair of `make test-engine STUDIO=`."""
    rows = [
        line.split()
        for line in (ROOT / "docker/labelstudio/versions").read_text().splitlines()
        if line and not line.startswith("#")
    ]
    one, database = os.environ.get("LABELGATE_STUDIO"), os.environ.get("LABELGATE_DATABASE")
    if one or database:
        return {one or "1.22.0": database or "sqlite"}
    return {version: default for version, _, default in rows if default != "-"}


VERSIONS = chosen()


class Member(LabelStudio):
    """A second user of the organization, who owns nothing."""

    def __init__(self, owner: LabelStudio, name: str) -> None:
        super().__init__(owner.host, f"{name}@example.com", secrets.token_urlsafe(12))
        self.port = owner.port

    def sign_up(self, owner: LabelStudio) -> None:
        link = owner.as_admin("GET", "/api/invite").json["invite_url"]
        path = "/user/signup/?" + urllib.parse.urlparse(link).query
        cookies = self.cookies_of(self.ask("GET", path))
        form = {
            "email": self.username,
            "password": self.password,
            "csrfmiddlewaretoken": cookies["csrftoken"],
            "allow_newsletters": "false",
        }
        answer = self.ask("POST", path, form=form, cookies=cookies)
        assert answer.status == 302, answer.body[:500]

    @property
    def number(self) -> int:
        return self.as_admin("GET", "/api/current-user/whoami").json["id"]


@dataclass
class Studio:
    """Container, network without a way out, and its administrator; the names in it are a Compose file's."""

    engine: Engine
    name: str
    version: str
    database_kind: str
    installed: Installed
    admin: dict[str, str]
    server: LabelStudio = field(init=False)
    extra: list[str] = field(default_factory=list)

    @functools.cached_property
    def has_pats(self) -> bool:
        """Personal Access Tokens, and switches for them and for legacy tokens: since 1.17."""
        return self.server.as_admin("GET", "/api/jwt/settings").status != 404

    @property
    def on_postgresql(self) -> bool:
        return self.database_kind == "postgresql"

    @property
    def database(self) -> str:
        return f"{self.name}-database"

    def run(
        self, name: str, image: str, *command: str, options: tuple[str, ...] = (), **variables: str
    ) -> str:
        """A container of this network, known there as `name`; the variables stand in no argument list."""
        container = f"{self.name}-{name}"
        self.extra.append(container)
        words = [word for variable in variables for word in ("--env", variable)]
        named = ["--detach", "--name", container, "--network", self.name, "--network-alias", name]
        self.engine.run("run", *named, *words, *options, image, *command, env=variables)
        return container

    def start(self) -> None:
        """Label Studio is not yet there when this returns: `await_up`."""
        self.engine.run("network", "create", "--internal", self.name)
        if self.on_postgresql:
            self.run("database", self.installed.image, "database", options=self.installed.mount)
        # Django refuses a name with an underscore: the other alias is there to be refused. An internal
        # network's name server is silent about a name that is gone, where another says so at once.
        self.run(
            "label-studio",
            self.installed.image,
            options=(
                *("--network-alias", "label_studio", "--dns-opt", "timeout:1", "--dns-opt", "attempts:1"),
                *self.installed.mount,
            ),
            **(POSTGRESQL if self.on_postgresql else {}),
            **self.admin,
        )

    def await_up(self) -> None:
        """A container that was started again may have another address."""
        networks = self.engine.inspect(f"{self.name}-label-studio")["NetworkSettings"]["Networks"]
        address = networks[self.name]["IPAddress"]
        if not hasattr(self, "server"):
            names = ("LABEL_STUDIO_USERNAME", "LABEL_STUDIO_PASSWORD")
            self.server = LabelStudio(address, *(self.admin[name] for name in names))
        self.server.host = address
        try:
            poll(self.server.is_up, START, f"Label Studio {self.version} answers")
        except AssertionError as error:
            raise AssertionError(
                f"{error}\n{self.engine.logs(f'{self.name}-label-studio')[-4000:]}"
            ) from None

    def remove(self) -> None:
        for container in self.extra:
            self.engine.run("rm", "--force", "--volumes", container, check=False)
        self.engine.run("network", "rm", self.name, check=False)

    @property
    def url(self) -> str:
        """As this machine sees it."""
        return f"http://{self.server.host}:{self.server.port}"

    def python(self, program: str) -> str:
        """Runs Python in Label Studio's container."""
        words = ["exec", "--interactive", f"{self.name}-label-studio", "python3", "-"]
        return self.engine.run(*words, stdin=program.encode()).stdout

    def sql(self, statement: str) -> None:
        """One statement on one row of Label Studio's database: states that its pages do not offer."""
        if self.on_postgresql:
            done = self.engine.run("exec", self.database, "database", "sql", statement)
            assert done.stdout.split()[-1] == "1", statement
            return
        self.python(
            f"import sqlite3\nd = sqlite3.connect({SQLITE!r}, timeout=20)\n"
            f"n = d.execute({statement!r}).rowcount\nd.commit()\nassert n == 1, n\n"
        )

    @property
    def secret_key(self) -> str:
        """What it signs tokens with."""
        lines = self.python("print(open('/label-studio/data/.env').read())").splitlines()
        return next(line.split("=", 1)[1] for line in lines if line.startswith("SECRET_KEY=")).strip("'\"")

    def member(self) -> Member:
        """A fresh user, whose state a test may spoil."""
        member = Member(self.server, "m" + secrets.token_hex(4))
        member.sign_up(self.server)
        return member

    def stop(self) -> None:
        self.engine.run("stop", "--time", "0", f"{self.name}-label-studio")

    def start_again(self) -> None:
        self.engine.run("start", f"{self.name}-label-studio")

    @contextlib.contextmanager
    def without_database(self) -> Iterator[None]:
        """PostgreSQL stopped; SQLite's file not to be read."""
        if self.on_postgresql:
            self.engine.run("stop", "--time", "2", self.database)
        else:
            self.python(f"import os; os.chmod({SQLITE!r}, 0)")
        try:
            yield
        finally:
            if self.on_postgresql:
                self.engine.run("start", self.database)
            else:
                self.python(f"import os; os.chmod({SQLITE!r}, 0o600)")

    @contextlib.contextmanager
    def with_frozen_database(self) -> Iterator[None]:
        """PostgreSQL paused; SQLite locked by another process."""
        if self.on_postgresql:
            self.engine.run("pause", self.database)
        else:
            self.lock_sqlite()
        try:
            yield
        finally:
            if self.on_postgresql:
                self.engine.run("unpause", self.database)
            else:
                self.python(f"import os; os.remove({LOCKED!r})")

    def lock_sqlite(self) -> None:
        """Until LOCKED is removed, by a process of its own."""
        program = (
            "import os, sqlite3, time\n"
            f"d = sqlite3.connect({SQLITE!r}, timeout=20)\nd.execute('BEGIN EXCLUSIVE')\n"
            f"open({LOCKED!r}, 'w').close()\nend = time.monotonic() + {FREEZE_MOST}\n"
            f"while os.path.exists({LOCKED!r}) and time.monotonic() < end: time.sleep(0.1)\n"
        )
        container = f"{self.name}-label-studio"
        self.engine.run("exec", "--detach", container, "python3", "-c", program)
        there = ("exec", container, "test", "-e", LOCKED)
        poll(lambda: self.engine.run(*there, check=False).returncode == 0, 20, "the database is locked")


@dataclass
class Prober:
    """A container that does nothing: labelgate is run in it, among the names of the network."""

    engine: Engine
    container: str

    def __call__(self, *arguments: str, **variables: str) -> Ran:
        words = [word for variable in variables for word in ("--env", variable)]
        done = self.engine.run(
            "exec", *words, self.container, "/labelgate", *arguments, env=variables, check=False
        )
        return Ran(done.returncode, done.stdout, done.stderr)

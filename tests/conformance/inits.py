# SPDX-License-Identifier: MIT
"""The programs that are compared, and one case of a row: this program, here."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from running import Running, Shell, end_all, namespace, start

ROOT = Path(__file__).resolve().parents[2]
FIRST, OTHER = "PID 1", "other"
PLACES = (FIRST, OTHER)
# The peers, as Debian 13 packages them; unpacked into the cache, never installed.
PACKAGES = {
    "tini": "tini=0.19.0-3+b8",
    "dumb-init": "dumb-init=1.2.5-3",
    "catatonit": "catatonit=0.2.1-2+b14",
}
TITLES = {
    "labelgate": "labelgate",
    "tini": "tini 0.19.0",
    "dumb-init": "dumb-init 1.2.5",
    "catatonit": "catatonit 0.2.1",
}
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
# How long something that is owed may take: ours on a loaded machine; a peer's, which may never come.
OURS, PEERS = 10.0, 2.0


@dataclass(frozen=True)
class Init:
    """A program with its options: as PID 1, elsewhere, and what each feature is called there."""

    name: str
    path: Path
    command: tuple[str, ...] = ()
    elsewhere: tuple[str, ...] = ()
    group: tuple[str, ...] | None = None  # signals to the whole group; None: the program cannot
    ok_exit: tuple[str, ...] | None = None  # before a code
    signal_map: str | None = None  # how TERM becomes QUIT

    @property
    def ours(self) -> bool:
        return self.name == "labelgate"

    def line(self, place: str, options: Sequence[str]) -> list[str]:
        return [str(self.path), *self.command, *(self.elsewhere if place == OTHER else ()), *options]


def labelgate(path: Path) -> Init:
    return Init(
        "labelgate",
        path,
        ("run", "--no-token"),
        group=("--group",),
        ok_exit=("--ok-exit",),
        signal_map="--signal=TERM:QUIT",
    )


def unpacked(name: str) -> Path:
    """The program of that package, brought by the build's own private apt."""
    folder = subprocess.run(
        [str(ROOT / "docker/apt-private.sh"), "unpack", PACKAGES[name]],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    ).stdout.strip()
    # tini comes linked statically too, which runs on any machine.
    return Path(folder) / "usr/bin" / ("tini-static" if name == "tini" else name)


def peer(name: str) -> Init:
    path = unpacked(name)
    if name == "tini":
        return Init(name, path, elsewhere=("-s",), group=("-g",), ok_exit=("-e",))
    if name == "dumb-init":
        return Init(name, path, group=(), signal_map="--rewrite=15:3")
    return Init(name, path)


@dataclass
class Case:
    """One program in one place, with the helpers and a folder of its own."""

    init: Init
    place: str
    helpers: Path
    folder: Path
    patience: float
    running: list[Running | Shell] = field(default_factory=list)

    @property
    def first(self) -> bool:
        return self.place == FIRST

    def app(self, *actions: object) -> list[str]:
        return [str(self.helpers / "init_app"), *map(str, actions)]

    def world(self, *options: object) -> list[str]:
        return [str(self.helpers / "init_world"), *map(str, options), "--"]

    def start(
        self,
        *command: object,
        options: Sequence[str] = (),
        world: Sequence[str] = (),
        separator: bool = True,
        env: dict[str, str] | None = None,
        terminal: str = "",
    ) -> Running:
        """INIT OPTIONS -- COMMAND, in a world that `world` makes. `terminal`: "session" is as an engine or a
        shell makes it, "foreign" has it on 0 to 2 and nothing more."""
        line = [
            *world,
            *self.init.line(self.place, options),
            *(("--",) if separator else ()),
            *map(str, command),
        ]
        shelter = self.world("--shelter", *(("--terminal",) if terminal == "session" else ()))
        if terminal == "session" and self.first:
            line = [*self.world("--terminal"), *line]
        running = start(
            namespace() if self.first else shelter,
            line,
            first=self.first,
            patience=self.patience,
            cwd=self.folder,
            env={"PATH": PATH, **(env or {})},
            terminal=bool(terminal),
        )
        self.running.append(running)
        return running

    def shell(self, options: Sequence[str] = ()) -> Shell:
        """An interactive bash that will run the init."""
        shell = Shell(
            self.world("--terminal"), self.init.line(OTHER, options), self.patience, self.folder, PATH
        )
        self.running.append(shell)
        return shell

    def code(self, *command: object, **how) -> int:
        """The exit code, with nothing else looked at."""
        return self.start(*command, **how).end()

    def file(self, name: str, content: bytes = b"", mode: int = 0o755) -> Path:
        path = self.folder / name
        path.write_bytes(content)
        os.chmod(path, mode)
        return path

    def clean(self) -> None:
        if self.running:
            end_all([running.word for running in self.running])
        for running in self.running:
            running.clean()

# SPDX-License-Identifier: MIT
"""Collects what a run leaves for others to see, and looks for pieces of tokens in it."""

from __future__ import annotations

import json
import re
import threading
from pathlib import Path

from engine import Engine, Project

# The guide's own example, so that it is the very text that people paste.
GUIDE_JWT = (
    "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9."
    "eyJ0b2tlbl90eXBlIjoicmVmcmVzaCIsImV4cCI6ODA3NjY3OTcyMywiaWF0IjoxNzY5NDc5NzIzLCJqdGkiOiIwMDAwMDAwMDAwMDAw"
    "MDAwMDAwMDAwMDAwMDAwMDAwMiIsInVzZXJfaWQiOiIxIn0."
    "BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB"
)
WINDOW = 8
# Identifiers of containers, images and networks are hexadecimal like tokens; an equal piece is chance.
IDENTIFIER = re.compile(r"\b[0-9a-f]{64}\b")
# A probe lives for some ten milliseconds and up; a look costs one.
LOOK_EVERY = 0.05


def windows(token: str) -> set[str]:
    return {token[start : start + WINDOW] for start in range(len(token) - WINDOW + 1)}


class Trace:
    """Artefacts by name. While it is started, all argument lists of the machine are watched."""

    def __init__(self, engine: Engine, project: Project) -> None:
        self.engine = engine
        self.project = project
        self.artefacts: list[tuple[str, str]] = []
        self.argument_lists: set[bytes] = set()
        self.ended = threading.Event()
        self.watcher = threading.Thread(target=self.watch, daemon=True)

    def start(self) -> None:
        self.watcher.start()

    def stop(self) -> None:
        self.ended.set()
        self.watcher.join()

    def watch(self) -> None:
        while not self.ended.wait(LOOK_EVERY):
            for file in Path("/proc").glob("[0-9]*/cmdline"):
                try:
                    self.argument_lists.add(file.read_bytes())
                except OSError:
                    continue  # it has ended

    def keep(self, name: str, text: str) -> None:
        self.artefacts.append((name, text))

    def collect(self) -> None:
        """Logs, inspect output and process lists of the project's containers as they are now."""
        label = f"label=com.docker.compose.project={self.project.name}"
        for container in self.engine.out("ps", "--all", "--quiet", "--filter", label).split():
            shown = self.engine.inspect(container)
            service = shown["Config"]["Labels"]["com.docker.compose.service"]
            if service == "label-studio":
                del shown["Config"]["Env"]  # the test put its first token there
            self.keep(f"inspect {service}", json.dumps(shown))
            self.keep(f"logs {service}", self.engine.logs(container))
            self.keep(f"top {service}", self.engine.run("top", container, check=False).stdout)
        self.keep("compose ps", self.project.compose("ps", "--all", "--format", "json").stdout)

    def leaks(self, tokens: set[str]) -> list[str]:
        """Names of the artefacts that hold eight bytes of a token in a row."""
        pieces = set().union(*(windows(token) for token in tokens))
        lists = b"\n".join(self.argument_lists).replace(b"\0", b" ").decode(errors="replace")
        everything = [
            *self.artefacts,
            ("argument lists", lists),
            ("commands", "\n".join(self.engine.command_lines)),
        ]
        clean = ((name, IDENTIFIER.sub("", text)) for name, text in everything)
        return sorted({name for name, text in clean if any(piece in text for piece in pieces)})

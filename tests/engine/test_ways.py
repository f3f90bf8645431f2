# SPDX-License-Identifier: MIT
"""Steps 4 and 5 of the guide, all ways: which edit of a token reaches the app by which command.

The table of compose/README.md is what comes out here; where the new token did not arrive, with what
labelgate's probe says about it.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
import readme
from engine import Engine, LabelStudio, Project, write_env

WAYS = ["environment", "env_file", "file", "directory", "secret"]
EDITS = ["in place", "rename"]
COMMANDS = {
    "nothing": [],
    "restart": ["restart", "--timeout", "3"],
    "up -d": ["up", "--detach"],
    "up -d --force-recreate": ["up", "--detach", "--force-recreate", "--timeout", "3"],
}
# What the app has, read from its own process: not what labelgate believes.
LOOK = """
for process in /proc/[0-9]*; do
    if [ "$(cat $process/comm 2>/dev/null)" = sleep ]; then tr "\\0" "\\n" <$process/environ; fi
done
"""


@pytest.fixture(scope="module")
def ways(side_project: Callable[[str], Project]) -> Project:
    return side_project("ways.yaml")


def write_token(project: Project, token: str, how: str) -> None:
    write_env(project.env_file, {"LABEL_STUDIO_API_TOKEN": token}, how)
    secret = project.folder / "token"
    target = secret if how == "in place" else project.folder / "token.new"
    target.write_text(token + "\n")
    target.chmod(0o600)
    target.rename(secret)


def token_of(engine: Engine, container: str) -> str:
    lines = engine.out("exec", container, "sh", "-c", LOOK).splitlines()
    return next(line.split("=", 1)[1] for line in lines if line.startswith("LABEL_STUDIO_API_TOKEN="))


def note_of(probe: str) -> str:
    """The advice in a probe's output, in the README's few words."""
    if "docker compose restart" in probe:
        return "restart"
    if "docker compose up -d --force-recreate" in probe:
        return "up -d --force-recreate"
    return "up -d" if "docker compose up -d" in probe else "no"


@pytest.fixture(scope="module")
def results() -> dict[tuple[str, str, str], str]:
    return {}


@pytest.mark.parametrize("edit", EDITS)
@pytest.mark.parametrize("command", COMMANDS)
def test_an_edit_and_a_command(
    engine: Engine,
    ways: Project,
    label_studio: LabelStudio,
    results: dict[tuple[str, str, str], str],
    command: str,
    edit: str,
) -> None:
    label_studio.settings(api=True, legacy=True)
    old = label_studio.legacy_token()
    write_token(ways, old, "in place")
    ways.compose("up", "--detach", "--force-recreate", "--timeout", "3")
    assert {token_of(engine, ways.container(way)) for way in WAYS} == {old}

    new = label_studio.reset_legacy_token()
    write_token(ways, new, edit)
    if COMMANDS[command]:
        ways.compose(*COMMANDS[command])
    for way in WAYS:
        container = ways.container(way)
        has = token_of(engine, container)
        assert has in (old, new)
        probe = engine.run("exec", container, "/labelgate", "health", check=False)
        word = "[ok]" if has == new else "[token_unknown]"
        assert (probe.returncode == 0) == (has == new), probe.stdout
        assert word in probe.stdout
        results[way, command, edit] = "new" if has == new else f"old, note: {note_of(probe.stdout)}"


def test_the_readme_says_so(results: dict[tuple[str, str, str], str]) -> None:
    rows = []
    for way in WAYS:
        cells = []
        for command in COMMANDS:
            in_place, rename = (results[way, command, edit] for edit in EDITS)
            cells.append(in_place if in_place == rename else f"{in_place} (rename: {rename})")
        rows.append([f"`{way}`", *cells])
    assert readme.table("ways") == readme.as_table(rows)

# SPDX-License-Identifier: MIT
"""Operators see labelgate's output alone: each cause is named, and what mends it comes first (setups.py)."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from authority import Authority
from inside import Plan
from setups import NAME, SETUPS, Environment, Setup
from standin import TOKEN

pytest_plugins = ("probes",)
HERE = Path(__file__).parent
SENTENCE = 200


def ask(setup: Setup, verb: str, labelgate: Path, env: Environment, folder: Path) -> str:
    command = [str(labelgate), verb]
    if setup.needs_names:
        plan = Plan(
            command,
            env,
            servers=[
                {"table": {name: {"A": [address]} for name, address in setup.names}, "silent": setup.silent}
            ],
        )
        inside = ["unshare", "-n", "-m", sys.executable, str(HERE / "inside.py")]
        done = subprocess.run(
            inside, input=plan.text(), capture_output=True, text=True, timeout=60, check=True
        )
        return json.loads(done.stdout)["out"]
    if setup.hosts:
        (folder / "hosts").write_text(setup.hosts + "\n")
        script = f"mount --bind {folder}/hosts /etc/hosts && exec {labelgate} {verb}"
        command = ["unshare", "--mount", "sh", "-c", script]
    done = subprocess.run(
        command, cwd=folder, env=env, capture_output=True, text=True, timeout=30, check=False
    )
    assert done.returncode == 1, done
    return done.stdout


def one_line(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.native("unshare and a mounted /etc/hosts")
@pytest.mark.parametrize("verb", ["health", "check"])
@pytest.mark.parametrize("name", SETUPS)
def test_cause_and_first_step(
    name: str, verb: str, labelgate: Path, authority: Authority, tmp_path: Path
) -> None:
    setup = SETUPS[name]
    with setup.serve(authority) as variables:
        env = {"PATH": "/usr/bin:/bin:/sbin", NAME: TOKEN, **variables}
        out = ask(setup, verb, labelgate, env, tmp_path)
    if verb == "check":
        out = out.split("\n\nFiles\n")[0]
    sentence, _, step = out.partition("to do: ")
    assert f"[{setup.word}]" in sentence, out
    for words in setup.cause:
        assert words in one_line(sentence), out
    for words in setup.step:
        assert words in one_line(step), out
    if verb == "health":
        said = one_line(sentence).partition("]: ")[2].partition(" (through the proxy")[0]
        said = re.sub(r" \(\S+ is [0-9a-f.:]+\)$", "", said)  # where the name led
        assert len(said.replace(str(authority.folder), "")) <= SENTENCE, said
    # The step that mends is the first: nothing but its own words stands before them.
    if setup.step:
        assert "; " not in one_line(step).partition(setup.step[0])[0], out
    assert TOKEN not in out

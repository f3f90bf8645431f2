# SPDX-License-Identifier: MIT
"""Asks both versions of Label Studio everything that tests/data/labelstudio_answers.json holds, and compares.

The unit and black-box tests believe that file; this test says whether they may.
"""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from engine import ROOT, Answer, LabelStudio
from studio import Studio

RECORDED = json.loads((ROOT / "tests/data/labelstudio_answers.json").read_text())["servers"]
SWITCHES = [(True, False), (True, True), (False, True), (False, False)]
# Recorded headers that a verdict may look at.
HEADERS = ("Content-Type", "WWW-Authenticate", "Allow")
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@pytest.fixture(scope="module")
def label_studio(studio: Studio) -> LabelStudio:
    return studio.server


@pytest.fixture(scope="module")
def rows(studio: Studio) -> list[dict[str, Any]]:
    return RECORDED[studio.version]


@pytest.fixture(scope="module")
def tokens(label_studio: LabelStudio) -> dict[str, str]:
    """What stands in the recordings' angle brackets."""
    return {f"<{name}>": token for name, token in label_studio.tokens().items()}


def filled(value: Any, tokens: dict[str, str]) -> Any:
    """The value with each angle bracket replaced by this run's token."""
    if isinstance(value, dict):
        return {name: filled(member, tokens) for name, member in value.items()}
    if isinstance(value, str):
        for mark, token in tokens.items():
            value = value.replace(mark, token)
        assert "<" not in value, f"not a known mark: {value}"
    return value


def seen(answer: Answer, recorded: Any) -> Any:
    """The answer's body in the shape of the recording: data by its members, errors to the letter."""
    if isinstance(recorded, dict) and "status_code" in recorded:
        return json.loads(UUID.sub("<uuid>", answer.body.decode()))
    if isinstance(recorded, dict):
        return sorted(answer.json)
    if isinstance(recorded, list):
        return type(answer.json)
    if recorded == "":
        return answer.body.decode()
    return answer.body[: len("   <!doctype html>")].decode()


def expected(recorded: Any) -> Any:
    if isinstance(recorded, dict) and "status_code" in recorded:
        return recorded
    if isinstance(recorded, dict):
        return sorted(recorded)
    if isinstance(recorded, list):
        return list
    return recorded[: len("   <!doctype html>")]


def under(rows: list[dict[str, Any]], api: bool, legacy: bool) -> list[dict[str, Any]]:
    settings = {"api_tokens_enabled": api, "legacy_api_tokens_enabled": legacy}
    return [row for row in rows if row["settings"] == settings]


def ask(label_studio: LabelStudio, row: dict[str, Any], tokens: dict[str, str]) -> Answer:
    request = row["request"]
    authorization = filled(request.get("authorization"), tokens)
    return label_studio.ask(
        request["method"], request["path"], authorization, filled(request.get("json"), tokens)
    )


@pytest.mark.parametrize(("api", "legacy"), SWITCHES, ids=lambda on: "on" if on else "off")
def test_every_recorded_answer(
    label_studio: LabelStudio,
    rows: list[dict[str, Any]],
    tokens: dict[str, str],
    api: bool,
    legacy: bool,
) -> None:
    label_studio.settings(api=api, legacy=legacy)
    asked = under(rows, api, legacy)
    assert len(asked) >= 22
    different = []
    for row in asked:
        answer = ask(label_studio, row, tokens)
        headers = {name: answer.headers[name] for name in HEADERS if name in row["headers"]}
        want = (
            row["status"],
            {n: v for n, v in row["headers"].items() if n in HEADERS},
            expected(row["body"]),
        )
        got = (answer.status, headers, seen(answer, row["body"]))
        if got != want:
            request = " ".join(map(str, row["request"].values()))
            different.append(f"{request}:\n  recorded {want}\n  now      {got}")
    assert not different, "\n".join(different)


def test_a_changed_recording_would_be_noticed(
    label_studio: LabelStudio, rows: list[dict[str, Any]], tokens: dict[str, str]
) -> None:
    """Negative control: the comparison above can fail."""
    label_studio.settings(api=True, legacy=False)
    row = next(
        row for row in under(rows, True, False) if row["request"].get("authorization") == "Token <legacy>"
    )
    body = {**row["body"], "detail": "Invalid token."}
    assert seen(ask(label_studio, row, tokens), body) != expected(body)

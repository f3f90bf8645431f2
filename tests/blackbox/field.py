# SPDX-License-Identifier: MIT
"""The field cases: what people really ran into (tests/data/field_cases.json)."""

import base64
import json
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parent.parent / "data"
TOKEN = "00112233445566778899aabbccddeeff00112233"
OTHER_TOKEN = "a1b2c3d4e5f6a7b8c9d0e1f2a3b4c5d6e7f8a9b0"
# A case that names no URL gets one that nobody asks.
EXAMPLE = {"LABEL_STUDIO_URL": "http://127.0.0.1:9"}

CASES: dict[str, dict[str, Any]] = {
    case["id"]: case for case in json.loads((FOLDER / "field_cases.json").read_text("utf-8"))
}
CASES_2: dict[str, dict[str, Any]] = {
    case["id"]: case for case in json.loads((FOLDER / "field_cases_2.json").read_text("utf-8"))["cases"]
}


def jwt(**claims: object) -> str:
    """A JWT whose signature nobody checks here."""

    def part(value: object) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()

    return f"{part({'alg': 'HS256', 'typ': 'JWT'})}.{part(claims)}.{'B' * 43}"


PAT = jwt(token_type="refresh", exp=8076679723, iat=1769479723, jti="0" * 32, user_id="1")
ACCESS = jwt(token_type="access", exp=8076679723, iat=1769479723, jti="1" * 32, user_id="1")


def lay_files(case: dict[str, Any], folder: Path) -> None:
    """Writes the files of a case's input below the folder (absolute paths lose their root)."""
    for name, text in case.get("files", {}).items():
        path = folder / name.lstrip("/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
    for name, text in case.get("files_base64", {}).items():
        path = folder / name.lstrip("/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(base64.b64decode(text))


def variables(out: str) -> dict[str, str]:
    """The output of env(1)."""
    return dict(line.split("=", 1) for line in out.splitlines())


def shows_token(text: str, token: str = TOKEN) -> bool:
    """Does any 8-byte window of the token stand in the text?"""
    return any(token[i : i + 8] in text for i in range(len(token) - 7))

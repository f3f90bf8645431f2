# SPDX-License-Identifier: MIT
"""A stand-in for Label Studio that gives recorded answers, for the demo."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

ANSWERS = Path(__file__).resolve().parents[1] / "data/labelstudio_answers.json"
VERSION = "1.22.0"


class Replay:
    """Answers on loopback as Label Studio 1.22.0 did; `legacy_on` is the organization's switch."""

    def __init__(self, legacy: str) -> None:
        self.legacy = legacy
        self.legacy_on = True
        self.rows = json.loads(ANSWERS.read_text())["servers"][VERSION]
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self.handler())
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}"

    def marked(self, authorization: str | None) -> str | None:
        """The header as the recordings write it."""
        if authorization is None:
            return None
        scheme, _, token = authorization.partition(" ")
        return f"{scheme} <legacy>" if token == self.legacy else f"{scheme} <40 hex that is nobody's>"

    def row(self, path: str, authorization: str | None) -> dict[str, Any] | None:
        settings = {"api_tokens_enabled": True, "legacy_api_tokens_enabled": self.legacy_on}
        wanted = {"method": "GET", "path": path, "authorization": self.marked(authorization)}
        return next(
            (row for row in self.rows if (row["settings"], row["request"]) == (settings, wanted)), None
        )

    def handler(self) -> type[BaseHTTPRequestHandler]:
        replay = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                row = replay.row(self.path.split("?")[0], self.headers["Authorization"])
                if row is None:
                    self.send_error(501, "not recorded")
                    return
                body = row["body"] if isinstance(row["body"], str) else json.dumps(row["body"])
                self.send_response(row["status"])
                for name, value in row["headers"].items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body.encode())))
                self.end_headers()
                self.wfile.write(body.encode())

            def log_message(self, *_: object) -> None:
                """Quiet: the demo prints its own lines."""

        return Handler

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()

# SPDX-License-Identifier: MIT
"""The app of the example stack: tells over HTTP which projects Label Studio has.

GET /health    200, as long as the app runs. Like many apps' health page it knows nothing of Label Studio.
GET /projects  200 and their titles, or 502 with what Label Studio said instead.
"""

import json
import os
import urllib.error
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PORT = 8000
TIMEOUT = 10  # seconds


def projects() -> list[str]:
    """Titles of the projects that the token's user may see."""
    url = os.environ["LABEL_STUDIO_URL"].rstrip("/") + "/api/projects?page_size=100"
    headers = {"Authorization": "Token " + os.environ["LABEL_STUDIO_API_TOKEN"]}
    with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=TIMEOUT) as answer:
        return [project["title"] for project in json.load(answer)["results"]]


class Page(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        if self.path == "/health":
            self.reply(200, {"status": "ok"})
        elif self.path == "/projects":
            self.reply(*self.ask())
        else:
            self.reply(404, {"error": "no such page"})

    def ask(self) -> tuple[int, dict]:
        try:
            return 200, {"projects": projects()}
        except urllib.error.HTTPError as error:
            return 502, {"error": f"Label Studio answered {error.code}"}
        except OSError:
            return 502, {"error": "Label Studio does not answer"}

    def reply(self, status: int, body: dict) -> None:
        text = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_: object) -> None:
        """One line a request is of no use in the container's log."""


if __name__ == "__main__":
    print("app: started", flush=True)
    ThreadingHTTPServer(("", PORT), Page).serve_forever()

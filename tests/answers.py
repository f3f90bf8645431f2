# SPDX-License-Identifier: MIT
"""The recorded answers of real Label Studio servers, as questions that labelgate could have asked."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

FILES = ("labelstudio_answers.json", "labelstudio_answers_2.json")
HOST = "http://label-studio:8080"

# Recorded from the raw socket: the row shows no Authorization, the request had one (or two).
RAW_HEADER = (
    "CR inside the value",
    "bare LF line ends",
    "folded header",
    "two Authorization headers",
    "two equal Authorization headers",
    "header name authorization in lower case",
    "HTTP/1.1 without Host",
    "under uwsgi (options of the image, buffer-size 65535): two Authorization headers",
    "through nginx: two Authorization headers",
    "through nginx: no Host",
)
# An access token that nobody would just have been given.
NOT_FRESH = ("tampered", "member inactive", "member deleted", "SECRET_KEY renewed", "revoked PAT")
JWT_SHAPED = ("<pat", "<access", "<JWT-shaped>")

# Our own addresses (below the base path), with or without the slash at the end.
OUR_PATHS = {
    "/api/current-user/whoami": "whoami",
    "/api/token/refresh": "refresh",
    "/api/current-user/token": "legacy",
    "/api/current-user/reset-token": "reset",
    "/api/jwt/settings": "switches",
    "/user/login": "login",
}


@dataclass(frozen=True)
class Answer:
    """One answer and the question it belongs to."""

    question: str
    status: int
    body: Any
    headers: dict[str, str] = field(default_factory=dict)
    url: str = HOST + "/api/current-user/whoami"
    cut: bool = False
    name: str = ""

    @property
    def text(self) -> str:
        return self.body if isinstance(self.body, str) else json.dumps(self.body)

    @property
    def what(self) -> str:
        """The part of the answer that should decide, in words of the table in test_verdicts.py."""
        if isinstance(self.body, dict):
            if "detail" in self.body and "version" in self.body:
                return str(self.body["detail"])
            if "active_organization" in self.body:
                return "user of no organization" if self.body["active_organization"] is None else self.email
            return "members " + " ".join(sorted(self.body))
        if isinstance(self.body, list):
            return "list"
        return page(self.body)

    @property
    def email(self) -> str:
        return "user Deleted" if self.body.get("email") == "Deleted" else "user"

    def record(self) -> bytes:
        """The case as tests/helpers/verdict_dump.c reads it."""
        names = ("Content-Type", "Location", "WWW-Authenticate", "Retry-After", "Server")
        given = {name.lower(): value for name, value in self.headers.items()}
        parts = [self.url, *(given.get(name.lower(), "") for name in names), self.text]
        encoded = [part.encode("utf-8", "surrogateescape") for part in parts]
        lengths = " ".join(str(len(part)) for part in encoded)
        return f"{self.question} {self.status} {int(self.cut)} {lengths}\n".encode() + b"".join(encoded)


def page(text: str) -> str:
    """A page by its title or first heading."""
    for start, end in (("<title>", "</title>"), ("<h1>", "</h1>")):
        if start in text:
            return "page " + text.split(start, 1)[1].split(end, 1)[0]
    return "page" if text.strip() else "nothing"


def whole_page(row: dict[str, Any]) -> str:
    """Pages were recorded with their beginning, their title and their text: put together again."""
    text: str = row["body"]
    if text and row.get("title") and "<title>" not in text:
        text += f"\n  <title>{row['title']}</title>\n</head>\n<body>\n"
    # Django's page on a failed CSRF check was recorded with its text at most addresses, here without.
    django = text.startswith("<!DOCTYPE html>") and "<title>403 Forbidden</title>" in text
    lines = row.get("page") or (["Forbidden <span>(403)</span>"] if django else [])
    return text + "".join(f"<p>{line}</p>\n" for line in lines)


def scheme_question(authorization: str, case: str) -> str:
    scheme, _, value = authorization.strip().replace("\t", " ").partition(" ")
    if scheme.lower() == "bearer":
        live = value.startswith(("<access>", "<access of member>"))
        live = live and not any(words in case for words in NOT_FRESH)
        return "whoami_fresh" if live and scheme == "Bearer" else "whoami_bearer"
    return "whoami_jwt" if value.strip().startswith(JWT_SHAPED) else "whoami_token"


def whoami_question(request: dict[str, Any], case: str) -> str:
    headers = request.get("headers") or {}
    if "X-Api-Key" in headers:
        return "whoami_jwt" if headers["X-Api-Key"].startswith(JWT_SHAPED) else "whoami_token"
    if request.get("authorization") is not None:
        return scheme_question(request["authorization"], case)
    return "whoami_token" if case.startswith(RAW_HEADER) else "whoami_nobody"


def own_path(path: str) -> str:
    """The path below the base path, without query and final slash."""
    path = path.split("?")[0].rstrip("/")
    for known in OUR_PATHS:
        if path.endswith(known):
            return known
    return path


def question_of(request: dict[str, Any], case: str) -> str | None:
    """The question of ours that this request is; None for the rest."""
    kind = OUR_PATHS.get(own_path(request["path"]))
    if kind == "whoami":
        return whoami_question(request, case)
    if kind == "login" and request["method"] == "GET":
        return None  # the page is opened for its cookies only
    return kind


@dataclass(frozen=True)
class Recorded:
    answer: Answer | None  # None: no question of ours, and a good answer
    method: str
    path: str
    name: str


def recorded_rows(data: Path) -> Iterator[Recorded]:
    for file in FILES:
        for version, rows in json.loads((data / file).read_text())["servers"].items():
            for number, row in enumerate(rows):
                yield recorded(row, f"{file} {version} {number} {row.get('case', '')}".strip())


def recorded(row: dict[str, Any], name: str) -> Recorded:
    request, case = row["request"], row.get("case") or ""
    question = question_of(request, case)
    if question is None and row["status"] >= 400:
        question = whoami_question(request, case)  # refusals and faults are the same at every address
    body = row["body"] if not isinstance(row["body"], str) else whole_page(row)
    answer = Answer(question or "", row["status"], body, row["headers"], HOST + request["path"], name=name)
    return Recorded(answer if question else None, request["method"], own_path(request["path"]), name)


def dump(helpers: Path, answers: list[Answer]) -> list[dict[str, Any]]:
    """The verdicts on `answers`, in their order."""
    done = subprocess.run(
        [helpers / "verdict_dump"],
        input=b"".join(answer.record() for answer in answers),
        capture_output=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
    verdicts = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(verdicts) == len(answers)
    return verdicts


def mutations(answer: Answer) -> Iterator[Answer]:
    """Answers that must get the same verdict: what another version or a proxy might add."""
    body = answer.body
    if isinstance(body, dict):
        more = {"request_id": "0c2f", "hint": {"detail": "Invalid token", "id": "x"}, "links": [1, None]}
        yield replace(answer, body={**more, **body}, name=answer.name + " / members in front")
        yield replace(answer, body={**body, **more}, name=answer.name + " / members behind")
        yield replace(answer, body=dict(reversed(body.items())), name=answer.name + " / other order")
        yield replace(answer, body=spaced(body), name=answer.name + " / white space")
        yield replace(answer, body=escaped(body), name=answer.name + " / escapes")
        if "detail" in body and "version" in body:
            yield replace(answer, body={**body, "version": "2.0.0"}, name=answer.name + " / version")
            longer = f"Sorry: {body['detail']} Ask the owner of the organization. " + "x" * 3000
            yield replace(answer, body={**body, "detail": longer}, name=answer.name + " / longer text")
    elif isinstance(body, str) and body:
        text = body.replace("\n", "\r\n   ")
        yield replace(answer, body=f"\r\n<!-- -->{text}", name=answer.name + " / white space")
        yield replace(answer, body=body + "x" * 70000, name=answer.name + " / longer page")


def spaced(body: dict[str, Any]) -> str:
    return "\r\n\t" + json.dumps(body, indent=3, separators=(" ,\r", "\t: ")) + "  \n"


def escaped(body: dict[str, Any]) -> str:
    """Every letter of every string and name as \\uXXXX."""

    def string(text: str) -> str:
        units = text.encode("utf-16-be", "surrogatepass")
        return '"' + "".join(f"\\u{units[i]:02x}{units[i + 1]:02X}" for i in range(0, len(units), 2)) + '"'

    def value(item: Any) -> str:
        if isinstance(item, str):
            return string(item)
        if isinstance(item, list):
            return "[" + ",".join(map(value, item)) + "]"
        if isinstance(item, dict):
            return "{" + ",".join(f"{string(k)}:{value(v)}" for k, v in item.items()) + "}"
        return json.dumps(item)

    return value(body)

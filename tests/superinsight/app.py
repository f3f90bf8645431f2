# SPDX-License-Identifier: MIT
"""The guide's app in small: a task list with a login of its own, which sends its tasks to Label Studio.

It speaks to Label Studio as SuperInsight does, with `Authorization: Token` and whatever its variable holds.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import secrets
import time
import urllib.error
import urllib.request
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Header, HTTPException
from pydantic import BaseModel

LABEL_STUDIO = os.environ.get("LABEL_STUDIO_URL", "http://label-studio:8080").rstrip("/")
TOKEN = os.environ.get("LABEL_STUDIO_API_TOKEN", "")
USER = os.environ.get("API_USERNAME", "")
PASSWORD = os.environ.get("API_PASSWORD", "")
LABEL_CONFIG = """<View><Text name="text" value="$text"/>
<Choices name="label" toName="text"><Choice value="yes"/><Choice value="no"/></Choices></View>"""
KEY = secrets.token_bytes(32)
HOUR = 3600

app = FastAPI()
tasks: dict[str, dict[str, Any]] = {}


class Login(BaseModel):
    email: str
    password: str


class Task(BaseModel):
    name: str
    description: str = ""
    priority: str = "medium"
    annotation_type: str = "text_classification"
    total_items: int = 1
    tags: list[str] = []


class LabelStudioError(Exception):
    def __init__(self, status: int | None, words: str) -> None:
        super().__init__(words)
        self.status = status


# ---- Its own JWT --------------------------------------------------------------------------------


def part(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


def signature(text: str) -> str:
    return part(hmac.digest(KEY, text.encode(), hashlib.sha256))


def make_jwt(email: str) -> str:
    claims = {"sub": email, "exp": int(time.time()) + HOUR}
    text = part(b'{"alg":"HS256","typ":"JWT"}') + "." + part(json.dumps(claims).encode())
    return f"{text}.{signature(text)}"


def current_user(authorization: Annotated[str, Header()] = "") -> str:
    scheme, _, token = authorization.partition(" ")
    text, _, given = token.rpartition(".")
    if scheme != "Bearer" or not text or not hmac.compare_digest(given, signature(text)):
        raise HTTPException(401, "Could not validate credentials")
    body = text.split(".")[1]
    claims = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    if claims["exp"] < time.time():
        raise HTTPException(401, "Token has expired")
    return claims["sub"]


User = Annotated[str, Depends(current_user)]


# ---- Label Studio -------------------------------------------------------------------------------


def label_studio(method: str, path: str, body: Any = None) -> Any:
    data = None if body is None else json.dumps(body).encode()
    headers = {"Authorization": f"Token {TOKEN}", "Content-Type": "application/json"}
    request = urllib.request.Request(LABEL_STUDIO + path, data, headers, method=method)
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as error:
        raise LabelStudioError(error.code, words_of(error)) from error
    except (OSError, ValueError) as error:
        raise LabelStudioError(None, str(error)) from error


def words_of(error: urllib.error.HTTPError) -> str:
    try:
        return f"{error.code}: {json.load(error)['detail']}"
    except (ValueError, KeyError, TypeError):
        return str(error.code)


# ---- The endpoints of the nine checks -----------------------------------------------------------


@app.get("/health")
def health() -> dict[str, str]:
    return {"status": "healthy"}


@app.post("/api/auth/login")
def login(login: Login) -> dict[str, str]:
    right = hmac.compare_digest(login.email.encode(), USER.encode())
    right = hmac.compare_digest(login.password.encode(), PASSWORD.encode()) and right
    if not right or not PASSWORD:
        raise HTTPException(401, "Incorrect email or password")
    return {"access_token": make_jwt(login.email), "token_type": "bearer"}


@app.get("/api/auth/me")
def me(user: User) -> dict[str, str]:
    return {"email": user}


@app.post("/api/tasks")
def create(task: Task, user: User) -> dict[str, Any]:
    number = secrets.token_hex(8)
    tasks[number] = {"id": number, "owner": user, "project_id": None, **task.model_dump()}
    return tasks[number]


@app.get("/api/tasks/label-studio/test-connection")
def test_connection(user: User) -> dict[str, Any]:
    """200 whatever Label Studio says, as in the original.

    It asks whoami with a slash at the end, which Label Studio 1.22 does not have: 404, and the body says
    error with the best of tokens.
    """
    details: dict[str, Any] = {"connected": False, "base_url": LABEL_STUDIO, "auth_method": "api_token"}
    try:
        label_studio("GET", "/api/current-user/whoami/")
    except LabelStudioError as error:
        return {"status": "error", "message": f"Label Studio: {error}", "details": details}
    details |= {"connected": True, "authenticated": True}
    return {"status": "success", "message": "Connected to Label Studio", "details": details}


@app.get("/api/tasks/{number}")
def read(number: str, user: User) -> dict[str, Any]:
    if number not in tasks:
        raise HTTPException(404, "Task not found")
    return tasks[number]


@app.post("/api/tasks/{number}/sync-label-studio")
def sync(number: str, user: User) -> dict[str, Any]:
    task = read(number, user)
    try:
        project = label_studio(
            "POST", "/api/projects/", {"title": task["name"][:50], "label_config": LABEL_CONFIG}
        )
        texts = [{"text": f"{task['name']} {item + 1}"} for item in range(task["total_items"])]
        label_studio("POST", f"/api/projects/{project['id']}/import", texts)
    except LabelStudioError as error:
        raise HTTPException(500, f"Failed to sync with Label Studio: {error}") from error
    task["project_id"] = project["id"]
    return {"project_id": project["id"], "task_count": task["total_items"]}

# SPDX-License-Identifier: MIT
"""nginx in front of both versions: sub-path, TLS of a private CA, logins, headers, refusals."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from engine import ROOT, Ran, poll, script
from studio import Prober, Studio

sys.path.append(str(ROOT / "tests/blackbox"))
from authority import Authority, Issued  # noqa: E402

NAME = "LABEL_STUDIO_API_TOKEN"
PASSWORD = "pw-Example-2"
SOON = 20.0
# The proxy's names: one in its certificate, one that is not.
PROXY, STRANGER = "studio.example", "other.example"


@dataclass(frozen=True)
class Proxy:
    studio: Studio
    folder: Path
    token: str
    prober: Prober

    def ask(self, url: str, *options: str, **variables: str) -> Ran:
        """`health` from inside the network."""
        ran = self.prober("health", *options, LABEL_STUDIO_URL=url, **{NAME: self.token, **variables})
        assert self.token not in ran.out + ran.err
        assert ran.code == (0 if ran.word == "ok" else 1), ran
        return ran


def pem(issued: Issued) -> bytes:
    key = issued.key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return key + issued.pem


@pytest.fixture(scope="module")
def nginx_image() -> str:
    return script(str(ROOT / "docker/nginx/build.sh"))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What is mounted into the proxy, and into the prober what a person would give it."""
    authority = Authority(tmp_path_factory.mktemp("authority"))
    root = authority.root("Private CA")
    folder = tmp_path_factory.mktemp("proxy")
    shutil.copy(ROOT / "tests/engine/nginx.conf", folder)
    (folder / "server.pem").write_bytes(pem(authority.server(root, names=[PROXY])))
    (folder / "htpasswd").write_text(f"team:{{PLAIN}}{PASSWORD}\n")
    (folder / "ca.pem").write_bytes(root.pem)
    folder.chmod(0o755)
    return folder


@pytest.fixture(scope="module")
def proxy(studio: Studio, prober: Prober, nginx_image: str, folder: Path) -> Iterator[Proxy]:
    names = ("--network-alias", PROXY, "--network-alias", STRANGER)
    container = studio.run("proxy", nginx_image, options=("--volume", f"{folder}:/proxy:ro", *names))
    engine = studio.engine
    for file, text in (
        ("ca.pem", (folder / "ca.pem").read_text()),
        ("headers", "Authorization: Basic dGVhbTpwdy1FeGFtcGxlLTI=\n"),
    ):
        words = ["exec", "--interactive", prober.container, "sh", "-c", f"cat >/{file}"]
        engine.run(*words, stdin=text.encode())
    proxy = Proxy(studio, folder, studio.server.legacy_token(), prober)
    poll(
        lambda: proxy.ask("http://proxy:8003").word == "header_lost", SOON, f"nginx: {engine.logs(container)}"
    )
    yield proxy
    engine.run("rm", "--force", container, check=False)


# ---- The sub-path, and TLS of a private CA ---------------------------------------------------------------

CA = {"LABELGATE_CA_FILE": "/ca.pem"}


@pytest.mark.parametrize("end", ["", "/"])
def test_a_sub_path_behind_tls(proxy: Proxy, end: str) -> None:
    assert proxy.ask(f"https://{PROXY}/label-studio{end}", **CA).word == "ok"


def test_the_private_ca_is_asked_for(proxy: Proxy) -> None:
    ran = proxy.ask(f"https://{PROXY}/label-studio")
    assert ran.word == "tls_untrusted" and "LABELGATE_CA_FILE" in ran.out, ran


def test_another_name_of_the_proxy(proxy: Proxy) -> None:
    ran = proxy.ask(f"https://{STRANGER}/label-studio", **CA)
    assert ran.word == "tls_wrong_host" and PROXY in ran.out, ran


def test_a_pat_through_the_sub_path(proxy: Proxy) -> None:
    pat = proxy.studio.server.new_pat()
    where = {"LABEL_STUDIO_URL": f"https://{PROXY}/label-studio", **CA, NAME: pat}
    accepted = proxy.prober("health", "--jwt", "accept", **where)
    assert accepted.word == "ok", accepted
    traded = proxy.prober("run", "--jwt", "trade", "--", "/usr/bin/env", **where)
    assert f"{NAME}={proxy.token}" in traded.out.splitlines(), traded.err


def test_a_login_through_the_sub_path(proxy: Proxy) -> None:
    where = {"LABEL_STUDIO_URL": f"https://{PROXY}/label-studio", **CA, **proxy.studio.admin}
    got = proxy.prober("token", "--login", "--print", **where)
    assert (got.code, got.out) == (0, proxy.token + "\n"), got.err
    wrong = proxy.prober("token", "--login", "--print", **{**where, "LABEL_STUDIO_PASSWORD": "not this"})
    assert (wrong.code, wrong.out, wrong.word) == (1, "", "login_failed"), wrong.err


WRONG_ADDRESSES = {
    "the sub-path is missing": (f"https://{PROXY}", "not_found", '"404 Not Found" (nginx'),
    "the sub-path twice": (
        f"https://{PROXY}/label-studio/label-studio",
        "not_found",
        "label-studio/label-studio",
    ),
    "http, sent to https": (f"http://{PROXY}/label-studio", "redirected", f"https://{PROXY}"),
    "http to the https port": (f"http://{PROXY}:443/label-studio", "https_needed", ""),
    "https to an http port": (f"https://{PROXY}:8003", "tls_failed", "plain http"),
    "the path is passed on": ("http://proxy:8001/label-studio", "not_found", "take /label-studio out of"),
    "past the proxy, with its sub-path": (
        "http://label-studio:8080/label-studio",
        "not_found",
        "take /label-studio out of",
    ),
    "past the proxy": ("http://label-studio:8080", "ok", ""),
}


@pytest.mark.parametrize("case", WRONG_ADDRESSES)
def test_the_address(proxy: Proxy, case: str) -> None:
    url, word, says = WRONG_ADDRESSES[case]
    ran = proxy.ask(url, **CA)
    assert ran.word == word and says in ran.out, ran


# ---- What a proxy may do to the question -----------------------------------------------------------------


def test_a_login_of_the_proxy(proxy: Proxy) -> None:
    ran = proxy.ask("http://proxy:8002")
    assert ran.word == "proxy_auth" and "Team only" in ran.out, ran


def test_a_login_of_the_proxy_by_the_header_file(proxy: Proxy) -> None:
    """Basic and Token cannot share one header: the token travels as X-Api-Key."""
    ran = proxy.ask("http://proxy:8002", LABELGATE_HEADER_FILE="/headers")
    assert ran.word == "ok", ran
    proxy.studio.server.settings(legacy=False)
    try:
        ran = proxy.ask("http://proxy:8002", LABELGATE_HEADER_FILE="/headers")
    finally:
        proxy.studio.server.settings(legacy=True)
    assert ran.word == "legacy_disabled", ran


WORDS = {
    "Authorization is dropped": ("http://proxy:8003", "header_lost", "pass the Authorization header"),
    "X-Api-Key is added": ("http://proxy:8004", "token_unknown", ""),
    "444": ("http://proxy:8005", "connection_reset", "without an answer"),
    "deny": ("http://proxy:8006", "proxy_denied", '"403 Forbidden" (nginx'),
    "nothing behind it": ("http://proxy:8007", "server_error", "a proxy that cannot reach Label Studio"),
    "a page of its own": ("http://proxy:8010", "not_label_studio", "another server answers there"),
    "another Host": ("http://proxy:8011", "host_rejected", "pass the Host header on"),
}
REFUSED = {"header_lost", "token_unknown"}


@pytest.mark.parametrize("case", WORDS)
def test_what_a_proxy_does(proxy: Proxy, case: str) -> None:
    url, word, says = WORDS[case]
    ran = proxy.ask(url)
    assert ran.word == word and says in ran.out, ran
    healthy = proxy.prober("health", "--unreachable", "healthy", LABEL_STUDIO_URL=url, **{NAME: proxy.token})
    assert (healthy.code, healthy.word) == (1 if word in REFUSED else 0, word), healthy


@pytest.mark.parametrize(("port", "word"), [(8008, "server_error"), (8009, "rate_limited")])
def test_too_many_questions(proxy: Proxy, port: int, word: str) -> None:
    """nginx's own status is 503; who knows better sets 429. It counts from the second on."""
    words = {proxy.ask(f"http://proxy:{port}").word for _ in range(3)}
    assert words == {"ok", word}


# ---- Names ------------------------------------------------------------------------------------------------


def test_a_service_name_with_an_underscore(proxy: Proxy) -> None:
    ran = proxy.ask("http://label_studio:8080")
    assert ran.word == "host_rejected" and "underscore" in ran.out and "alias" in ran.out, ran
    checked = proxy.prober("check", LABEL_STUDIO_URL="http://label_studio:8080", **{NAME: proxy.token})
    assert checked.code == 1 and "underscore" in checked.out, checked


def test_a_name_that_is_none(proxy: Proxy) -> None:
    ran = proxy.ask("http://label-sutdio:8080", LABELGATE_TIMEOUT="2s")
    assert ran.word in ("name_unresolved", "timeout"), ran


def test_a_port_where_nobody_listens(proxy: Proxy) -> None:
    ran = proxy.ask("http://label-studio:8081")
    assert ran.word == "connection_refused" and "this container itself" not in ran.out, ran

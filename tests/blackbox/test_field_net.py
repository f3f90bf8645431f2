# SPDX-License-Identifier: MIT
"""Field cases of the network: who answered, and where Label Studio went."""

import json
import ssl
import time
from collections.abc import Callable

import pytest
from authority import Authority
from conftest import Run
from field import ACCESS, PAT
from standin import TOKEN, USER, WHOAMI, Request, StandIn, answer, detail, response

pytest_plugins = ("probes",)

OWN_404 = "<html><head><title>Label Studio</title></head><body>404</body></html>"
NOT_PROVIDED = detail(401, "Authentication credentials were not provided.")


# ---- net-404-of-a-proxy ----------------------------------------------------------------------------------

PAGES = {
    "Traefik": ("404 page not found\n", "404 page not found"),
    "ingress": ("default backend - 404", "default backend - 404"),
    "APISIX": ('{"error_msg":"404 Route Not Found"}', "404 Route Not Found"),
    "Kong": ('{"message":"no Route matched with those values"}', "no Route matched"),
    "nginx": ("<html><head><title>404 Not Found</title></head><center>nginx</center></html>", "nginx/1.27"),
    "tunnel": ("<!DOCTYPE html><title>ngrok</title>Tunnel not found ERR_NGROK_3200", "nginx/1.27"),
    "nothing": ("", "nginx/1.27"),
}


@pytest.mark.parametrize("page", PAGES)
def test_net_404_of_a_proxy(probe, page: str) -> None:
    body, words = PAGES[page]
    with StandIn(answer(response(404, body, [("Server", "nginx/1.27")]))) as proxy:
        seen = probe(proxy.url)
    assert seen.word == "not_found" and "is not Label Studio's" in seen.out, seen
    assert words in seen.out.replace('\\"', '"'), seen
    # A stopped Label Studio has no route at these; of the others it is the address.
    routes = page not in ("nginx", "nothing")
    assert ("whether Label Studio runs" in seen.out) == routes and ("sub-path" in seen.out) != routes


@pytest.mark.parametrize("body", [OWN_404, detail(404, "Not found.")], ids=["page", "JSON"])
def test_the_404_of_label_studio_is_about_the_path(probe, body: object) -> None:
    with StandIn(answer(response(404, body))) as studio:
        seen = probe(studio.url)
    assert seen.word == "not_found" and "add the path under which Label Studio is served" in seen.out, seen
    assert "no route" not in seen.out


# ---- net-identity-proxy ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("refusal", "word"),
    [
        (response(302, "", [("Location", "https://login.example.com/start?rd=/x")]), "redirected"),
        (response(303, "", [("Location", "/oauth2/sign_in")]), "redirected"),
        (response(401, "<h1>401</h1>", [("WWW-Authenticate", 'Basic realm="x"')]), "proxy_auth"),
        (response(401, "no"), "proxy_auth"),
    ],
)
def test_net_identity_proxy(probe, tmp_path, refusal: bytes, word: str) -> None:
    def gateway(request: Request) -> bytes:
        return response(200, USER) if request.header("X-Gateway") == "let-me-in" else refusal

    with StandIn(answer(gateway)) as proxy:
        seen = probe(proxy.url)
        assert seen.word == word and "LABEL_STUDIO_URL" in seen.out and "; or let /api/ past" in seen.out, (
            seen
        )
        (tmp_path / "extra").write_text("X-Gateway: let-me-in\n")
        assert probe(proxy.url, env={"LABELGATE_HEADER_FILE": "extra"}).word == "ok"


# ---- redirected ------------------------------------------------------------------------------------------

MOVED = {
    f"https://studio.example{WHOAMI}": "https://studio.example",
    f"https://studio.example/studio{WHOAMI}": "https://studio.example/studio",
    f"https://studio.example:8443/a/b{WHOAMI}?next=1#x": "https://studio.example:8443/a/b",
    f"http://user:word@studio.example{WHOAMI}": "http://studio.example",
    f"//other.example/ls{WHOAMI}": "http://other.example/ls",
    f"/studio{WHOAMI}": "http://127.0.0.1:PORT/studio",
}


@pytest.mark.parametrize("where", MOVED)
def test_the_new_base_url_is_said_whole(probe, where: str) -> None:
    with StandIn(answer(response(301, "", [("Location", where)]))) as proxy:
        seen = probe(proxy.url)
    base = MOVED[where].replace("PORT", str(proxy.port))
    assert seen.word == "redirected" and f"write LABEL_STUDIO_URL={base}, then" in seen.out, seen
    assert "next=1" not in seen.out and "user:" not in seen.out


@pytest.mark.parametrize(
    ("where", "shown"),
    [
        (f"https://login.example/start/here?rd={WHOAMI}", "https://login.example/start/here"),
        (f"https://login.example/start#{WHOAMI}", "https://login.example/start"),
        ("/user/login/?next=/x", "/user/login/"),
        (f"https://studio.example{WHOAMI}/", f"https://studio.example{WHOAMI}/"),
        (f"{WHOAMI}", WHOAMI),
    ],
)
def test_another_redirect_shows_its_path(probe, where: str, shown: str) -> None:
    with StandIn(answer(response(302, "", [("Location", where)]))) as proxy:
        seen = probe(proxy.url)
    assert seen.word == "redirected" and shown in seen.out, seen
    assert "rd=" not in seen.out and "next=" not in seen.out and "write LABEL_STUDIO_URL" not in seen.out


@pytest.mark.parametrize(
    "where",
    [
        f"https://x.example/{TOKEN}{WHOAMI}",
        f"https://x.example/a{TOKEN}b",
        f"/{TOKEN}{WHOAMI}",
        f"//{TOKEN}/{TOKEN}{WHOAMI}",
        f"https://{TOKEN[:20]}/{TOKEN[20:]}{WHOAMI}",
        f"https://x.example/{TOKEN[:20]}?{TOKEN[20:]}",
    ],
)
@pytest.mark.parametrize(
    "options", [["health"], ["health", "--json"], ["check"], ["check", "--json"]], ids=" ".join
)
def test_no_redirect_shows_the_token(run: Run, where: str, options: list[str]) -> None:
    with StandIn(answer(response(302, "", [("Location", where)]))) as proxy:
        done = run(*options, env={"LABEL_STUDIO_URL": proxy.url, "LABEL_STUDIO_API_TOKEN": TOKEN})
    said = "".join((done.out + done.err).split())
    assert TOKEN not in said and "redirected" in said
    assert not any(TOKEN[at : at + 8] in said for at in range(33)), said


def test_a_path_that_repeats_the_token_is_left_out(run: Run) -> None:
    """The server is named all the same."""
    with StandIn(answer(response(302, "", [("Location", f"/{TOKEN}/login")]))) as proxy:
        done = run("health", env={"LABEL_STUDIO_URL": proxy.url, "LABEL_STUDIO_API_TOKEN": TOKEN})
    assert f"redirects to http://{proxy.netloc}" in " ".join(done.out.split()), done
    assert "/login" not in done.out and TOKEN[:8] not in done.out


# ---- jwt_disabled or header_lost -------------------------------------------------------------------------


def exchange(then: Callable[[Request], bytes]) -> Callable[[Request], bytes]:
    def both(request: Request) -> bytes:
        return response(200, {"access": ACCESS}) if request.path == "/api/token/refresh" else then(request)

    return both


def switched_off(request: Request) -> bytes:
    """Headers arrive; the organization has API tokens off."""
    is_token = (request.header("Authorization") or "").startswith("Token ")
    return response(401, detail(401, "Invalid token.") if is_token else NOT_PROVIDED)


def legacy_off_too(request: Request) -> bytes:
    is_token = (request.header("Authorization") or "").startswith("Token ")
    words = "Authentication token no longer valid: legacy token authentication has been disabled"
    return response(401, detail(401, words) if is_token else NOT_PROVIDED)


def drops_the_header(_: Request) -> bytes:
    return response(401, NOT_PROVIDED)


def drops_then_is_gone(request: Request) -> bytes:
    return (
        b"" if (request.header("Authorization") or "").startswith("Token ") else response(401, NOT_PROVIDED)
    )


@pytest.mark.parametrize(
    ("play", "word"),
    [
        (switched_off, "jwt_disabled"),
        (legacy_off_too, "jwt_disabled"),
        (drops_the_header, "header_lost"),
        (drops_then_is_gone, "jwt_disabled"),
    ],
)
def test_one_more_question_tells_which(probe, play, word: str) -> None:
    with StandIn(answer(exchange(play))) as studio:
        seen = probe(studio.url, env={"LABEL_STUDIO_API_TOKEN": PAT, "LABELGATE_JWT": "accept"})
        assert seen.code == 1 and seen.word == word, seen
        asked = [request.header("Authorization") for request in studio.requests]
        assert len(asked) == 3 and asked[1] == f"Bearer {ACCESS}"
        assert asked[2] is not None and asked[2].startswith("Token ") and len(asked[2]) == 46
        assert asked[2][6:] not in PAT + ACCESS


def silent_the_second_time(request: Request) -> bytes:
    if (request.header("Authorization") or "").startswith("Token "):
        time.sleep(3)
    return response(401, NOT_PROVIDED)


def test_a_refusal_stays_one_while_more_is_asked(probe) -> None:
    """`--unreachable healthy` covers what is unclear, and this is not."""
    with StandIn(answer(exchange(silent_the_second_time))) as studio:
        env = {"LABEL_STUDIO_API_TOKEN": PAT, "LABELGATE_JWT": "accept", "LABELGATE_UNREACHABLE": "healthy"}
        seen = probe(studio.url, timeout="700ms", env=env)
        assert seen.code == 1 and seen.word in ("jwt_disabled", "unauthorized"), seen


def test_nothing_more_is_asked_when_the_first_answer_tells(probe) -> None:
    """Control."""
    with StandIn(answer(exchange(lambda _: response(200, USER)))) as studio:
        seen = probe(studio.url, env={"LABEL_STUDIO_API_TOKEN": PAT, "LABELGATE_JWT": "accept"})
        assert seen.word == "ok" and len(studio.requests) == 2, seen


# ---- The certificates are the app's, too -----------------------------------------------------------------


@pytest.mark.parametrize(
    "variable", ["LABELGATE_CA_FILE", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_DIR"]
)
@pytest.mark.parametrize("form", ["file", "folder"])
def test_the_bundle_of_the_app(probe, authority: Authority, tmp_path, variable: str, form: str) -> None:
    if variable == "SSL_CERT_DIR" and form == "file":
        pytest.skip("names folders")
    root = authority.root()
    other = authority.root("Other Root", key="ec:other")
    folder = tmp_path / "certs"
    folder.mkdir()
    (folder / "0a1b2c3d.0").write_bytes(other.pem.rstrip())  # without its last line end
    (folder / "5ed36f99.0").write_bytes(root.pem)
    (folder / "README").write_text("no certificate")
    path = folder if form == "folder" else authority.file(other, root)
    with StandIn(answer(response(200, USER)), tls=authority.context(authority.server(root))) as studio:
        assert probe(studio.url, env={variable: str(path)}).word == "ok"
        (folder / "5ed36f99.0").rename(folder / "root.pem")  # OpenSSL does not look at it either
        wrong = folder if form == "folder" else authority.file(other)
        seen = probe(studio.url, env={variable: str(wrong)})
        assert seen.word == "tls_untrusted" and str(wrong)[-12:] in seen.out, seen


def test_the_order_of_the_bundles(probe, authority: Authority) -> None:
    root = authority.root()
    right, wrong = (
        str(authority.file(root)),
        str(authority.file(authority.root("Other Root", key="ec:other"))),
    )
    names = ["LABELGATE_CA_FILE", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"]
    with StandIn(answer(response(200, USER)), tls=authority.context(authority.server(root))) as studio:
        for first, name in enumerate(names):
            env = {name: right, **dict.fromkeys(names[first + 1 :], wrong)}
            assert probe(studio.url, env=env).word == "ok", name
            env = {name: wrong, **dict.fromkeys(names[first + 1 :], right)}
            assert probe(studio.url, env=env).word == "tls_untrusted", name


def test_several_folders(probe, authority: Authority, tmp_path) -> None:
    root = authority.root()
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "5ed36f99.12").write_bytes(root.pem)
    with StandIn(answer(response(200, USER)), tls=authority.context(authority.server(root))) as studio:
        assert probe(studio.url, env={"SSL_CERT_DIR": f"{tmp_path}/a:{tmp_path}/b"}).word == "ok"
        for missing in (
            f"{tmp_path}/no:{tmp_path}/b",
            f":{tmp_path}/b",
            f"{tmp_path}/b:",
            f"/dev/null:{tmp_path}/b",
        ):
            assert probe(studio.url, env={"SSL_CERT_DIR": missing}).word == "ok", missing
        empty = probe(studio.url, env={"SSL_CERT_DIR": f"{tmp_path}/a"})
        assert empty.word == "ca_file_invalid" and "hashed name" in empty.out, empty


@pytest.mark.parametrize("after", ["", "# a note, and no line end"])
def test_a_byte_order_mark_in_each_file_of_a_folder(
    probe, authority: Authority, tmp_path, after: str
) -> None:
    root = authority.root()
    other = authority.root("Other Root", key="ec:other")
    for number, pem in enumerate([other.pem, root.pem, other.pem, root.pem]):
        (tmp_path / f"5ed36f99.{number}").write_bytes(b"\xef\xbb\xbf" + pem + after.encode())
    (tmp_path / "0a1b2c3d.0").write_bytes(b"\xef\xbb\xbf")
    with StandIn(answer(response(200, USER)), tls=authority.context(authority.server(root))) as studio:
        assert probe(studio.url, env={"SSL_CERT_DIR": str(tmp_path)}).word == "ok"
        for number in (1, 3):
            (tmp_path / f"5ed36f99.{number}").unlink()
        assert probe(studio.url, env={"SSL_CERT_DIR": str(tmp_path)}).word == "tls_untrusted"


def test_files_with_a_byte_order_mark_put_together(probe, authority: Authority, tmp_path) -> None:
    """As `cat a.pem b.pem` does it; OpenSSL passes over each."""
    root = authority.root()
    other = authority.root("Other Root", key="ec:other")
    file = tmp_path / "bundle.pem"
    file.write_bytes(b"".join(b"\xef\xbb\xbf" + pem for pem in (other.pem, root.pem)))
    with StandIn(answer(response(200, USER)), tls=authority.context(authority.server(root))) as studio:
        assert probe(studio.url, env={"LABELGATE_CA_FILE": str(file)}).word == "ok"


def test_a_folder_of_der_is_not_read(probe, authority: Authority, tmp_path) -> None:
    """Nor does OpenSSL, so the app does not trust it."""
    root = authority.root()
    (tmp_path / "5ed36f99.0").write_bytes(ssl.PEM_cert_to_DER_cert(root.pem.decode()))
    with StandIn(answer(response(200, USER)), tls=authority.context(authority.server(root))) as studio:
        seen = probe(studio.url, env={"SSL_CERT_DIR": str(tmp_path)})
        assert seen.word == "ca_file_invalid", seen


@pytest.mark.parametrize(
    "before",
    [
        "\ufeff",
        "\ufeff000 Test Root\n",
        "000 Test Root\n",
        "0 0\n",
        "00.00.00\n",
        "0" * 47 + "\n",
        "# Test Root\n",
    ],
)
def test_words_before_the_first_block(probe, authority: Authority, tmp_path, before: str) -> None:
    """ "0" is the byte that a certificate in DER begins with."""
    root = authority.root()
    file = tmp_path / "bundle.pem"
    file.write_bytes(before.encode() + root.pem)
    with StandIn(answer(response(200, USER)), tls=authority.context(authority.server(root))) as studio:
        seen = probe(studio.url, env={"LABELGATE_CA_FILE": str(file)})
        assert seen.word == "ok", seen


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda pem: f"\ufeff{pem}".encode("utf-16-le"), "UTF-16"),
        (lambda pem: pem.replace("\n", "\n  ").join(["  ", ""]).encode(), "begin lines of the file"),
        (lambda pem: pem.replace("\n", "\\n").encode(), "begin lines of the file"),
        (lambda pem: pem.replace("\n", " ").encode(), "begin lines of the file"),
        (lambda pem: pem[: len(pem) // 2].encode(), "cut off"),
        (lambda pem: pem.replace("CERTIFICATE", "CERTIFICATE REQUEST").encode(), "(CSR)"),
        (lambda pem: pem.replace("CERTIFICATE", "PRIVATE KEY").encode(), "a key, and no certificate"),
        (lambda pem: pem.replace("CERTIFICATE", "PKCS7").encode(), "PKCS #7"),
        (lambda _: b"<!DOCTYPE html>", "no certificate that can be read"),
    ],
)
def test_a_ca_file_without_a_certificate(
    probe, authority: Authority, tmp_path, spoil: Callable[[str], bytes], says: str
) -> None:
    file = tmp_path / "ca"
    file.write_bytes(spoil(authority.root().pem.decode()))
    seen = probe("https://127.0.0.1:1", env={"LABELGATE_CA_FILE": str(file)})
    assert seen.word == "ca_file_invalid" and says in seen.out, seen


def test_a_certificate_in_der(probe, authority: Authority, tmp_path) -> None:
    root = authority.root()
    file = tmp_path / "root.der"
    der = ssl.PEM_cert_to_DER_cert(root.pem.decode())
    with StandIn(answer(response(200, USER)), tls=authority.context(authority.server(root))) as studio:
        for behind in (b"", b"\n"):
            file.write_bytes(der + behind)
            assert probe(studio.url, env={"LABELGATE_CA_FILE": str(file)}).word == "ok", behind


def test_an_image_without_a_bundle(probe, run: Run) -> None:
    missing = "/etc/ssl/certs/labelgate-has-no-such.crt"
    seen = probe("https://127.0.0.1:1", "--json", env={"SSL_CERT_FILE": missing})
    said = json.loads(seen.out)
    assert said["reason"] == "ca_file_invalid" and missing in said["sentence"], said
    assert "certifi/cacert.pem" in said["sentence"] and "LABELGATE_CA_FILE" in said["sentence"]

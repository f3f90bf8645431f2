# SPDX-License-Identifier: MIT
"""The token's cases of tests/data/field_cases_2.json, each with further members of its kind."""

import base64
import json
import re
from pathlib import Path

import pytest
from conftest import Result, Run
from field import ACCESS, CASES_2, OTHER_TOKEN, PAT, TOKEN, jwt, shows_token

NAME = "LABEL_STUDIO_API_TOKEN"
SENTENCE = 200


def sentences(result: Result) -> list[str]:
    """A step of what is to do is one too."""
    lines = [line.removeprefix("labelgate: ") for line in result.err.splitlines()]
    return [step for line in lines for step in (line.split("; ") if line.startswith("to do: ") else [line])]


def quiet(result: Result) -> bool:
    """No byte of a token, and no sentence over its length."""
    said = result.out + result.err
    assert all(len(line) <= SENTENCE + len(" [token_placeholder]") for line in sentences(result)), said
    return not any(shows_token(said, secret) for secret in (TOKEN, OTHER_TOKEN, PAT, ACCESS))


def refused(run: Run, env: dict[str, str], word: str, *says: str) -> str:
    """By `run` with 125 and by `check` with 1, in the same words."""
    done = run("run", "--", "/bin/true", env=env)
    assert (done.code, f"[{word}]" in done.err) == (125, True), done
    assert all(piece in done.err for piece in says), done.err
    checked = run("check", "--offline", env=env)
    assert (checked.code, word in checked.out) == (1, True), checked
    assert quiet(done) and not shows_token(checked.out + checked.err, TOKEN)
    return done.err


def not_written(run: Run, folder: Path, stdin: str, word: str) -> None:
    done = run("token", "--write", stdin=stdin.encode())
    assert (done.code, done.out, f"[{word}]" in done.err) == (1, "", True), done
    assert quiet(done) and not (folder / ".env").exists()


def warned(run: Run, env: dict[str, str], *says: str) -> None:
    """Started with exactly one line; `check` says the same and finds nothing wrong."""
    done = run("run", "--", "/bin/echo", "started", env=env)
    assert (done.code, done.out) == (0, "started\n"), done
    (line,) = sentences(done)
    assert all(piece in line for piece in says) and quiet(done), line
    checked = run("check", "--offline", env=env)
    assert checked.code == 0 and says[0] in " ".join(checked.out.split()), checked
    report = json.loads(run("check", "--offline", "--json", env=env).out)
    assert report["token"]["doubt"] == line
    assert not shows_token(checked.out + checked.err, TOKEN)


def started(run: Run, env: dict[str, str]) -> None:
    done = run("run", "--", "/bin/echo", "started", env=env)
    assert (done.code, done.out, done.err) == (0, "started\n", ""), done


# ---- A known token inside something else ----------------------------------------------------------------


def test_token_answer_pasted(run: Run, tmp_path: Path) -> None:
    value = CASES_2["token-answer-pasted"]["input"]["env"][NAME].replace("<an access JWT>", ACCESS)
    refused(run, {NAME: value}, "token_malformed", "a JSON object", "lives for five minutes")
    not_written(run, tmp_path, value, "token_malformed")
    not_written(run, tmp_path, f'{{\n  "access": "{ACCESS}"\n}}\n', "token_malformed")


@pytest.mark.parametrize(
    ("value", "says"),
    [
        (f'{{"refresh":"{PAT}","access":"{ACCESS}"}}', "JSON object"),
        (f'{{"token": "{TOKEN}"}}', "40 hex digits"),
        (f'["{TOKEN}"]', "JSON array"),
        (f"export {NAME}={TOKEN}", "NAME=value"),
        (f"{NAME}=s3cr3t-T", "NAME=value"),
        (f"LS_PAT={PAT}", "Personal Access Token"),
        (f"{NAME}: {TOKEN}", "NAME: value"),
        (f"Authorization: Token {TOKEN}", "request header"),
        (f'curl -H "Authorization: Token {TOKEN}" http://ls:8080/api/projects', "command line"),
        (base64.b64encode(TOKEN.encode()).decode(), "base64"),
        (base64.b64encode(f"{TOKEN}\n".encode()).decode(), "base64"),
        (base64.b64encode(PAT.encode()).decode(), "base64"),
        (base64.encodebytes(f"Token {TOKEN}".encode()).decode(), "base64"),
        (f"https://ls.example.com/api/?token={TOKEN}", "address"),
        (f"Token%20{TOKEN}", "%XX"),
        (f"{TOKEN}{TOKEN}", "two tokens"),
        (f"<{TOKEN}>", "signs around it"),
        (f"**{TOKEN}**", "signs around it"),
        (f"['{TOKEN}']", "a list"),
        (f"Token('{TOKEN}')", "quotes around it"),
        (f'setx {NAME} "{TOKEN}"', "quotes around it"),
        (f"<token>{TOKEN}</token>", "a tag around it"),
        (f'token = "{TOKEN}"', "NAME=value"),
        (f"Token := {TOKEN}", "NAME: value"),
        (f'$env:{NAME}="{TOKEN}"', "NAME=value"),
        (f"your token: {TOKEN}", "other text around it"),
        (f"- {TOKEN}", "other text around it"),
        (f"1. {PAT} (admin)", "other text around it"),
        (f"http -A bearer -a {TOKEN}", "other text around it"),
        (f"{TOKEN} {OTHER_TOKEN}", "two tokens"),
        (f"{TOKEN}\n{TOKEN}\n", "two tokens"),
        (base64.b64encode(base64.b64encode(TOKEN.encode())).decode(), "base64"),
        (base64.b64encode(base64.encodebytes(PAT.encode())).decode(), "base64"),
        ("base64:" + base64.b64encode(TOKEN.encode()).decode(), "base64"),
        ("data:text/plain;base64," + base64.b64encode(TOKEN.encode()).decode(), "base64"),
        (TOKEN.encode().hex(), "hex codes"),
        (PAT.encode().hex(), "hex codes"),
    ],
)
def test_more_than_a_token(run: Run, tmp_path: Path, value: str, says: str) -> None:
    refused(run, {NAME: value}, "token_malformed", "holds more than a token", says)
    not_written(run, tmp_path, value, "token_malformed")


def test_token_secret_holds_assignment(run: Run, tmp_path: Path) -> None:
    case = CASES_2["token-secret-holds-assignment"]["input"]
    content = case["files"]["/run/secrets/ls"]
    (tmp_path / "ls").write_text(content)
    err = refused(run, {f"{NAME}_FILE": "./ls"}, "token_malformed", "NAME=value", "(./ls)")
    assert "only the value belongs there" in err
    not_written(run, tmp_path, content, "token_malformed")


@pytest.mark.parametrize(
    "content",
    [
        f"LABEL_STUDIO_URL=http://ls:8080\n{NAME}={TOKEN}\n",
        f'{NAME}="{TOKEN}"\n',
        f"\n{NAME}={TOKEN}\n",
        f"MY_BOT_TOKEN={PAT}\r\n",
    ],
)
def test_secrets_made_from_lines(run: Run, tmp_path: Path, content: str) -> None:
    (tmp_path / "ls").write_text(content)
    refused(run, {f"{NAME}_FILE": "./ls"}, "token_malformed", "NAME=value")


def test_token_one_too_few(run: Run, tmp_path: Path) -> None:
    value = CASES_2["token-one-too-few"]["input"]["env"][NAME]
    warned(run, {NAME: value}, f"{NAME} (environment) has 39 hex digits", "has 40")
    done = run("token", "--write", stdin=value.encode())
    assert done.code == 0 and "39 hex digits" in done.err and quiet(done)
    assert (tmp_path / ".env").read_text() == f"{NAME}={value}\n"


@pytest.mark.parametrize(
    ("value", "says"),
    [
        (f"{TOKEN}0", "41 hex digits"),
        (f"{TOKEN};", "1 more character:"),
        (f"{TOKEN},", "1 more character:"),
        (f"{TOKEN}.", "1 more character:"),
        (f"'{TOKEN}", "1 more character:"),
        (f'{TOKEN}"', "1 more character:"),
        (f"{TOKEN}\\n", "2 more characters:"),
        (TOKEN.upper(), "capital letters"),
        (f"O{TOKEN[1:]}", "not all are hex digits"),
        (f"admin:{TOKEN}", "6 more characters:"),
        ("test", "only 4 characters"),
        ("abc12", "less than 6"),
        ("/Zm9vYmFyYmF6cXV4", f"{NAME}_FILE"),
    ],
)
def test_what_may_be_damaged_starts_with_a_warning(run: Run, value: str, says: str) -> None:
    warned(run, {NAME: value}, says)


def test_a_warning_of_the_file_names_its_line(run: Run, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(f"A=1\n{NAME}={TOKEN};\n")
    warned(run, {}, f"{NAME} (.env line 2) has 40 hex digits")


# ---- A reference that nobody resolved -------------------------------------------------------------------


def test_token_reference_to_itself(run: Run, tmp_path: Path) -> None:
    line = CASES_2["token-reference-to-itself"]["input"][".env"]
    (tmp_path / ".env").write_text(f"{line}\n")
    err = refused(run, {}, "token_missing", "(.env line 1) refers to itself", "set that variable")
    assert "write the token itself" in err and "single quotes" not in err
    checked = run("check", "--offline")
    assert "single quotes" not in " ".join(checked.out.split())

    (tmp_path / ".env").write_text(line.replace("=", "='") + "'\n")
    refused(run, {}, "token_placeholder", "${...}", "not resolved")


@pytest.mark.parametrize(
    ("line", "says"),
    [
        (f"{NAME}=${{{NAME}}}", "refers to itself"),
        (f'{NAME}="${{{NAME}}}"', "refers to itself"),
        (f"{NAME}=${NAME}", "refers to itself"),
        (f"{NAME}=${{TOKEN_OF_CI}} # from CI", "refers to ${TOKEN_OF_CI}, a variable"),
        (f'{NAME}="${{LS_TOKEN}}"', "refers to ${LS_TOKEN}, a variable"),
        # What may be a token in the place of a name is not shown.
        (f"{NAME}=${{{OTHER_TOKEN}}}", "refers to a variable"),
        (f"{NAME}=${{Chosen_Token}}", "refers to a variable"),
        (f"{NAME}=${{STUDIO}}", "refers to a variable"),
    ],
)
def test_references_that_are_not_set(run: Run, tmp_path: Path, line: str, says: str) -> None:
    (tmp_path / ".env").write_text(f"A=1\n{line}\n")
    err = refused(run, {}, "token_missing", ".env line 2", says)
    assert ("${" in err) == ("${" in says) and not shows_token(err, OTHER_TOKEN) and "Chosen" not in err
    assert "single quotes" not in err


def test_token_secret_manager_reference(run: Run, tmp_path: Path) -> None:
    value = CASES_2["token-secret-manager-reference"]["input"]["env"][NAME]
    refused(run, {NAME: value}, "token_placeholder", "1Password", "not resolved")
    not_written(run, tmp_path, value, "token_placeholder")


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ("vault://kv/labelstudio#token", "Vault"),
        ("aws-sm://prod/labelstudio", "AWS"),
        ("keeper://AbCd/field/password", "NAME://"),
        ("arn:aws:secretsmanager:eu-west-1:123456789012:secret:ls", "AWS"),
        ("projects/p/secrets/ls/versions/3", "Google"),
        ("$(cat /run/secrets/ls)", "$(...)"),
        ("{{ .Values.ls.token | quote }}", "template"),
        ("<%= ENV['LS_TOKEN'] + '' %>", ""),
        ("ENC[AES256_GCM,data:Zm9v,iv:YmFy,tag:cXV4,type:str]", "encrypted"),
        ("!vault |", "YAML"),
        ("@Microsoft.KeyVault(VaultName=v;SecretName=ls)", "Azure"),
        ("%LS_TOKEN%", "variable"),
        ("$LS_TOKEN", "variable"),
        ("\\$LS_TOKEN", "variable"),
        ("{env:LS_TOKEN}", "variable"),
        ("process.env.LS_TOKEN", "piece of a program"),
        ('os.environ["LS_TOKEN"]', "piece of a program"),
        ("os.getenv('LS_TOKEN')", "piece of a program"),
        ("secrets.LS_TOKEN", "CI system"),
        ("var.ls_token", "CI system"),
        ("!env_var LS_TOKEN", "YAML"),
        ("!include token.txt", "YAML"),
        ("docker-secret:ls", "Docker secret"),
        ("secretKeyRef:ls:token", "Kubernetes"),
        ("resolve:ssm:/ls/token", "CloudFormation"),
        ("pass:ls/token", "password store"),
    ],
)
def test_references(run: Run, tmp_path: Path, value: str, says: str) -> None:
    refused(run, {NAME: value}, "token_placeholder", says)
    not_written(run, tmp_path, value, "token_placeholder")


@pytest.mark.parametrize(
    "value",
    ["/run/secrets/ls", "/var/run/secrets/ls/token", "/etc/ls.token", "/mnt/s/ls", "/vault/secrets/ls"]
    + ["./no-such.txt", "../ls", "~/.ls-token", "C:\\secrets\\ls.txt", "< /run/secrets/ls"],
)
def test_paths_of_secrets(run: Run, tmp_path: Path, value: str) -> None:
    err = refused(run, {NAME: value}, "token_placeholder", "path of a file")
    assert f"set {NAME}_FILE to that path" in err and f"in place of {NAME} (" in err
    not_written(run, tmp_path, value, "token_placeholder")


def test_the_path_of_a_file_that_exists(run: Run, tmp_path: Path) -> None:
    (tmp_path / "ls").write_text(TOKEN)
    for value in (str(tmp_path / "ls"), "./ls"):
        refused(run, {NAME: value}, "token_placeholder", f"{NAME}_FILE")
        done = run("token", "--write", stdin=value.encode())
        assert done.code == 1 and "LABEL_STUDIO_API_TOKEN_FILE" in done.err
    warned(run, {NAME: str(tmp_path / "other")}, f"{NAME}_FILE")
    started(run, {NAME: "ls-token"})
    (tmp_path / "ls-token").write_text(TOKEN)
    started(run, {NAME: "ls-token"})  # a file of that name is no reason


# ---- A JWT that is not the one that is wanted -----------------------------------------------------------

OF_ANOTHER_SERVICE = jwt(iss="https://login.example.org", sub="1")
BROKEN = PAT.replace(".", ".%", 1)
LEGACY, FROM_PAGE = "put a legacy token there", "Account & Settings > Personal Access Token"


@pytest.mark.parametrize(
    ("value", "policy", "word", "says", "step"),
    [
        (ACCESS, "reject", "jwt_access", "five minutes", LEGACY),
        (ACCESS, "trade", "jwt_access", "cannot be exchanged", "put the Personal Access Token itself there"),
        (OF_ANOTHER_SERVICE, "reject", "jwt_other", "not an API token of Label Studio", LEGACY),
        (OF_ANOTHER_SERVICE, "accept", "jwt_other", "not a Personal Access Token", FROM_PAGE),
        (PAT.rpartition(".")[0], "reject", "jwt_truncated", "without its signature", LEGACY),
        (
            PAT.rpartition(".")[0],
            "trade",
            "jwt_truncated",
            "without its signature",
            "put the whole token there",
        ),
        (BROKEN, "reject", "jwt_broken", "part 2 (payload)", "copy it again as a whole"),
        (BROKEN, "accept", "jwt_broken", "part 2 (payload)", "copy it again as a whole"),
    ],
)
def test_another_jwt(run: Run, value: str, policy: str, word: str, says: str, step: str) -> None:
    """Where it is refused a legacy token is what is wanted, else a whole Personal Access Token."""
    env = {NAME: value, "LABELGATE_JWT": policy, "LABEL_STUDIO_URL": "http://127.0.0.1:9"}
    err = refused(run, env, word, f"{NAME} (environment)", says)
    assert step in err.partition("to do: ")[2].partition("; ")[0], err
    if policy != "reject":
        assert "LABELGATE_JWT=trade" not in err  # it is


# ---- Placeholders ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "line",
    [
        CASES_2["token-placeholder-with-blanks"]["input"][".env"],
        *CASES_2["token-placeholder-words"]["input"][".env"],
        f"{NAME}=insert your key here",
        f"{NAME}=REPLACE_ME",
        f"{NAME}=Paste-Token",
        f"{NAME}=changeme",
        f"{NAME}=None",
        f"{NAME}=[REDACTED]",
        f"{NAME}='{{your token}}'",
        f"{NAME}='{{{{ token }}}}'",
        f"{NAME}=todo",
        f"{NAME}=set-me",
        f"{NAME}=GENERATE_ME",
        f"{NAME}=to-be-replaced",
        f"{NAME}=fill-in",
        f"{NAME}=no-token",
        f"{NAME}=false",
        f"{NAME}=[TOKEN]",
        f"{NAME}=DEIN_TOKEN",
        f"{NAME}=votre-jeton-ici",
        f"{NAME}=su_token_aqui",
    ],
)
def test_token_placeholders(run: Run, tmp_path: Path, line: str) -> None:
    (tmp_path / ".env").write_text(f"{line}\n")
    refused(run, {}, "token_placeholder", "still holds a placeholder")


@pytest.mark.parametrize(
    "value",
    ["admin123", "s3cr3t-T", "labelstudio-dev", "insertion-point-7", "nullable-42", "addison-key9"]
    + [
        "todo-api-bot",
        "null-island-7",
        "please-change-me",
        "replacement-part-9",
        "p4ss://word",
        "api-key-prod",
    ]
    + ["token!", "true-1", "keykey", "tokens", "api_key", "setter-me1", "tu-token", "uw-label-studio-token"]
    + ["dein-1", "no-9-token", "to-be-9", "env.prod", "vars-1", "secrets.1", "passkey:1", "ab:\\cd", "~tilde"]
    + ["0a" * 39 + "0b", "deadbeef" * 12, "YWJj" * 16, "base64:YWJj", "Token.9", "bearer=1"]
    + ["pa$$w=rd!", "$ecret-1", "100%sure!", "k3y:value", "c2VjcmV0LWtleQ==", "0" * 40, "b" * 32 + "a" * 32],
)
def test_fixed_tokens_stay_accepted(run: Run, value: str) -> None:
    started(run, {NAME: value})


# ---- Near names -----------------------------------------------------------------------------------------


def test_token_under_a_near_name(run: Run) -> None:
    env = CASES_2["token-under-a-near-name"]["input"]["env"]
    err = refused(run, env, "token_missing", "LABEL_STUDIO_USER_TOKEN (environment)")
    assert "LABELGATE_TOKEN_VAR=LABEL_STUDIO_USER_TOKEN" in err
    started(run, env | {"LABELGATE_TOKEN_VAR": "LABEL_STUDIO_USER_TOKEN"})


@pytest.mark.parametrize(
    "name",
    ["LABELSTUDIO_API_KEY", "label_studio_api_token", "LabelStudioToken", "MY_LABEL_STUDIO_KEY"]
    + ["LABEL_STUDIO_TOKEN2", "MY_LABEL_LABEL_STUDIO_TOKEN", "LABEL_STUDIO_TOKEN_API_TOKEN"]
    + ["LABEL_STUDIO_LEGACY_TOKEN", "LABEL_STUDIO_TOKENS", "LABEL_STUDIO_USER_TOKEN_FILE"],
)
def test_near_names(run: Run, tmp_path: Path, name: str) -> None:
    refused(run, {name: OTHER_TOKEN}, "token_missing", f"{name} (environment)", f"LABELGATE_TOKEN_VAR={name}")
    (tmp_path / ".env").write_text(f"A=1\n{name}={OTHER_TOKEN}\n")
    refused(run, {}, "token_missing", f"{name} (.env line 2)")


@pytest.mark.parametrize(
    "name",
    [
        "LABEL_STUDIO_API_TOKEN ",
        " LABEL_STUDIO_API_TOKEN",
        "export LABEL_STUDIO_API_TOKEN",
        "label-studio-token",
    ],
)
def test_near_names_that_no_program_reads(run: Run, name: str) -> None:
    err = refused(run, {name: OTHER_TOKEN}, "token_missing", f'"{name}" (environment)', "rename it")
    assert "LABELGATE_TOKEN_VAR" not in err


FAR = ["LS_TOKEN", "MY_LS_API_KEY", "LABEL_STUDIO_PAT", "LABLE_STUDIO_API_TOKEN", "LABEL_STUDO_KEY"]
FAR += ["LABEL_STUDIO_API_TOKEN_1", "LABEL_STUDIO_TOKEN_VALUE", "TOKEN_LABEL_STUDIO", "LABEL_STUDIO_AUTH"]


@pytest.mark.parametrize("name", FAR)
def test_names_further_away_whose_value_is_a_token(run: Run, name: str) -> None:
    for value in (OTHER_TOKEN, PAT):
        refused(run, {name: value}, "token_missing", f"{name} (environment)", f"LABELGATE_TOKEN_VAR={name}")
    err = refused(run, {name: "another-text"}, "token_missing", "looked for")
    assert f"{name} (" not in err
    nearer = {name: OTHER_TOKEN, "LABEL_STUDIO_USER_TOKEN": "s3cr3t-T"}
    refused(run, nearer, "token_missing", "LABEL_STUDIO_USER_TOKEN (environment)")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("LABEL_STUDIO_COMMIT", OTHER_TOKEN),
        ("LS_PATH", OTHER_TOKEN),
        ("GITHUB_TOKEN", OTHER_TOKEN),
        ("LABEL_STUDIO_URL", "http://ls:8080"),
        ("LABEL_STUDIO_USER_TOKEN", ""),
        ("LABEL_STUDIO_SECRET_KEY", OTHER_TOKEN),
        ("LABEL_STUDIO_ENABLE_LEGACY_API_TOKEN", "true"),
        ("LABEL_STUDIO_KEYBOARD", "de"),
    ],
)
def test_names_that_are_not_near(run: Run, name: str, value: str) -> None:
    err = refused(run, {name: value}, "token_missing", "looked for")
    assert name not in err.replace("LABEL_STUDIO_API_TOKEN", "")


@pytest.mark.parametrize("value", ["disabled", "Disabled"])
def test_a_switch_is_no_secret(run: Run, value: str) -> None:
    """Else the word would be hidden in every sentence."""
    env = {"LABEL_STUDIO_ENABLE_LEGACY_API_TOKEN": value, "LABELGATE_ENV_FILE": f"/{value}/.env"}
    assert f"/{value}/.env" in refused(run, env, "env_missing")


# ---- Readers that are not Compose -----------------------------------------------------------------------


def test_env_comment_kept_by_another_reader(run: Run, tmp_path: Path) -> None:
    value = CASES_2["env-comment-kept-by-another-reader"]["input"]["env"][NAME]
    err = refused(run, {NAME: value}, "token_comment", "comment after the value")
    assert "docker run --env-file" in err and "panels" in err
    not_written(run, tmp_path, value, "token_comment")


@pytest.mark.parametrize(
    "value", [f'"{TOKEN}" # bot', f"{PAT}\t# bot", "s3cr3t-T # bot account", f"{TOKEN} ; bot"]
)
def test_comments_behind_values(run: Run, value: str) -> None:
    refused(run, {NAME: value}, "token_comment", "docker run --env-file")


@pytest.mark.parametrize("value", ["#", "# the bot's", f"# token of the bot: {TOKEN}"])
def test_a_comment_alone(run: Run, tmp_path: Path, value: str) -> None:
    """Compose takes it for the value when it stands right after the = sign."""
    for env in ({NAME: value}, {}):
        (tmp_path / ".env").write_text("" if env else f"A=1\n{NAME}={value}\n")
        err = refused(run, env, "token_comment", "(environment)" if env else ".env line 2", "begins with #")
        assert "to do: write the token right after the = sign" in err


def test_secret_newline_remedy(run: Run) -> None:
    value = CASES_2["secret-newline-remedy"]["input"]["env"][NAME]
    err = refused(run, {NAME: value}, "token_malformed", "a newline at the end", "not echo")
    assert "printf %s TOKEN" in err and "--from-literal" in err and "copy the token again" not in err


@pytest.mark.parametrize("end", ["\r\n", "\n\n", "\r", " \n"])
def test_other_line_ends(run: Run, end: str) -> None:
    refused(run, {NAME: TOKEN + end}, "token_malformed", "without a line end", "echo")


def test_quotes_name_their_readers(run: Run) -> None:
    refused(run, {NAME: f'"{TOKEN}"'}, "token_quoted", "docker run --env-file", "Compose list items")


# ---- The clock, and characters that nobody sees ---------------------------------------------------------


def test_clock_wrong(run: Run) -> None:
    assert CASES_2["clock-wrong"]["right"].startswith("jwt_expired says what the clock here says")
    for policy in ("accept", "trade"):
        env = {
            NAME: jwt(token_type="refresh", exp=1700000000, iat=1600000000, user_id="1"),
            "LABELGATE_JWT": policy,
            "LABEL_STUDIO_URL": "http://127.0.0.1:9",
        }
        err = refused(run, env, "jwt_expired", "2023-11-14T22:13:20Z", "clock")
        assert re.search(r"the clock here says 20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ", err), err
    # Where none is wanted an exchange of this one is no way either.
    err = refused(run, env | {"LABELGATE_JWT": "reject"}, "jwt_refresh", "has expired", "2023-11-14", "clock")
    assert "to do: create a new one" in err and "LABELGATE_JWT=trade" in err


@pytest.mark.parametrize(
    ("character", "says"),
    [
        ("\u00ad", "U+00AD soft hyphen"),
        ("\u200b", "U+200B zero-width space"),
        ("\u202f", "U+202F narrow no-break space"),
        ("\u2060", "U+2060 word joiner"),
        ("\uff11", "U+FF11 full-width digit"),
        ("\u0430", "U+0430 Cyrillic letter"),
        ("\x1b", "U+001B escape"),
    ],
)
def test_invisible_characters(run: Run, character: str, says: str) -> None:
    refused(run, {NAME: TOKEN[:20] + character + TOKEN[20:]}, "token_malformed", f"{says}, byte 21")
    env = {NAME: TOKEN, "LABEL_STUDIO_URL": f"http://label-studi{character}o:8080"}
    refused(run, env, "url_invalid", f"{says}, byte 19")

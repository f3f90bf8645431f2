# SPDX-License-Identifier: MIT
"""Help, manual page, READMEs and completions say what the contract promises and the program does, no more."""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT, Run, call

sys.path.insert(0, str(ROOT / "tests"))
import readme_tables

Tables = dict[str, list[dict[str, Any]]]
DOCUMENTS = ["README.md", "compose/README.md"]

# The contract, section 2: option, its variables, the verbs that take it.
GATE = {"run", "health", "check"}
ASK = GATE | {"token", "verify"}
OPTIONS: dict[str, tuple[set[str], set[str]]] = {
    "--env-file": ({"LABELGATE_ENV_FILE"}, ASK | {"override"}),
    "--load": ({"LABELGATE_LOAD"}, GATE | {"verify"}),
    "--url": ({"LABEL_STUDIO_URL"}, ASK),
    "--token-var": ({"LABELGATE_TOKEN_VAR"}, ASK),
    "--no-token": ({"LABELGATE_NO_TOKEN"}, GATE),
    "--jwt": ({"LABELGATE_JWT"}, ASK),
    "--app-url": ({"LABELGATE_APP_URL"}, {"health", "check"}),
    "--timeout": ({"LABELGATE_TIMEOUT"}, ASK),
    "--wait": ({"LABELGATE_WAIT"}, {"run", "health"}),
    "--unreachable": ({"LABELGATE_UNREACHABLE"}, {"health", "check"}),
    "--ca-file": (
        {"LABELGATE_CA_FILE", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_DIR"},
        ASK,
    ),
    "--proxy": ({"LABELGATE_PROXY"}, ASK),
    "--header-file": ({"LABELGATE_HEADER_FILE"}, ASK),
    "--grace": ({"LABELGATE_GRACE"}, {"run"}),
    "--group": ({"LABELGATE_GROUP"}, {"run"}),
    "--signal": (set(), {"run"}),
    "--ok-exit": (set(), {"run"}),
    "--on-refusal": ({"LABELGATE_ON_REFUSAL"}, {"run"}),
    "--login": (set(), {"token"}),
    "--write": (set(), {"token"}),
    "--print": (set(), {"token"}),
    "--enable-legacy": (set(), {"token", "run"}),
    "--offline": (set(), {"check", "token"}),
    "--json": (set(), {"health", "check", "verify"}),
    "--bin": (set(), {"override"}),
    "--image-json": (set(), {"override"}),
    "-v": ({"LABELGATE_LOG"}, ASK | {"install"}),
}
VARIABLES: dict[str, set[str]] = {
    "NAME_FILE": ASK,
    "LABEL_STUDIO_USERNAME": {"token", "verify"},
    "LABEL_STUDIO_PASSWORD": {"token", "verify"},
    "LABEL_STUDIO_PASSWORD_FILE": {"token", "verify"},
    "API_BASE_URL": {"verify"},
    "API_USERNAME": {"verify"},
    "API_PASSWORD": {"verify"},
    "NO_COLOR": {"check", "verify"},
}
TOKEN_NAMES = {"LABEL_STUDIO_API_TOKEN", "LABEL_STUDIO_API_KEY", "LABEL_STUDIO_ACCESS_TOKEN"}
# Variables of Label Studio itself, named in sentences.
NO_SETTINGS = {"LABEL_STUDIO_HOST", "LABEL_STUDIO_USER_TOKEN"}
EXIT_CODES = {"0", "1", "2", "125", "126", "127", "128+n"}
# Options of docker and docker compose in remedies and examples.
DOCKERS = {
    "--chmod",
    "--platform",
    "--interval",
    "--retries",
    "--from",
    "--build",
    "--force-recreate",
    "--from-literal",
}
DOCKERS |= {"--profile", "--no-interpolate", "--format"}

# Printed by the build's own program, not by labelgate.
OWN_PAGES = {"manual", "bash-completion", "zsh-completion"}

OPTION = re.compile(r"(?<![\w-])(--[a-z][a-z-]*|-v)\b")
VARIABLE = re.compile(
    r"\b(LABELGATE_[A-Z_]+|LABEL_STUDIO_[A-Z_]+|SSL_CERT_FILE|SSL_CERT_DIR|REQUESTS_CA_BUNDLE|CURL_CA_BUNDLE|NO_COLOR|NAME_FILE|API_[A-Z_]+)\b"
)


@pytest.fixture(scope="module")
def tables(helpers: Path) -> Tables:
    dumped = subprocess.run([helpers / "tables_dump"], capture_output=True, check=True, timeout=30)
    return json.loads(dumped.stdout)


@pytest.fixture(scope="module")
def page(labelgate: Path, helpers: Path) -> Callable[..., str]:
    def read(*words: str) -> str:
        program = [helpers.parent / "print-pages"] if set(words) & OWN_PAGES else [labelgate, "help"]
        done = subprocess.run([*program, *words], capture_output=True, text=True, check=True, timeout=30)
        assert done.stderr == ""
        return done.stdout

    return read


@pytest.fixture(scope="module")
def verbs(page: Callable[..., str]) -> set[str]:
    """The verbs there are, from the overview."""
    part = page().split("\nVerbs\n")[1].split("\n\n")[0]
    return set(re.findall(r"^  ([a-z]+) ", part, re.MULTILINE))


@pytest.fixture(scope="module")
def manual(page: Callable[..., str]) -> str:
    """The manual page as a reader sees it, without the marks of roff."""
    text = re.sub(r"\\f[BIR]", "", page("manual"))
    return text.replace("\\-", "-").replace("\\e", "\\").replace("\\&", "")


@pytest.fixture(scope="module")
def readme() -> str:
    return (ROOT / "README.md").read_text("utf-8")


def promised_options(verbs: set[str]) -> set[str]:
    return {name for name, (_, takers) in OPTIONS.items() if takers & verbs}


def promised_variables(verbs: set[str]) -> set[str]:
    of_options = [variables for variables, takers in OPTIONS.values() if takers & verbs]
    return set().union(*of_options) | {name for name, takers in VARIABLES.items() if takers & verbs}


def is_refused(run: Run, verb: str, option: str) -> bool:
    """The option behind it is always wrong, so that nothing is done when this one is right."""
    done = run(verb, option, "--bogus")
    said = done.out + done.err
    accepted = "there is no option --bogus" in said or f"{option} needs a value" in said
    assert accepted or "there is no option" in said or f"{option} is not an option of this verb" in said
    return not accepted


def test_verbs_of_the_overview_answer(run: Run, verbs: set[str]) -> None:
    assert verbs >= {"run", "health", "check", "help", "version"}
    for verb in verbs:
        done = run(verb, "--help") if verb not in ("help", "version") else run("help", verb)
        assert done.code == 0 and done.out.startswith(f"labelgate {verb}"), verb
    assert '"verb" is not a verb' in run("verb").err


def test_a_word_that_may_be_a_token_is_not_repeated(run: Run) -> None:
    token = "0123456789abcdef0123456789abcdef01234567"
    for words in ((token,), ("help", token)):
        done = run(*words)
        assert done.code == 2 and "a word of 40 bytes" in done.err and token[:8] not in done.err, words


def test_each_verb_takes_the_options_of_the_contract_and_no_other(run: Run, verbs: set[str]) -> None:
    for verb in verbs - {"help", "version"}:
        for option, (_, takers) in OPTIONS.items():
            assert is_refused(run, verb, option) == (verb not in takers), (verb, option)


def test_help_has_the_contract(page: Callable[..., str], verbs: set[str]) -> None:
    for verb in verbs:
        text = page(verb)
        shown = set(re.findall(r"^  (--[a-z-]+|-v)\b", text, re.MULTILINE))
        assert shown == {name for name, (_, takers) in OPTIONS.items() if verb in takers}, verb
        for name, (variables, takers) in OPTIONS.items():
            # --env-file of `override` is another one, without a variable.
            variables = set() if verb == "override" else variables
            assert verb not in takers or variables <= set(VARIABLE.findall(text)), (verb, name)
        shown = set(re.findall(r"^  ([A-Z][A-Z_]+)$", text, re.MULTILINE))
        assert shown == {name for name, takers in VARIABLES.items() if verb in takers}, verb


def test_manual_has_the_contract(manual: str, verbs: set[str], tables: Tables) -> None:
    tags = {line.split()[0].rstrip(",") for line in re.findall(r"^\.TP\n(.*)$", manual, re.MULTILINE)}
    assert {tag for tag in tags if OPTION.fullmatch(tag)} == promised_options(verbs)
    assert promised_variables(verbs) <= set(VARIABLE.findall(manual))
    assert tags >= verbs | EXIT_CODES | {row["word"] for row in tables["reasons"]}


def test_readme_names_verbs_and_exit_codes(readme: str, verbs: set[str]) -> None:
    for code in EXIT_CODES:
        assert re.search(rf"^\|[^|]*\b{re.escape(code)}", readme, re.MULTILINE), code
    for verb in verbs:
        assert f"`{verb}" in readme, verb


def test_readme_is_short(readme: str) -> None:
    assert len(readme.splitlines()) <= 180


def test_readmes_link_to_files_that_are_there() -> None:
    for document in [*DOCUMENTS, "docker/README.md", "src/README.md", "tests/README.md"]:
        path = ROOT / document
        links = re.findall(r"\]\(([^):#]+)\)", path.read_text("utf-8"))
        assert [link for link in links if not (path.parent / link).exists()] == [], document


def test_promises_name_tests_that_are_there() -> None:
    """A folder counts for the files after it in its cell, and a file for the tests; "…" ends a beginning."""
    promises = (ROOT / "tests/promises.md").read_text("utf-8")
    for row in re.findall(r"^\| \d.*", promises, re.MULTILINE):
        folder, text = ROOT / "tests", ""
        for named in re.findall(r"`([^`]+)`", row.split("|")[3]):
            file, _, test = named.partition("::")
            if file:
                folder = (ROOT / "tests" / file).parent if "/" in file or file == "walls.sh" else folder
                text = (folder / Path(file).name).read_text("utf-8")
            assert test.rstrip("…") in text, (row, named)


def test_readme_reckons_a_fleet_right() -> None:
    """Containers × 10 ms a probe / seconds between probes, as a share of one core."""
    readme = (ROOT / "compose/README.md").read_text("utf-8")
    part = readme.split("## Many containers")[1].split("\n## ")[0]
    head, _, *rows = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in part.splitlines()
        if line.startswith("|")
    ]
    seconds = [
        int(number) * {"s": 1, "m": 60}[unit] for number, unit in re.findall(r"(\d+)([sm])`", " ".join(head))
    ]
    assert len(rows) == 2 and len(seconds) == 5
    for name, *cells in rows:
        count = int(name.replace(",", ""))
        assert cells == [f"{count * 0.010 / each:.0%}".replace("%", " %") for each in seconds]


def test_readme_has_the_programs_tables(readme: str, helpers: Path) -> None:
    program = helpers.parent / "print-pages"
    assert re.findall(r"<!-- table: (\w+) -->", readme) == list(readme_tables.NAMES)
    fresh = readme_tables.renew(readme, program)
    assert readme == fresh, f"README.md: tests/readme_tables.py {program} --write"


@pytest.mark.parametrize("document", ["help", "manual", *DOCUMENTS])
def test_no_document_promises_more(
    document: str,
    page: Callable[..., str],
    manual: str,
    verbs: set[str],
    tables: Tables,
) -> None:
    if document == "help":
        text = "".join(page(verb) for verb in verbs) + page() + page("reasons")
    else:
        text = manual if document == "manual" else (ROOT / document).read_text("utf-8")
    known = (
        promised_variables(verbs)
        | set(VARIABLES)
        | TOKEN_NAMES
        | NO_SETTINGS
        | {f"{name}_FILE" for name in TOKEN_NAMES}
    )
    assert set(VARIABLE.findall(text)) - known == set()
    if document in DOCUMENTS:
        words = re.findall(r"`\[([a-z0-9_]+)\]`|: \S.*? \[([a-z0-9_]+)\]$", text, re.MULTILINE)
        assert {one or other for one, other in words} <= {row["word"] for row in tables["reasons"]}
        text = own_words(text)
    options = set(OPTION.findall(text)) - {"--help", "--version"} - DOCKERS
    assert options - promised_options(verbs) == set()


def own_words(readme: str) -> str:
    """Of a text that has other programs' command lines too, what is said to labelgate."""
    settings = "".join(re.findall(r"<!-- table: settings -->(.*?)<!-- /table -->", readme, re.DOTALL))
    lines = re.findall(r"labelgate [a-z]+\b([^`\n]*)", readme)
    lines += re.findall(r'"/labelgate", *"[a-z]+"([^\]\n]*)\]', readme)
    assert lines
    return "\n".join([settings, *(re.split(r'\s--\s|"--"', line)[0] for line in lines)])


def test_checks_file_of_the_manual_is_one(run: Run, page: Callable[..., str], tmp_path: Path) -> None:
    example = page("manual").split(".nf\n.RS\n")[1].split(".RE\n.fi\n")[0]
    (tmp_path / "checks.ini").write_text(example.replace("\\-", "-"))
    done = run(
        "verify", "checks.ini", env={"SHOP_URL": "http://127.0.0.1:9", "SHOP_USER": "a", "SHOP_PASSWORD": "b"}
    )
    assert done.err == ""
    assert "POST http://127.0.0.1:9/login" in done.out and "set SHOP_USER and SHOP_PASSWORD" in done.out
    assert done.out.endswith("0 passed, 1 failed, 1 skipped\n")
    assert done.code == 1


def test_reason_words_agree_everywhere(page: Callable[..., str], manual: str, tables: Tables) -> None:
    """The table itself is held to the contract by tests/unit/test_reason.c."""
    words = dict(
        re.findall(r"^([a-z0-9_]+) \((local|refused|unclear|fine)\)$", page("reasons"), re.MULTILINE)
    )
    assert words == {row["word"]: row["class"] for row in tables["reasons"]}
    assert dict(re.findall(r"^\.TP\n([a-z0-9_]+) \((\w+)\)$", manual, re.MULTILINE)) == words


def test_each_typed_variable_is_read(run: Run, verbs: set[str]) -> None:
    """A wrong value is refused by name: what a page promises, the program looks at."""
    bundles = {"LABELGATE_CA_FILE", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_DIR"}
    free = {"LABELGATE_ENV_FILE", "LABELGATE_HEADER_FILE", *bundles}
    typed = set().union(*(variables for variables, takers in OPTIONS.values() if takers & verbs)) - free
    for name in sorted(typed):
        done = run("check", "--offline", env={name: "no such value"})
        assert done.code in (1, 2), name
        assert name in done.out + done.err, name


def test_exit_codes_of_help_are_those_of_the_contract(page: Callable[..., str]) -> None:
    part = page("run").split("\nExit codes\n")[1]
    assert re.findall(r"^  (the app's|\S+)  ", part, re.MULTILINE) == [
        "the app's",
        "128+n",
        "125",
        "126",
        "127",
    ]
    part = page("health").split("\nExit codes\n")[1]
    assert re.findall(r"^  (\S+)  ", part, re.MULTILINE) == ["0", "1"]
    part = page("verify").split("\nExit codes\n")[1]
    assert re.findall(r"^  (\S+)  ", part, re.MULTILINE) == ["0", "1", "2", "128+n"]


def test_pages_are_printed_whole_or_not_at_all(labelgate: Path) -> None:
    for words in (["help"], ["help", "reasons"], ["version"], ["health", "--help"]):
        with open("/dev/full", "wb") as full:
            done = call(labelgate, *words, stdout=full)
        assert done.code == 1 and "[output_failed]" in done.err, words


@pytest.mark.skipif(not shutil.which("man"), reason="man is not installed")
def test_manual_is_good_roff(page: Callable[..., str], tmp_path: Path) -> None:
    path = tmp_path / "labelgate.1"
    path.write_text(page("manual"))
    done = call(
        "man",
        "--warnings=w",
        "-E",
        "UTF-8",
        "-l",
        path,
        env={"PATH": "/usr/bin:/bin", "MANWIDTH": "80", "LC_ALL": "C.UTF-8"},
    )
    assert done.code == 0 and done.err == ""
    assert "LABELGATE(1)" in done.out


def test_bash_completes_verbs_options_and_words(page: Callable[..., str], tmp_path: Path) -> None:
    script = tmp_path / "completion"
    script.write_text(page("bash-completion"))

    def complete(*words: str) -> list[str]:
        line = json.dumps(list(words))[1:-1].replace(",", "")
        program = f". {script}; COMP_WORDS=({line}); COMP_CWORD={len(words) - 1}; _labelgate; "
        program += "printf '%s\n' \"${COMPREPLY[@]}\""
        done = subprocess.run(
            ["bash", "-uc", program], capture_output=True, text=True, timeout=30, check=True
        )
        assert done.stderr == ""
        return done.stdout.split()

    assert complete("labelgate", "he") == ["health", "help"]
    assert complete("labelgate", "run", "--gr") == ["--grace", "--group"]
    assert complete("labelgate", "health", "--gr") == []
    assert complete("labelgate", "run", "--jwt", "") == ["reject", "trade", "accept"]
    assert complete("labelgate", "check", "--env-file", str(tmp_path / "comp")) == [str(script)]
    assert "reasons" in complete("labelgate", "help", "")


def test_zsh_completion_parses(page: Callable[..., str], tmp_path: Path) -> None:
    text = page("zsh-completion")
    assert text.startswith("#compdef labelgate\n")
    if not shutil.which("zsh"):
        pytest.skip("zsh is not installed")
    path = tmp_path / "_labelgate"
    path.write_text(text)
    subprocess.run(["zsh", "-n", path], check=True, timeout=30)


def test_make_install_brings_pages_and_completions(tmp_path: Path) -> None:
    if not (ROOT / "build/labelgate").exists():
        pytest.skip("the static program is not built here")
    subprocess.run(
        ["make", "-s", "install", f"DESTDIR={tmp_path}", "PREFIX=/usr"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        timeout=600,
    )
    found = {
        str(path.relative_to(tmp_path)): path.stat().st_mode & 0o777
        for path in tmp_path.rglob("*")
        if path.is_file()
    }
    assert found == {
        "usr/bin/labelgate": 0o755,
        "usr/share/man/man1/labelgate.1": 0o644,
        "usr/share/bash-completion/completions/labelgate": 0o644,
        "usr/share/zsh/site-functions/_labelgate": 0o644,
    }

# SPDX-License-Identifier: MIT
"""Field cases of the launch: what the kernel cannot pass on, what it cannot execute, odd calls."""

import base64
import json
import os
import pty
import resource
import subprocess
from pathlib import Path

import pytest
from conftest import Result, Run, call
from field import CASES_2, EXAMPLE, TOKEN, shows_token

PAGE = os.sysconf("SC_PAGE_SIZE")
STRING_MAX = 32 * PAGE - 1
TRUE = "/bin/true"


def fill(size: int) -> str:
    return "x" * size


def lay_script(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    path.chmod(0o755)


# ---- Limits of the launch ----------------------------------------------------------------------------


def test_env_value_over_the_launch_limit(run: Run, tmp_path: Path) -> None:
    case = CASES_2["env-value-over-the-launch-limit"]["input"]
    text = case[".env"].replace("<180,000 bytes>", fill(STRING_MAX + 49_000))
    (tmp_path / ".env").write_text(f"LABEL_STUDIO_API_TOKEN={TOKEN}\n# a certificate\n{text}\n")
    for argv, code in zip(case["argv"], (1, 125), strict=True):
        refused = run(*argv)
        said = " ".join((refused.out + refused.err).split())
        assert refused.code == code, said
        assert "CERTS_B64 (.env line 3)" in said and f"{STRING_MAX + 49_000} bytes" in said
        assert f"at most {STRING_MAX} in one string" in said and "[launch_too_large]" in said
        assert "chmod" not in said and "xxxx" not in said
    # It is not handed over: nothing is wrong.
    assert run("run", "--", TRUE).code == 0
    assert run("check", "--offline").code == 0


@pytest.mark.parametrize("load", ["all", "missing"])
def test_a_string_of_the_very_length(run: Run, tmp_path: Path, load: str) -> None:
    """The kernel's own limit, to the byte: one less is started, and one more is refused before the start."""
    for extra, code in ((0, 0), (1, 125)):
        (tmp_path / ".env").write_text(f"A=1\nBIG={fill(STRING_MAX - len('BIG=') + extra)}\n")
        assert run("run", "--no-token", "--load", load, "--", TRUE).code == code
        assert run("check", "--no-token", "--offline", "--load", load).code == (1 if code else 0)


def test_an_argument_that_is_too_long(labelgate: Path, run: Run) -> None:
    """It does not even reach labelgate."""
    assert run("run", "--no-token", "--", TRUE, fill(STRING_MAX)).code == 0
    with pytest.raises(OSError, match="too long"):
        subprocess.run([labelgate, "run", "--no-token", "--", TRUE, fill(STRING_MAX + 1)], check=False)


def test_a_token_that_is_too_long(run: Run, tmp_path: Path) -> None:
    """A token of any other kind is the operator's own; this one can be passed to no program."""
    (tmp_path / ".env").write_text(f"LABEL_STUDIO_API_TOKEN={'0a1b' * (STRING_MAX // 4)}\n")
    refused = run("run", "--", TRUE)
    assert refused.code == 125 and "LABEL_STUDIO_API_TOKEN (.env line 1)" in refused.err
    assert "0a1b0a1b" not in refused.err
    assert run("check", "--offline").code == 1


def lay_total(folder: Path, total: int) -> list[str]:
    """Files of at most 1 MiB whose variables, with `--load all` and an empty environment, make up `total`
    bytes for /bin/true and its name. Returns the options that name them."""
    left = total - 2 * (len(TRUE) + 1) - 8
    names: list[str] = []
    lines: list[str] = []
    size = count = 0

    def write() -> None:
        names.append(f"{len(names)}.env")
        (folder / names[-1]).write_text("".join(lines))
        lines.clear()

    while left > 0:
        piece = left if left <= 100_000 else min(100_000, left - 100)
        line = f"V{count:03}="
        lines.append(f"{line}{fill(piece - len(line) - 1 - 8)}\n")
        left, count, size = left - piece, count + 1, size + piece
        if size > 900_000:
            write()
            size = 0
    if lines:
        write()
    return [f"--env-file={name}" for name in names]


MIB = 1024 * 1024


@pytest.mark.native("the emulator's own stack is not the app's")
@pytest.mark.parametrize(
    ("stack", "total"),
    [
        (8 * MIB, 2 * MIB),
        (1 * MIB, MIB // 4),
        (256 * 1024, 128 * 1024),  # ARG_MAX is there with any stack
        (24 * MIB, 6 * MIB),
        (64 * MIB, 6 * MIB),  # three quarters of 8 MiB, however large the stack may be
        (resource.RLIM_INFINITY, 6 * MIB),
    ],
)
def test_all_together(labelgate: Path, tmp_path: Path, world: str, stack: int, total: int) -> None:
    """The total as the kernel counts it, to the byte: what it would start is started."""
    hard = resource.getrlimit(resource.RLIMIT_STACK)[1]
    if hard != resource.RLIM_INFINITY and (stack == resource.RLIM_INFINITY or stack > hard):
        pytest.skip("the stack limit cannot be raised here")
    if world == "debug" and stack < MIB:
        pytest.skip("sanitizers need a stack")

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_STACK, (stack, hard))

    def started(*words: str) -> Result:
        return call(labelgate, *words, cwd=tmp_path, env={}, preexec_fn=limit)

    handed_over = ["--no-token", "--load", "all"]
    for extra, code in ((0, 0), (1, 125)):
        files = lay_total(tmp_path, total + extra)
        done = started("run", *handed_over, *files, "--", TRUE)
        assert done.code == code, done.err
        if code:
            assert f"{total + 1} bytes, and Linux passes at most {total}" in done.err
            assert "V000 (0.env line 1)" in done.err and "[launch_too_large]" in done.err
    # With no command known, `check` refuses what no command can change.
    done = started("check", "--offline", "--json", *handed_over, *lay_total(tmp_path, total + 100))
    assert done.code == 1
    assert json.loads(done.out)["run"]["reason"] == "launch_too_large"


def test_what_hold_does_not_wait_for(run: Run, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(f"BIG={fill(STRING_MAX)}\n")
    assert run("run", "--no-token", "--load=all", "--on-refusal=hold", "--", TRUE).code == 125


# ---- No small limits of our own ----------------------------------------------------------------------


def test_options_more_than_128(run: Run) -> None:
    codes = [word for code in range(256) for word in ("--ok-exit", str(code))]
    for code in (1, 129, 255):
        assert run("run", "--no-token", *codes, "--", "sh", "-c", f"exit {code}").code == 0
    assert run("run", "--no-token", *["--ok-exit=1"] * 5000, "--", "sh", "-c", "exit 2").code == 2


def test_many_of_each_kind(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.env").write_text("A=3\n")
    (tmp_path / "b.env").write_text("A=7\n")
    files = ["--env-file=a.env"] * 1000 + ["--env-file=b.env"]
    assert run("run", "--no-token", "--load=all", *files, "--", "sh", "-c", "exit $A").code == 7
    assert run("run", "--no-token", *["--signal=TERM:INT"] * 1000, "--", TRUE).code == 0
    assert run("run", "--no-token", "-" + "v" * 1000, *["-v"] * 1000, "--", TRUE).code == 0
    names = [f"--token-var=T{number}" for number in range(1000)]
    assert run("run", *names, "--", "sh", "-c", "exit 9", env={"T999": TOKEN}).code == 9
    listed = {"LABELGATE_TOKEN_VAR": ",".join(f"T{number}" for number in range(1000)), "T500": TOKEN}
    assert run("check", "--offline", env={**EXAMPLE, **listed}).code == 0
    paths = {"LABELGATE_ENV_FILE": ",".join(["a.env"] * 500 + ["b.env"])}
    assert run("run", "--no-token", "--load=all", "--", "sh", "-c", "exit $A", env=paths).code == 7


def test_token_into_the_last_of_many_files(run: Run, tmp_path: Path) -> None:
    for number in range(40):
        (tmp_path / f"{number}.env").write_text(f"A{number}=1\n")
    files = [f"--env-file={number}.env" for number in range(40)]
    written = run("token", "--write", *files, stdin=TOKEN.encode())
    assert written.code == 0, written.err
    assert (tmp_path / "39.env").read_text() == f"A39=1\nLABEL_STUDIO_API_TOKEN={TOKEN}\n"
    assert (tmp_path / "38.env").read_text() == "A38=1\n"


def test_a_signal_that_is_mapped_twice(run: Run) -> None:
    """The same again says nothing new; another target is a contradiction."""
    refused = run("run", "--no-token", "--signal=TERM:INT", "--signal=TERM:QUIT", "--", TRUE)
    assert refused.code == 125 and "each FROM once" in refused.err


# ---- An exec error that is not about what it seems ------------------------------------------------------

LONG = b"#!/" + b"a" * 300 + b"\n"
FILES: list[tuple[str, bytes, int, str]] = [
    ("mark", b"\xef\xbb\xbf#!/bin/sh\n", 126, "byte-order mark"),
    ("two marks", b"\xef\xbb\xbf\xef\xbb\xbf#!/bin/sh\n", 126, "byte-order mark"),
    ("mark, no line", b"\xef\xbb\xbfecho hi\n", 126, "no #! right after it"),
    ("UTF-16 LE", "\ufeff#!/bin/sh\n".encode("utf-16-le"), 126, "UTF-16 (little-endian)"),
    ("UTF-16 BE", "\ufeff#!/bin/sh\n".encode("utf-16-be"), 126, "UTF-16 (big-endian)"),
    ("UTF-16 bare", "#!/bin/sh\n".encode("utf-16-le"), 126, "UTF-16"),
    ("UTF-32", "\ufeff#!/bin/sh\n".encode("utf-32-le"), 126, "UTF-32"),
    ("bytes", bytes(range(1, 255)), 126, "its bytes are not a text"),
    ("Latin-1", "echo Grüße, wie schön\n".encode("latin-1"), 126, "a script without a #! line"),
    ("blank", b" #!/bin/sh\n", 126, "a blank is before #!"),
    ("tab", b"\t#!/bin/sh\n", 126, "a blank is before #!"),
    ("empty line", b"\n#!/bin/sh\n", 126, "#! is in line 2"),
    ("empty lines", b"\r\n\r\n#!/bin/sh\r\n", 126, "#! is in line 3"),
    ("blank between", b"# !/bin/sh\n", 126, "a blank is between # and !"),
    ("no-break space", "#\u00a0!/bin/sh\n".encode(), 126, "U+00A0"),
    ("zero width", "\u200b#!/bin/sh\n".encode(), 126, "U+200B"),
    ("quoted", b'"#!/bin/sh"\n', 126, 'the character " is before #!'),
    ("escaped", b"\\#!/bin/sh\n", 126, "the character \\ is before #!"),
    ("turned", b"!#/bin/sh\n", 126, "begins with !#"),
    ("half", b"#/bin/sh\n", 126, "begins with # alone"),
    ("further right", b"echo #!/bin/sh\n", 126, "column 6"),
    ("gzip", b"\x1f\x8b\x08\x00\x00\x00", 126, "gzip"),
    ("zip", b"PK\x03\x04\x14\x00", 126, "zip"),
    ("tar", b"a" * 257 + b"ustar\x0000", 126, "tar"),
    ("Windows", b"MZ\x90\x00\x03", 126, "Windows"),
    ("macOS", b"\xcf\xfa\xed\xfe\x07", 126, "macOS"),
    ("page", b"<!DOCTYPE html><title>404</title>", 126, "HTML"),
    ("LFS", b"version https://git-lfs.github.com/spec/v1\n", 126, "Git LFS pointer"),
    ("empty", b"", 126, "it is empty"),
    ("ELF cut off", b"\x7fELF\x02\x01\x01", 126, "cut off"),
    ("plain", b"echo hi\n", 126, "a script without a #! line"),
    ("a line end", b"\n", 126, "a script without a #! line"),
    ("one character", b"#", 126, "a script without a #! line"),
    ("names nothing", b"#!\n", 126, "names no interpreter"),
    ("too long", LONG, 126, "longer than the 256 bytes"),
    ("relative", b"#!bin/python\n", 127, "looked for in the working directory"),
    ("missing", b"#!/no/such/sh\n", 127, '"/no/such/sh"'),
    ("CR LF", b"#!/bin/sh\r\necho hi\r\n", 127, "Windows line ends"),
    ("CR", b"#!/bin/sh\recho hi\r", 127, "CR alone"),
    ("not executable", b"#!/etc/passwd\n", 126, "/etc/passwd cannot be executed: no permission"),
    ("a directory", b"#!/etc\n", 126, "it is a directory"),
]


@pytest.mark.parametrize(("content", "code", "words"), [row[1:] for row in FILES], ids=[r[0] for r in FILES])
def test_exec_of_a_file(run: Run, tmp_path: Path, content: bytes, code: int, words: str) -> None:
    """The sentence agrees with what the person sees in the file."""
    lay_script(tmp_path / "x.sh", content)
    refused = run("run", "--no-token", "--", "./x.sh")
    first = refused.err.splitlines()[0]
    assert refused.code == code, first
    assert "./x.sh" in first and words in first
    assert first.endswith("[command_not_found]" if code == 127 else "[command_not_executable]")
    if b"#!" in content:
        assert "without a #! line" not in first


def test_exec_script_behind_a_mark(run: Run, tmp_path: Path) -> None:
    case = CASES_2["exec-script-behind-a-mark"]["input"]
    lay_script(tmp_path / "x.sh", base64.b64decode(case["file_base64"]))
    refused = run(*case["argv"])
    assert refused.code == 126
    assert "an invisible byte-order mark (BOM, EF BB BF) is before #!" in refused.err
    assert "to do: save the file as UTF-8 without a byte-order mark" in refused.err


@pytest.mark.skipif(os.geteuid() != 0, reason="root alone mounts")
def test_exec_on_a_file_system_without_exec(labelgate: Path, tmp_path: Path) -> None:
    script = 'mount -t tmpfs -o noexec none "$1" || exit 77; printf "#!/bin/sh\n" >"$1/x.sh"; '
    script += 'chmod 755 "$1/x.sh"; exec "$0" run --no-token -- "$1/x.sh"'
    command = ["unshare", "-m", "sh", "-c", script]
    done = call(*command, labelgate, tmp_path)
    if done.code in (1, 77):
        pytest.skip("nothing can be mounted here")
    assert done.code == 126 and "mounted noexec" in done.err and "chmod" not in done.err


def test_exec_without_permission(run: Run, tmp_path: Path) -> None:
    (tmp_path / "x.sh").write_bytes(b"#!/bin/sh\n")
    refused = run("run", "--no-token", "--", "./x.sh")
    assert refused.code == 126 and "no permission" in refused.err and "chmod +x ./x.sh" in refused.err


WORDS = [
    ("npm run start", '"npm run start"', "one word with blanks"),
    ("./x.sh --port 80", '"./x.sh --port 80"', "one word with blanks"),
    ("python /app/x.py", '"python /app/x.py"', "one word with blanks"),
    (" npm", '" npm"', "one word with blanks"),
    ("NODE_ENV=production", '"NODE_ENV=..."', "assignment"),
    ("A=b npm start", '"A=..."', "assignment"),
    ("'npm'", "\"'npm'\"", "quotation marks"),
    ('"npm run start"', '""npm run start""', "quotation marks"),
    ("\u201cnpm\u201d", "npm", "quotation marks"),
    ("-c", '"-c"', "looks like an option"),
    ("--port 80", '"--port 80"', "looks like an option"),
    ("cd /app && npm start", '"cd /app && npm start"', "a line for a shell"),
    ("source", '"source"', "a word of a shell"),
    ("&&", '"&&"', "a word of a shell"),
    ("$APP", '"$APP"', "only a shell replaces"),
    ("~/app", '"~/app"', "only a shell replaces ~"),
    ('["npm","start"]', '"["npm","start"]"', "JSON list"),
    ("npm\r", '"npm\\r"', "carriage return"),
    ("a;b", '"a;b"', "a line for a shell"),
    ("npm&&node", '"npm&&node"', "a line for a shell"),
    ("npm>log", '"npm>log"', "a line for a shell"),
    ("npm\u00a0", "npm", "U+00A0 no-break space, byte 4"),
    ("\u200bnpm", "npm", "U+200B zero-width space, byte 1"),
    ("np\u043c", "np", "U+043C Cyrillic letter, byte 3"),
]


@pytest.mark.parametrize(("word", "shown", "why"), WORDS)
def test_exec_one_word(run: Run, word: str, shown: str, why: str) -> None:
    assert WORDS[0][0] == CASES_2["exec-one-word"]["input"]["argv"][-1]
    refused = run("run", "--no-token", "--", word)
    first, second, *_ = refused.err.splitlines()
    assert refused.code == 127 and first.endswith("[command_not_found]")
    assert shown in first and why in first
    if why == "one word with blanks":
        assert "each word as an item of its own" in second and '["sh", "-c", "..."]' in second
    if why == "assignment":
        assert "begin with env" in second


@pytest.mark.parametrize("word", [".", "..", "/", "./folder", "folder/"])
def test_a_directory(run: Run, tmp_path: Path, word: str) -> None:
    (tmp_path / "folder").mkdir()
    refused = run("run", "--no-token", "--", word)
    assert refused.code == 126 and "it is a directory [command_not_executable]" in refused.err
    assert "the path of the program in it" in refused.err and "ls -ld" not in refused.err


def test_a_path_that_is_empty(run: Run) -> None:
    refused = run("run", "--no-token", "--", "npm", env={"PATH": ""})
    assert refused.code == 127 and "PATH is set and empty" in refused.err


def test_a_word_shows_no_secret(run: Run) -> None:
    """What is assigned may be a secret, known or not."""
    for word in (f"LABEL_STUDIO_API_TOKEN={TOKEN} npm start", f"env TOKEN={TOKEN} npm", f"A={TOKEN}"):
        refused = run("run", "--no-token", "--", word)
        assert refused.code == 127 and not shows_token(refused.err), refused.err


def test_a_program_with_blanks_in_its_name(run: Run, tmp_path: Path) -> None:
    """Only what is not found is explained."""
    lay_script(tmp_path / "my app", b"#!/bin/sh\nexit 5\n")
    assert run("run", "--no-token", "--", "./my app").code == 5


# ---- Called as a health check -------------------------------------------------------------------------


def test_health_cmd_shell_with_a_list(labelgate: Path, tmp_path: Path) -> None:
    argv = [
        str(labelgate) if w == "/labelgate" else w
        for w in CASES_2["health-cmd-shell-with-a-list"]["input"]["argv"]
    ]
    for command in (argv, [*argv[:3], "check"], ["sh", "-c", f"exec {labelgate}"]):
        done = call(*command, cwd=tmp_path)
        assert done.code == 1
        assert "CMD-SHELL takes one string" in done.out
        assert '["CMD", "/labelgate", "health"]' in done.out and "labelgate help" in done.out
        assert len(done.out.encode()) <= 500 and "usage" in done.out[:100]


def test_health_with_its_options_first(run: Run) -> None:
    done = run("--timeout", "2s", "health")
    assert done.code == 1 and "the verb comes first" in done.out
    done = run(TOKEN, "health")
    assert done.code == 1 and not shows_token(done.out + done.err)
    assert run("--timeout", "2s").code == 2


def test_bare_at_a_terminal(labelgate: Path, tmp_path: Path) -> None:
    """A person is told what a person can do."""
    leader, follower = pty.openpty()
    done = call(labelgate, cwd=tmp_path, stdin=follower, stdout=follower)
    os.close(follower)
    os.close(leader)
    assert done.code == 2
    assert "a verb is missing" in done.err and "labelgate help" in done.err

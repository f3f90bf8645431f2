# SPDX-License-Identifier: MIT
"""A file that is mounted by itself, and replaced on the host: the container goes on reading the old one."""

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from conftest import Result, call
from container import APP, MOUNTS, NATIVE, namespace, probe, wait_for_resident
from field import OTHER_TOKEN, TOKEN
from standin import USER, StandIn, answer, response

pytestmark = [NATIVE, MOUNTS]

REPLACED = "the file was replaced on the host after it was mounted: restart the container"
NOWHERE = {"LABEL_STUDIO_URL": "http://127.0.0.1:9"}
LINE = "LABEL_STUDIO_API_TOKEN={}\n"


def rename_over(path: Path) -> None:
    """What an editor, git and `sed -i` do."""
    new = path.with_name("new")
    new.write_text(LINE.format(OTHER_TOKEN))
    new.rename(path)


def rename_over_with_a_backup(path: Path) -> None:
    """The old file has a second name, as vim and cp -l leave it: it keeps a link."""
    os.link(path, path.with_name("backup"))
    rename_over(path)


def delete(path: Path) -> None:
    path.unlink()


def write_in_place(path: Path) -> None:
    path.write_text(LINE.format(OTHER_TOKEN))


def leave(path: Path) -> None:
    del path


class Container:
    """An app whose folder has one file of the host's folder mounted into it."""

    def __init__(self, labelgate: Path, first: int, app: Path, env: dict[str, str]) -> None:
        self.labelgate, self.first, self.app, self.env = labelgate, first, app, env

    def health(self) -> Result:
        return probe(self.first, self.labelgate, env=self.env)

    def check(self, *options: str) -> str:
        done = call(
            *(
                [
                    "nsenter",
                    "-t",
                    str(self.first),
                    "-p",
                    "-m",
                    "sh",
                    "-c",
                    'cd "$1" && shift && exec "$@"',
                    "sh",
                ]
                + [str(self.app), str(self.labelgate), "check", "--offline", *options]
            ),
            env=self.env,
        )
        return done.out


@contextmanager
def container(
    labelgate: Path, host: Path, app: Path, name: str, env: dict[str, str], *options: str
) -> Iterator[Container]:
    script = 'mount --bind "$1" "$2" && shift 2 && exec "$@"'
    words = ["sh", "-c", script, "sh", host / name, app / name, labelgate, "run", *options, *APP]
    with namespace(*words, env=env, cwd=app) as first:
        wait_for_resident(first)
        yield Container(labelgate, first, app, env)


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    # A name that mountinfo has to escape.
    host, app = tmp_path / "the host", tmp_path / "the app"
    host.mkdir()
    app.mkdir()
    return host, app


def one_line(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (rename_over, True),
        (rename_over_with_a_backup, True),
        (delete, True),
        (write_in_place, False),
        (leave, False),
    ],
)
def test_a_replaced_env_file_is_told(
    labelgate: Path,
    folders: tuple[Path, Path],
    clean_environment: dict[str, str],
    change: Callable[[Path], None],
    told: bool,
) -> None:
    host, app = folders
    (host / ".env").write_text(LINE.format(TOKEN))
    (app / ".env").touch()
    with container(labelgate, host, app, ".env", clean_environment | NOWHERE) as inside:
        assert REPLACED not in inside.health().out
        assert REPLACED not in one_line(inside.check())
        change(host / ".env")
        ill = inside.health()
        assert ill.code == 1 and "[connection_refused]" in ill.out
        assert (REPLACED in ill.out) == told
        assert len(ill.out.splitlines()) <= 3 and len(ill.out.encode()) <= 500
        assert (f".env: {REPLACED}" in one_line(inside.check())) == told
        said = json.loads(inside.check("--json"))
        assert said["files"][0]["replaced"] is told
        assert said["replaced"] == ([said["files"][0]["path"]] if told else [])
        if change is write_in_place:
            assert "changed since the app started" in ill.out


def test_a_healthy_verdict_has_the_note(
    labelgate: Path, folders: tuple[Path, Path], clean_environment: dict[str, str]
) -> None:
    host, app = folders
    (host / ".env").write_text(LINE.format(TOKEN))
    (app / ".env").touch()
    with StandIn(answer(lambda _: response(200, USER))) as stand_in:
        env = clean_environment | {"LABEL_STUDIO_URL": stand_in.url}
        with container(labelgate, host, app, ".env", env) as inside:
            well = inside.health()
            assert well.code == 0 and "note" not in well.out
            rename_over(host / ".env")
            well = inside.health()
            assert well.code == 0 and f".env: {REPLACED}" in well.out


@pytest.mark.parametrize(
    "variable", ["LABEL_STUDIO_API_TOKEN_FILE", "LABELGATE_HEADER_FILE", "LABELGATE_CA_FILE", "SSL_CERT_FILE"]
)
def test_a_replaced_file_of_another_kind_is_told(
    labelgate: Path, folders: tuple[Path, Path], clean_environment: dict[str, str], variable: str
) -> None:
    host, app = folders
    text = f"{TOKEN}\n" if variable.startswith("LABEL_STUDIO") else "X-Gateway: 1\n"
    (host / "mounted").write_text(text)
    (app / "mounted").touch()
    env = clean_environment | NOWHERE | {variable: str(app / "mounted")}
    if not variable.startswith("LABEL_STUDIO"):
        env["LABEL_STUDIO_API_TOKEN"] = TOKEN
    with container(labelgate, host, app, "mounted", env) as inside:
        assert REPLACED not in inside.health().out
        assert json.loads(inside.check("--json"))["replaced"] == []
        rename_over(host / "mounted")
        assert f"mounted: {REPLACED}" in inside.health().out
        assert f"mounted: {REPLACED}" in one_line(inside.check())
        assert json.loads(inside.check("--json"))["replaced"] == [str(app / "mounted")]


def test_a_file_of_a_mounted_folder_is_the_new_one(
    labelgate: Path, folders: tuple[Path, Path], clean_environment: dict[str, str]
) -> None:
    host, app = folders
    (host / "conf").mkdir()
    (app / "conf").mkdir()
    (host / "conf" / ".env").write_text(LINE.format(TOKEN))
    options = ["--env-file", str(app / "conf" / ".env")]
    with container(labelgate, host, app, "conf", clean_environment | NOWHERE, *options) as inside:
        rename_over(host / "conf" / ".env")
        said = inside.health().out
        assert REPLACED not in said and "changed since the app started" in said
        assert REPLACED not in one_line(inside.check(*options))


def test_a_file_without_a_name_that_is_no_mount_is_not_told(
    labelgate: Path, tmp_path: Path, clean_environment: dict[str, str]
) -> None:
    """What a shell's here-document is: an open file that has lost its name."""
    with open(tmp_path / "here", "w+") as here:
        here.write(LINE.format(TOKEN))
        here.flush()
        os.unlink(here.name)
        path = f"/proc/self/fd/{here.fileno()}"
        done = call(
            labelgate,
            "check",
            "--offline",
            "--env-file",
            path,
            env=clean_environment | NOWHERE,
            pass_fds=[here.fileno()],
        )
    assert REPLACED not in one_line(done.out) and "40 bytes, hidden" in done.out

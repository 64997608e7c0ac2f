"""Whose the data folder is, what in it is the emulator's, and who may read it."""

from __future__ import annotations

import stat
from typing import TYPE_CHECKING

import pytest
from emulator_requests import client, make_environment, make_queue, submit

from sjresource.emulator import Clock, Emulator
from sjresource.emulator.__main__ import main
from sjresource.emulator.store.data_folder import MARKER, ForeignFolderError, claim

if TYPE_CHECKING:
    from pathlib import Path

SECRET = "s" * 43
FOREIGN = {
    "training/epoch-1/weights": "a week",
    "objects/0123456789abcdef0123456789abcdef": "an object",
    "credentials": "[default]\naws_access_key_id = mine\n",
    "lock": "locked",
    "batch.sqlite3": "no database",
    "emulator.json": "{}",
}


def fill(folder: Path, files: dict[str, str]) -> None:
    """Write files into a folder."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def contents(folder: Path) -> dict[str, str]:
    """Read every file below a folder."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes().decode(errors="replace")
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.mark.parametrize("command", [[], ["reset"], ["--executor", "process"]])
def test_a_folder_that_no_emulator_made_is_refused_untouched(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], command: list[str]
) -> None:
    """A project's own `training/`, `objects/` and `credentials` stay as they are."""
    fill(tmp_path, FOREIGN)
    tmp_path.chmod(0o755)

    assert main([*command, "--data", str(tmp_path)]) == 1

    said = capsys.readouterr().err
    assert f"starting Emulator ({tmp_path}): the folder can't be used: it is not empty" in said
    assert len(said.splitlines()) == 1
    assert contents(tmp_path) == FOREIGN
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o755


@pytest.mark.parametrize("name", sorted(FOREIGN))
def test_one_file_of_somebody_elses_is_enough(tmp_path: Path, name: str) -> None:
    """No name makes a folder the emulator's, its own files' names neither."""
    fill(tmp_path, {name: FOREIGN[name]})

    with pytest.raises(ForeignFolderError, match="no emulator made it"):
        Emulator(tmp_path)
    assert contents(tmp_path) == {name: FOREIGN[name]}


def test_a_marker_that_is_a_link_counts_for_nothing(tmp_path: Path) -> None:
    """A checkout can hold a link to anywhere."""
    fill(tmp_path, {"mine": "text"})
    (tmp_path / MARKER).symlink_to(tmp_path / "mine")

    with pytest.raises(ForeignFolderError):
        claim(tmp_path)
    assert (tmp_path / "mine").read_text() == "text"


def test_what_somebody_put_into_an_emulators_folder_stays(tmp_path: Path) -> None:
    """Neither a start nor a reset takes what it did not make, nor other profiles."""
    with Emulator(tmp_path) as emulator:
        key = emulator.credentials
        s3 = client(emulator, "s3")
        s3.create_bucket(Bucket=f"kept-{id(emulator)}")
        s3.put_object(Bucket=f"kept-{id(emulator)}", Key="a", Body=b"1")
    (tmp_path / "credentials").write_text(FOREIGN["credentials"])
    mine = {name: text for name, text in FOREIGN.items() if "/" in name} | {"notes": "text"}
    fill(tmp_path, mine)

    assert main(["reset", "--data", str(tmp_path)]) == 0
    with Emulator(tmp_path) as emulator:
        assert emulator.credentials != key
        client(emulator, "s3").list_buckets()

    left = contents(tmp_path)
    assert {name: left[name] for name in mine} == mine
    assert left["credentials"].startswith(FOREIGN["credentials"])
    assert not [name for name in left if name.endswith(".object")]


def test_a_reset_leaves_the_key_and_nothing_else(tmp_path: Path) -> None:
    """Queues, jobs and objects are gone; whoever has the key goes on."""
    with Emulator(tmp_path, clock=Clock(0)) as emulator:
        key = emulator.credentials
        make_queue(emulator, make_environment(emulator))
        submit(emulator)

    assert main(["reset", "--data", str(tmp_path)]) == 0
    with Emulator(tmp_path) as emulator:
        assert emulator.credentials == key
        assert client(emulator, "batch").describe_job_queues()["jobQueues"] == []


def test_everything_in_it_is_the_owners_alone(tmp_path: Path) -> None:
    """Folders are 0700 and files 0600, also where the folder was there, or is from a laxer time."""
    tmp_path.chmod(0o755)
    for _ in range(2):
        with Emulator(tmp_path) as emulator:
            s3 = client(emulator, "s3")
            s3.create_bucket(Bucket=f"modes-{id(emulator)}")
            s3.put_object(Bucket=f"modes-{id(emulator)}", Key="a", Body=b"1")
            client(emulator, "logs").describe_log_groups()
            modes = {path: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.rglob("*")}
            modes[tmp_path] = stat.S_IMODE(tmp_path.stat().st_mode)

        assert {path.name: mode for path, mode in modes.items() if mode & 0o077} == {}
        for path in tmp_path.rglob("*"):
            path.chmod(0o755 if path.is_dir() else 0o644)
        tmp_path.chmod(0o777)


def test_it_is_where_it_was_and_elsewhere_while_another_has_the_port(tmp_path: Path) -> None:
    """A port that was asked for is remembered, too; 0 asks for any."""
    with Emulator(tmp_path) as first, Emulator(port=0) as other:
        address, page, foreign = first.url, first.page_url, other.url
    with Emulator(tmp_path) as again:
        assert (again.url, again.page_url) == (address, page)
    port = int(address.rpartition(":")[2])
    with Emulator(port=port), Emulator(tmp_path) as moved:
        elsewhere = moved.url
        assert moved.page_url.partition("/?")[2] == page.partition("/?")[2]
    with Emulator(tmp_path) as stays:
        assert stays.url == elsewhere != address
    with Emulator(tmp_path, port=int(foreign.rpartition(":")[2])) as asked:
        assert asked.url == foreign
    with Emulator(tmp_path) as last:
        assert last.url == foreign


@pytest.mark.parametrize(
    "stored",
    [
        "",
        "[]",
        '{"port": 1}',
        f'{{"port": "1", "page": {{"token": "{SECRET}", "session": "{SECRET}"}}}}',
        f'{{"port": 65536, "page": {{"token": "{SECRET}", "session": "{SECRET}"}}}}',
        '{"port": 0, "page": {"token": "", "session": ""}}',
    ],
)
def test_a_damaged_address_is_drawn_anew(
    tmp_path: Path, stored: str, caplog: pytest.LogCaptureFixture
) -> None:
    """It is said, and no token is one that can be guessed."""
    with Emulator(tmp_path):
        (tmp_path / "address.json").write_text(stored)
    with Emulator(tmp_path) as emulator:
        token = emulator.page_url.partition("token=")[2]
    assert len(token) > 40
    assert token != SECRET
    assert "it is damaged; this emulator gets a new address" in caplog.text


def test_a_path_that_is_no_folder_is_refused_in_a_sentence(tmp_path: Path) -> None:
    """A file, or a path below one, can't hold anything."""
    (tmp_path / "file").write_text("text")
    for path in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(ForeignFolderError, match="can't be used"):
            Emulator(path)

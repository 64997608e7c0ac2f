"""The command line: what is said before, what is written, how it ends."""

from __future__ import annotations

import contextlib
import io
import json
import re
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from emulator_process import EmulatorProcess
from probed import REGION, clock_of, emulated, left_in

from sjresource.aws.settings import Settings
from sjresource.emulator import Fault
from sjresource.emulator.__main__ import main as emulator_main
from sjresource.probes.beliefs import PROBES
from sjresource.probes.command import main

if TYPE_CHECKING:
    from sjresource.emulator import Emulator

ROOT = Path(__file__).resolve().parents[2]
PAID = ["--paid", "--image", "image", "--role", "arn:aws:iam::123456789012:role/r",
        "--s3-output", "s3://b/m"]  # fmt: skip


def run(emulator: Emulator, *options: str) -> int:
    """Run the command against an emulator, in its time."""
    key = emulator.credentials
    settings = Settings(
        region=REGION,
        access_key=key.aws_access_key_id,
        secret_key=key.aws_secret_access_key,
        endpoints=tuple((name, emulator.url) for name in ("batch", "sts")),
    )
    clock = clock_of(emulator)
    return main(options, clock=clock, epoch=emulator.clock.now, settings=settings)


@pytest.fixture(autouse=True)
def _in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_a_free_run_holds_and_leaves_its_result_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """By date and region; what costs and what can't be tried say so; the account is said first."""
    with emulated() as emulator:
        assert run(emulator) == 0
        assert left_in(emulator) == set()
    said, complained = capsys.readouterr()
    (file,) = tmp_path.glob("2027-*.json")
    result = json.loads(file.read_text())

    assert said.splitlines()[0].endswith(f"in {REGION} of account 123456789012")
    assert file.name == f"2027-01-15-{REGION}.json"
    assert f"written to {file.name}" in said
    assert complained == ""
    assert (result["region"], result["date"], result["tried_on"]) == (REGION, "2027-01-15", "other")
    assert set(result["versions"]) == {"botocore", "python", "sjresource"}
    assert {name: entry["verdict"] for name, entry in result["probes"].items()} == {
        each.name: "held"
        if each.cost == "free" and each.name != "ended-job-of-earlier-run"
        else "not tried"
        for each in PROBES
    }
    assert "--paid" in result["probes"]["preempted-job"]["reason"]
    assert result["probes"]["quota-share-order"]["reason"].startswith("no call can try it: ")


def test_what_differs_is_said_with_both_and_played_by_the_emulator(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The exit code is 3; a fact that no switch plays is listed when the emulator starts."""
    with emulated(terminate_unknown="refuse") as emulator:
        options = ("--only", "terminate-unknown-job", "--result", "r.json")
        assert run(emulator, *options) == 3
    said = capsys.readouterr().out
    result = json.loads((tmp_path / "r.json").read_text())
    entry = result["probes"]["terminate-unknown-job"]

    assert "answer: believed 'succeeds', seen 'refused'" in said
    assert entry["answers"][0]["words"] == "ServiceJob <name> does not exist"
    assert entry["answers"][0]["status"] == 400
    result["probes"]["serverless"] = {
        "verdict": "differs",
        "facts": {"units": ["ml.x.large\u001b"]},
        "differs": {"units": {"believed": [], "seen": ["ml.x.large\u001b"]}},
    }
    (tmp_path / "r.json").write_text(json.dumps(result))
    (tmp_path / "foreign").mkdir()
    (tmp_path / "foreign" / "file").write_text("x")  # so that the emulator does not start
    assert emulator_main(["--data", "foreign", "--behave-as", "r.json"]) == 1
    assert "no switch plays serverless: units: " in capsys.readouterr().err


def test_an_emulator_behaves_as_a_result_has_seen(tmp_path: Path) -> None:
    """`python -m sjresource.emulator --behave-as FILE`, over HTTP."""
    with emulated(terminate_unknown="refuse") as emulator:
        run(emulator, "--only", "terminate-unknown-job", "--result", "r.json")
    with EmulatorProcess(tmp_path / "data", "--behave-as", str(tmp_path / "r.json")) as played:
        key = vars(played.credentials)
        batch = boto3.client("batch", region_name=REGION, endpoint_url=played.url, **key)
        with pytest.raises(batch.exceptions.ClientException, match="does not exist"):
            batch.terminate_service_job(jobId=str(uuid.UUID(int=1)), reason="x")


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        (None, "No such file"),
        ("{", "it is no result of the probes"),
        ('{"format": 2}', "it is no result of the probes"),
        ("[]", "expected `object`, got `array`"),
    ],
)
def test_a_file_that_is_no_result_is_refused_in_a_sentence(
    text: str | None, seen: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """With the file's name."""
    if text is not None:
        (tmp_path / "r.json").write_text(text)

    assert emulator_main(["--data", "d", "--behave-as", "r.json"]) == 1
    complained = capsys.readouterr().err
    assert seen in complained
    assert "r.json" in complained
    assert complained.count("\n") == 1


def test_the_list_says_what_each_asks_and_costs(capsys: pytest.CaptureFixture[str]) -> None:
    """Without asking anybody."""
    assert main(["--list"]) == 0
    lines = capsys.readouterr().out.splitlines()

    assert len(lines) == len(PROBES)
    assert any("attempt-timeout" in line and "paid, 5 min" in line for line in lines)
    assert any("replayed-token " in line and " free " in line for line in lines)


def test_the_document_names_every_option(capsys: pytest.CaptureFixture[str]) -> None:
    """The synopsis in docs/emulator.md and `--help` are of one command."""
    with pytest.raises(SystemExit):
        main(["--help"])
    told = set(re.findall(r"--[a-z0-9-]+", capsys.readouterr().out.partition("Everything that")[0]))
    text = (ROOT / "docs" / "emulator.md").read_text()
    (synopsis,) = re.findall(r"```text\n(python -m sjresource.probes.*?)```", text, re.DOTALL)

    assert set(re.findall(r"--[a-z0-9-]+", synopsis)) == told - {"--help"}


def test_an_unknown_probe_is_refused_with_the_name_that_is_near(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """As an option that is wrong."""
    with pytest.raises(SystemExit) as ended:
        main(["--only", "replayed-tokens"])

    assert ended.value.code == 2
    assert "there is no probe replayed-tokens; did you mean replayed-token?" in (
        capsys.readouterr().err
    )


def test_what_costs_says_so_and_asks_first(capsys: pytest.CaptureFixture[str]) -> None:
    """Without an answer nothing is made; what it trains with has to be named."""
    with emulated() as emulator:
        assert run(emulator, *PAID, "--only", "attempt-timeout") == 2
        said, complained = capsys.readouterr()
        assert emulator.calls.counts() == {"GetCallerIdentity": 1}
    with pytest.raises(SystemExit):
        main(["--paid"], settings=Settings(region=REGION, access_key="a", secret_key="b"))

    assert "about 5 minutes in all, on ml.m5.large: at most 0.01 US dollars" in said
    assert "add --yes" in complained


def test_a_paid_probe_is_tried_when_it_is_agreed_to(tmp_path: Path) -> None:
    """With --yes."""
    with emulated() as emulator:
        assert run(emulator, *PAID, "--yes", "--only", "attempt-timeout", "--result", "r.json") == 0
        assert left_in(emulator) == set()

    result = json.loads((tmp_path / "r.json").read_text())
    assert result["probes"]["attempt-timeout"]["verdict"] == "held"


def test_what_was_made_goes_though_the_result_can_t_be_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Jobs in an account cost money: the result is printed, and the exit code says it."""
    (tmp_path / "notes.json").write_text("[somebody else's]")
    only = ("--only", "share-missing", "--only", "ended-job-of-earlier-run")
    with emulated() as emulator:
        assert run(emulator, *only, "--result", ".") == 1
        assert left_in(emulator) == set()
        said, complained = capsys.readouterr()
        assert run(emulator, *only, "--notes", "notes.json") == 1
        assert left_in(emulator) == set()
        with pytest.raises(SystemExit):
            run(emulator, "--result", "no/such/result.json")

    (printed,) = (line for line in said.splitlines() if line.startswith("{"))
    assert json.loads(printed)["probes"]["share-missing"]["verdict"] == "held"
    assert complained == "writing .: Is a directory; the result is printed instead\n"
    refused = capsys.readouterr().err
    assert "writing notes.json: it is there, and holds no notes" in refused
    assert "--result: there is no folder no/such" in refused
    assert (tmp_path / "notes.json").read_text() == "[somebody else's]"


def test_what_was_made_goes_though_nobody_reads_on() -> None:
    """As after `| head -1`."""

    class Closed(io.StringIO):
        def flush(self) -> None:
            if self.getvalue().count("\n") > 1:
                raise BrokenPipeError

    with emulated() as emulator, contextlib.redirect_stdout(Closed()):
        with pytest.raises(BrokenPipeError):
            run(emulator, "--only", "share-missing", "--only", "quota-share-missing")
        assert left_in(emulator) == set()


def test_a_second_run_of_a_day_leaves_the_first_one_s_result(tmp_path: Path) -> None:
    """A paid one's may have cost something."""
    with emulated() as emulator:
        for name in ("share-missing", "quota-share-missing"):
            assert run(emulator, "--only", name) == 0

    results = {file.name: json.loads(file.read_text()) for file in tmp_path.glob("2027-*.json")}
    assert {name: list(result["probes"]) for name, result in results.items()} == {
        f"2027-01-15-{REGION}.json": ["share-missing"],
        f"2027-01-15-{REGION}-2.json": ["quota-share-missing"],
    }


def test_what_is_kept_is_found_by_clean(capsys: pytest.CaptureFixture[str]) -> None:
    """By another call, which knows nothing of the run."""
    with emulated() as emulator:
        assert run(emulator, "--keep", "--only", "share-missing") == 0
        assert left_in(emulator)
        assert run(emulator, "--clean") == 0
        assert left_in(emulator) == set()

    said = capsys.readouterr().out
    assert "`--clean` deletes it" in said
    assert "deleted JobQueue sjprobe-" in said


def test_a_note_is_asked_about_a_day_later(tmp_path: Path) -> None:
    """In the same region; the file is the user's alone to keep."""
    only = ("--only", "ended-job-of-earlier-run", "--result", "r.json")
    with emulated() as emulator:
        assert run(emulator, *only) == 0
        assert "not tried" in (tmp_path / "r.json").read_text()
        emulator.clock.advance(25 * 3600)
        assert run(emulator, *only) == 0

    result = json.loads((tmp_path / "r.json").read_text())
    assert result["probes"]["ended-job-of-earlier-run"]["facts"] == {
        "known": True,
        "known_after_hours": 25.0,
    }
    assert len(json.loads((tmp_path / "sjresource-probes-notes.json").read_text())[REGION]) == 1


def test_what_is_denied_or_unreachable_is_not_tried(capsys: pytest.CaptureFixture[str]) -> None:
    """It says which call was denied; without an answer of STS nothing begins."""
    with emulated() as emulator:
        fault: dict[str, Any] = {
            "operation": "GetJobQueueSnapshot",
            "kind": "error",
            "code": "AccessDeniedException",
            "message": "User: arn:aws:iam::123456789012:user/x is not authorized",
            "status": 403,
        }
        emulator.faults.add(Fault(**fault))
        assert run(emulator, "--only", "snapshot-of-three-shares") == 0
        said = capsys.readouterr().out
    assert "not tried  snapshot-of-three-shares: these credentials may not call " in said
    assert "batch:GetJobQueueSnapshot" in said

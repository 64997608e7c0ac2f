"""What the emulator withstands, as a run has shown it: the tables in docs/emulator.md."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

DOCUMENT: Final = Path(__file__).parents[3] / "docs" / "emulator.md"
BEGIN: Final = "<!-- made by `make fuzz`: begin -->"
END: Final = "<!-- made by `make fuzz`: end -->"


@dataclass(frozen=True)
class Attack:
    """Something that was tried on purpose: what happens, and the tests in `file` that show it."""

    what: str
    happens: str
    file: str
    tests: str | tuple[str, ...]

    def is_shown_by(self, test: str) -> bool:
        """Return whether a test, by its id, is one of this attack's."""
        file, _, name = test.partition("::")
        return file.endswith(self.file) and name.startswith(self.tests)


ATTACKS: Final = (
    Attack(
        "`--data` names a folder with files of somebody else's, one of the emulator's names too",
        "refused in a sentence, nothing touched",
        "test_data_folder.py",
        "test_a_folder_that_no",
    ),
    Attack(
        "other users of the machine look into the data folder",
        "0700 and 0600, whatever it was",
        "test_data_folder.py",
        "test_everything_in_it",
    ),
    Attack(
        "AssumeRoleWithWebIdentity with any token",
        "no keys",
        "test_services.py",
        "test_an_untrusted_web_identity",
    ),
    Attack(
        "presigned URLs for 0 s, for ever, for garbage; a signature that is there twice",
        "refused with AWS's code",
        "test_sigv4.py",
        "test_a_presigned_url_has_bounds",
    ),
    Attack(
        "600 MiB from a stranger",
        "refused when the head is there",
        "test_bounds.py",
        "test_a_strangers_large_object",
    ),
    Attack(
        "heads that are broken: `Host: [`, lengths of 5000 digits, no HTTP at all",
        "an AWS error each, no traceback",
        "test_bounds.py",
        "test_whatever_is_refused",
    ),
    Attack(
        "connections that are opened and say nothing",
        "they make room for others",
        "test_bounds.py",
        "test_connections_that_say_nothing",
    ),
    Attack(
        "scripts of 1e10 s, of 10^8 interruptions, of other types",
        "refused in rules; the job fails with what is wrong; others go on",
        "test_hostile_requests.py",
        "test_a_script_out_of_bounds",
    ),
    Attack(
        "clock, rules, faults, switches of NaN, infinity, 1e300, other types",
        "refused with what is allowed; the clock goes on",
        "test_hostile_requests.py",
        "test_an_order_out_of_bounds",
    ),
    Attack(
        "a record that can't be read, or not be ticked",
        "set aside as failed with its reason; others go on",
        "test_hostile_requests.py",
        ("test_a_record", "test_a_damaged", "test_an_executor"),
    ),
    Attack(
        "MetricDefinitions that backtrack",
        "linear time; what can't be run is said in the log",
        "process/test_hostile_training.py",
        "test_a_backtracking_pattern",
    ),
    Attack(
        "CheckpointConfig.LocalPath and channels that lead out of the job's folder",
        "the job fails with the reason",
        "process/test_hostile_training.py",
        "test_checkpoints_stay",
    ),
    Attack(
        "links, pipes and devices in the model, in the checkpoints, as the failure file",
        "not followed, not read; the job ends",
        "process/test_hostile_training.py",
        ("test_links", "test_a_model", "test_only_the_beginning", "test_a_folder"),
    ),
    Attack(
        "NUL in the environment, doubled channels, odd manifests, a request of other types",
        "the job fails with the reason",
        "process/test_hostile_training.py",
        ("test_what_no_process", "test_odd", "test_channels", "test_a_request"),
    ),
    Attack(
        "a log of 60 MB, or that nobody takes",
        "cut with a last line that says so",
        "process/test_log_stream.py",
        "test_a_lo",
    ),
    Attack(
        "torn databases, a torn key, a lost object, a full disk",
        "a sentence with what to do; the rest goes on; what was refused is not there",
        "test_damage.py",
        "test_",
    ),
    Attack(
        "what-ifs of NaN, 10^9 jobs, control characters",
        "refused with the place; the picture is XML",
        "scheduling/test_simulate.py",
        "test_",
    ),
)


@dataclass(frozen=True)
class Thrown:
    """What a seed drew, how much of it, and how often there was which answer."""

    what: str
    count: int
    answers: Mapping[Any, int]

    @property
    def row(self) -> str:
        """The table's row."""
        return f"| {self.what} | {self.count:,} | {self._result()} |"

    def _result(self) -> str:
        if "kept" in self.answers:
            return f"{self.answers['kept']:,} acknowledged jobs and lists are as before"
        taken = sum(count for status, count in self.answers.items() if 0 < status < 400)
        failed, cut = self.answers.get(500, 0), self.answers.get(0, 0)
        refused = self.count - taken - failed - cut
        words = [f"{taken:,} answered", f"{refused:,} refused", f"{failed} of 500"]
        return ", ".join(words + [f"{cut:,} cut off by the sender"] * bool(cut))


def attack_row(attack: Attack, passed: Sequence[str], failed: Sequence[str]) -> str:
    """Write an attack's row from the ids of the tests that ran."""
    held = sum(map(attack.is_shown_by, passed))
    tried = held + sum(map(attack.is_shown_by, failed))
    return f"| {attack.what} | {attack.happens} | {held} of {tried} |"


def write_down(
    thrown: Sequence[Thrown], passed: Sequence[str], failed: Sequence[str], seed: int
) -> None:
    """Put the tables into the document."""
    text = DOCUMENT.read_text()
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    lines = [
        BEGIN,
        "",
        f"The run of {dt.datetime.now(dt.timezone.utc).date()}, seed {seed}. What a seed drew:",
        "",
        "| Thrown at it | How many | What came of it |",
        "| --- | --- | --- |",
        *(row.row for row in thrown),
        "",
        "What was tried on purpose, by the tests in `tests/emulator`:",
        "",
        "| Attack | What happens | Cases that held |",
        "| --- | --- | --- |",
        *(attack_row(attack, passed, failed) for attack in ATTACKS),
        "",
        END,
    ]
    DOCUMENT.write_text(before + "\n".join(lines) + after)

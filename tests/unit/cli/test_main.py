from __future__ import annotations

import os
import subprocess
import sys

import pytest

from sjresource.cli.main import run
from sjresource.cli.terminal.exit_codes import ExitCode, exit_for
from sjresource.errors import NotFound, RequestFailed, Unreachable


def test_without_the_extra_one_line_says_what_to_install() -> None:
    """Both where the command starts and where its first words are to be shown."""
    script = "import sys; sys.modules['click'] = None; from sjresource.cli.main import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False
    )

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        "sjresource: starting sjresource: click is not installed; pip install 'sjresource[cli]'\n"
    )
    later = exit_for(ModuleNotFoundError("No module named 'rich'", name="rich"))
    assert later is not None
    assert later[1] == ExitCode.USAGE
    assert exit_for(ModuleNotFoundError("No module named 'numpy'", name="numpy")) is None


def test_help_loads_neither_pulumi_nor_aws(capsys: pytest.CaptureFixture[str]) -> None:
    """It is what people try first, and must not take a second."""
    script = """
import sys
from sjresource.cli.main import run
assert run(["--help"]) == run(["status", "--help"]) == 0
loaded = {name.partition(".")[0] for name in sys.modules}
assert not loaded & {"pulumi", "boto3", "botocore", "rich", "grpc"}, loaded
"""
    subprocess.run([sys.executable, "-c", script], check=True, capture_output=True)

    assert run(["--version"]) == ExitCode.OK
    assert capsys.readouterr().out.startswith("sjresource 0.")


def test_a_reader_that_has_gone_is_told_by_the_exit_code_alone() -> None:
    """Also where click sees it first, whose own way is exit code 1."""
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        [sys.executable, "-m", "sjresource.cli", "--help"],
        stdout=writer,
        stderr=subprocess.PIPE,
        check=False,
    )
    os.close(writer)

    assert (done.returncode, done.stderr) == (ExitCode.PIPE_CLOSED, b"")


def test_ctrl_c_is_not_followed_by_a_threads_traceback() -> None:
    """Pulumi's reading threads fail when they are cut short; before, a thread's mistake is told."""
    script = """
import signal, threading
from sjresource.cli.main import silence_threads_after_ctrl_c
def fail(word):
    thread = threading.Thread(target=int, args=(word,))
    thread.start()
    thread.join()
silence_threads_after_ctrl_c()
fail("before")
try:
    signal.raise_signal(signal.SIGINT)
except KeyboardInterrupt:
    fail("after")
"""
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )

    assert "'before'" in done.stderr
    assert "'after'" not in done.stderr


@pytest.mark.parametrize("arguments", [["no-such-command"], ["status", "--nonsense"], ["why"]])
def test_a_wrong_call_is_told_as_such(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """With click's own words, and the exit code that shells know."""
    assert run(arguments) == ExitCode.USAGE
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "--help" in shown.err


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (NotFound("reading", "JobQueue", "q"), ExitCode.NOT_FOUND),
        (RequestFailed("reading", "JobQueue", "q", "denied"), ExitCode.AWS),
        (Unreachable("reading", "JobQueue", "q", "no route"), ExitCode.AWS),
    ],
)
def test_errors_of_aws_have_exit_codes_of_their_own(error: Exception, code: ExitCode) -> None:
    """A script tells a job that isn't there from an AWS that is down."""
    assert exit_for(error) == (str(error), code)


def test_a_mistake_of_our_own_is_not_dressed_up() -> None:
    """Whoever reports it needs the traceback."""
    assert exit_for(KeyError("x")) is None


@pytest.mark.parametrize(
    ("typed", "advice"),
    [
        (["statsu"], "no command 'statsu'; did you mean status?"),
        (["ps"], "no command 'ps'; did you mean status?"),
        (["emulator", "strat"], "no command 'strat'; did you mean start or status?"),
        (["\x1b[2J"], r"no command '\x1b[2J'; there are status, watch, why,"),
    ],
)
def test_a_command_that_does_not_exist_is_told_with_what_was_meant(
    typed: list[str], advice: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """A slip of the finger, another program's word, or neither; nothing acts on the terminal."""
    assert run(typed) == ExitCode.USAGE

    said = capsys.readouterr().err
    assert advice in said
    assert "\x1b" not in said

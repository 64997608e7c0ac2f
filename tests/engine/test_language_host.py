"""The stand-in language host's answers, against the official host's rules."""

from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
import sys
import time
from contextlib import closing
from typing import TYPE_CHECKING, Any, cast

import grpc
import pytest
from google.protobuf import empty_pb2, struct_pb2
from pulumi.runtime.proto import language_pb2, language_pb2_grpc
from pulumi_cli import holds_within

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

pytestmark = pytest.mark.stack

# Says by which command and with which variables it was run, and ends with its last argument.
RECORDING = """
printf '%s\\n' "$0" "$@" >> "$RECORDS/commands"
env > "$RECORDS/environment"
for code; do :; done
exit "$code"
"""
FAILS = "echo Traceback >&2; echo 'ValueError: broken' >&2; exit 1"
SLEEPS = "import time; open('ready', 'w').close(); time.sleep(600)"


class Host:
    """A language host that runs, and what an engine asks it."""

    def __init__(self, program: Path, *arguments: str, **environment: str) -> None:
        """Start it as an engine does, in an environment of which only PATH is the tests'."""
        self.process = subprocess.Popen(
            [program, *arguments],
            env={"PATH": os.environ["PATH"], **environment},
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        self.first_line = self.process.stdout.readline()
        self._channel = grpc.insecure_channel(f"127.0.0.1:{self.first_line.strip()}")
        make = cast("Callable[[grpc.Channel], Any]", language_pb2_grpc.LanguageRuntimeStub)
        self.ask = make(self._channel)
        # gRPC hangs up on a call that nobody refers to, and the host ends what it ran.
        self._calls: list[Any] = []

    def about(self, folder: Path, **options: str) -> language_pb2.AboutResponse:
        """Ask which Python would run a folder's project."""
        answer: language_pb2.AboutResponse = self.ask.About(
            language_pb2.AboutRequest(info=project(folder, **options))
        )
        return answer

    def plugins(self, *path: Path) -> list[tuple[str, ...]]:
        """Ask which plugins are needed where `sys.path` is this: name, version and server."""
        request = language_pb2.GetRequiredPackagesRequest(info=project_with(path))
        packages = self.ask.GetRequiredPackages(request).packages
        return [(each.name, each.version, each.server) for each in packages]

    def run(self, folder: Path, *arguments: str, **request: Any) -> language_pb2.RunResponse:
        """Run a folder's program with the interpreter in `venv`."""
        answer: language_pb2.RunResponse = self.start(folder, *arguments, **request).result()
        return answer

    def start(self, folder: Path, *arguments: str, **request: Any) -> Any:
        """Do the same, without a wait for its end."""
        info = project(folder, virtualenv="venv")
        call = self.ask.Run.future(language_pb2.RunRequest(info=info, args=arguments, **request))
        self._calls.append(call)
        return call

    def install(self, folder: Path, **options: str) -> str:
        """Install what a folder's program needs; return what was said."""
        info = project(folder, **options)
        said = self.ask.InstallDependencies(language_pb2.InstallDependenciesRequest(info=info))
        return b"".join(each.stdout for each in said).decode()

    def close(self) -> None:
        """End it; what it runs has half a minute."""
        self._channel.close()
        self.process.terminate()
        self.process.communicate(timeout=60)


@pytest.fixture
def program(engine: Path) -> Path:
    """Return the stand-in."""
    if not (engine.parent / "sdk").is_dir():
        pytest.skip("this engine has Pulumi's own language host")
    return engine / "pulumi-language-python"


@pytest.fixture
def host(program: Path, tmp_path: Path) -> Iterator[Host]:
    """Return one that runs."""
    with closing(Host(program, "--grace=100ms", "engine:2", RECORDS=str(tmp_path))) as running:
        yield running


class TestCommandLine:
    """What an engine says when it starts the host."""

    def test_flags_that_are_not_known_are_ignored(self, program: Path, tmp_path: Path) -> None:
        """Pulumi's YAML host, which has an older engine in it, says where the plugin is."""
        python(tmp_path / "venv", RECORDING)
        arguments = ["--use-executor=/bin/exec", "-v=9", "-root=/plugins/x", "-virtualenv=venv"]
        arguments += ["-typechecker=", "--toolchain=pip", "127.0.0.1:4000"]

        with closing(Host(program, *arguments, RECORDS=str(tmp_path))) as host:
            host.run(tmp_path, "0")

        command = (tmp_path / "commands").read_text().splitlines()
        assert command[1:5] == ["-u", "/bin/exec", "--engine", "127.0.0.1:4000"]

    def test_an_engine_s_own_flags_are_read(self, program: Path, tmp_path: Path) -> None:
        """Today's engine hands over an address, and the exec script is beside the host.

        An address that comes later counts, too; the version is that of the engine beside it.
        """
        python(tmp_path / "venv", RECORDING)

        with closing(Host(program, "--logtostderr", "-v", "9", RECORDS=str(tmp_path))) as host:
            version = host.ask.GetPluginInfo(empty_pb2.Empty()).version
            host.ask.Handshake(language_pb2.LanguageHandshakeRequest(engine_address="later:1"))
            host.run(tmp_path, "0")

        command = (tmp_path / "commands").read_text().splitlines()
        assert command[2:5] == [f"{program}-exec", "--engine", "later:1"]
        said = subprocess.run(
            [program.with_name("pulumi"), "version"], capture_output=True, text=True, check=True
        )
        assert said.stdout.strip() == f"v{version}"


class TestInterpreter:
    """Which Python runs a project."""

    def test_virtualenv_is_relative_to_the_project(self, program: Path, tmp_path: Path) -> None:
        """Its interpreter runs, with the environment that activating it would make."""
        executable = python(tmp_path / "venv", RECORDING)
        given = {"PATH": "/usr/bin:/bin", "PYTHONHOME": "/x", "RECORDS": str(tmp_path)}

        with closing(Host(program, **given)) as host:
            host.run(tmp_path, "0")

        assert (tmp_path / "commands").read_text().splitlines()[0] == str(executable)
        environment = recorded_environment(tmp_path)
        assert environment["PATH"] == f"{tmp_path}/venv/bin:/usr/bin:/bin"
        assert environment["VIRTUAL_ENV"] == f"{tmp_path}/venv"
        assert "PYTHONHOME" not in environment

    def test_uv_toolchain_means_its_own_folder(self, host: Host, tmp_path: Path) -> None:
        """Without a virtualenv option, uv's is .venv."""
        executable = python(tmp_path / ".venv", "echo 3.99.1")

        about = host.about(tmp_path, toolchain="uv")

        assert (about.executable, about.version) == (str(executable), "3.99.1")

    def test_its_version_is_the_one_that_it_says(self, host: Host, tmp_path: Path) -> None:
        """Python itself is asked."""
        said = subprocess.run(
            [sys.executable, "-c", "import platform; print(platform.python_version())"],
            capture_output=True,
            text=True,
            check=True,
        )

        assert host.about(tmp_path, virtualenv=sys.prefix).version == said.stdout.strip()

    def test_pulumi_python_cmd_comes_before_python3(self, program: Path, tmp_path: Path) -> None:
        """It is looked up on PATH like a command."""
        for name in ("python3", "mypython"):
            executable(tmp_path / name, "")
        path = f"{tmp_path}:/bin"

        with closing(Host(program, PATH=path)) as host:
            usual = host.about(tmp_path)
        with closing(Host(program, PATH=path, PULUMI_PYTHON_CMD="mypython")) as host:
            told = host.about(tmp_path)

        assert usual.executable == str(tmp_path / "python3")
        assert told.executable == str(tmp_path / "mypython")

    @pytest.mark.parametrize(
        ("options", "said"),
        [
            ({"virtualenv": "gone"}, "doesn't exist"),
            ({"virtualenv": "."}, "is not a virtual environment"),
            ({"toolchain": "poetry"}, "poetry"),
            ({}, "python3"),
        ],
    )
    def test_no_interpreter_is_said_in_one_line(
        self, program: Path, tmp_path: Path, options: dict[str, str], said: str
    ) -> None:
        """The message names what is missing."""
        with (
            closing(Host(program, PATH=str(tmp_path))) as host,
            pytest.raises(grpc.RpcError, match=said) as raised,
        ):
            host.about(tmp_path, **options)

        assert "\n" not in details(raised.value)

    def test_failing_interpreter_is_an_error_with_its_last_line(
        self, host: Host, tmp_path: Path
    ) -> None:
        """Not its whole traceback."""
        python(tmp_path / "venv", FAILS)

        with pytest.raises(grpc.RpcError, match="ValueError: broken") as raised:
            host.about(tmp_path, virtualenv="venv")

        assert "Traceback" not in details(raised.value)


class TestPackages:
    """What is installed, and which of it needs a plugin."""

    def test_plugin_json_names_the_plugin(self, host: Host, tmp_path: Path) -> None:
        """Name, version and server come from the package's own description."""
        install(
            tmp_path, "pulumi_aws", "7.1.0", {"resource": True, "name": "aws", "version": "7.1.0"}
        )
        install(tmp_path, "vendor_cloud", "2.0", {"resource": True, "server": "https://x"})
        install(tmp_path, "boto3", "1.0.0", None)

        assert host.plugins(tmp_path) == [
            ("aws", "v7.1.0", ""),
            ("vendor-cloud", "v2.0.0", "https://x"),
        ]

    def test_package_of_a_provider_with_parameters_hands_them_on(
        self, host: Host, tmp_path: Path
    ) -> None:
        """As `pulumi package add` writes them; the value is in base64."""
        parameters = {"name": "random", "version": "1.2.3", "value": "aGk="}
        described = {"resource": True, "parameterization": parameters}
        install(tmp_path, "vendor_cloud", "2.0", described)

        request = language_pb2.GetRequiredPackagesRequest(info=project_with([tmp_path]))
        (package,) = host.ask.GetRequiredPackages(request).packages

        given = package.parameterization
        assert (given.name, given.version, given.value) == ("random", "1.2.3", b"hi")

    def test_package_that_says_it_has_no_plugin_needs_none(
        self, host: Host, tmp_path: Path
    ) -> None:
        """`resource: false`, and the packages that are known to have none."""
        install(tmp_path, "pulumi_tools", "1.0.0", {"resource": False})
        install(tmp_path, "pulumi_policy", "1.0.0", None)

        assert host.plugins(tmp_path) == []

    def test_pulumi_package_without_description_is_named_after_itself(
        self, host: Host, tmp_path: Path
    ) -> None:
        """The official host's rule for old packages, one of which may be a single file."""
        install(tmp_path, "pulumi_random", "4.16.0", None)
        (tmp_path / "pulumi_random").rmdir()
        (tmp_path / "pulumi_random").touch()

        assert host.plugins(tmp_path) == [("random", "v4.16.0", "")]

    def test_first_folder_of_the_path_wins(self, host: Host, tmp_path: Path) -> None:
        """As an import would find it; what is no folder has nothing."""
        install(tmp_path / "one", "pulumi_aws", "1.0.0", None)
        install(tmp_path / "two", "pulumi_aws", "2.0.0", None)

        needed = host.plugins(tmp_path / "gone.zip", tmp_path / "one", tmp_path / "two")

        assert needed == [("aws", "v1.0.0", "")]

    @pytest.mark.parametrize(
        ("version", "plugin"),
        [
            ("1.2.3", "1.2.3"),
            ("1.0", "1.0.0"),
            ("1.2.3a4", "1.2.3-alpha.4"),
            ("1.2.3rc4", "1.2.3-rc.4"),
            ("1.2.3.post4.dev5", "1.2.3+post4dev5"),
            ("1!2.0", None),
            ("1.2.3+local", None),
        ],
    )
    def test_python_version_becomes_a_semantic_one(
        self, host: Host, tmp_path: Path, version: str, plugin: str | None
    ) -> None:
        """As the official host translates it; what it can't, needs no plugin."""
        install(tmp_path, "pulumi_x", version, None)

        assert host.plugins(tmp_path) == ([("x", f"v{plugin}", "")] if plugin else [])

    def test_required_packages_are_no_direct_dependencies(self, host: Host, tmp_path: Path) -> None:
        """What another package requires is left out of the direct ones."""
        install(tmp_path, "pulumi", "3.0.0", None, requires=["PyYAML>=6"])
        install(tmp_path, "pyyaml", "6.0", None)

        def dependencies(*, transitive: bool) -> list[tuple[str, str]]:
            request = language_pb2.GetProgramDependenciesRequest(
                info=project_with([tmp_path]), transitiveDependencies=transitive
            )
            answer = host.ask.GetProgramDependencies(request)
            return [(each.name, each.version) for each in answer.dependencies]

        assert dependencies(transitive=False) == [("pulumi", "3.0.0")]
        assert dependencies(transitive=True) == [("pulumi", "3.0.0"), ("pyyaml", "6.0")]


class TestProgram:
    """How a program is started, and what its end means."""

    def test_arguments_follow_the_exec_script(
        self, host: Host, program: Path, tmp_path: Path
    ) -> None:
        """Everything the engine gave is passed on; what it left empty is not."""
        python(tmp_path / "venv", RECORDING)

        host.run(
            tmp_path, "0", project="p", stack="s", monitor_address="m:1", dryRun=True, parallel=4
        )

        assert (tmp_path / "commands").read_text().splitlines() == [
            f"{tmp_path}/venv/bin/python", "-u", f"{program}-exec",
            "--monitor", "m:1", "--engine", "engine:2", "--project", "p",
            "--root_directory", str(tmp_path),
            "--stack", "s", "--dry_run", "true", "--parallel", "4", ".", "0",
        ]  # fmt: skip

    def test_config_travels_in_the_environment(self, host: Host, tmp_path: Path) -> None:
        """Values and the names of the secret ones, as JSON."""
        python(tmp_path / "venv", RECORDING)

        host.run(tmp_path, "0", config={"p:a": "1 < 2"}, configSecretKeys=["p:a"])
        given = recorded_environment(tmp_path)
        host.run(tmp_path, "0")
        none = recorded_environment(tmp_path)

        assert json.loads(given["PULUMI_CONFIG"]) == {"p:a": "1 < 2"}
        assert json.loads(given["PULUMI_CONFIG_SECRET_KEYS"]) == ["p:a"]
        assert (none["PULUMI_CONFIG"], none["PULUMI_CONFIG_SECRET_KEYS"]) == ("{}", "[]")

    def test_exit_codes_mean_what_the_exec_script_says(self, host: Host, tmp_path: Path) -> None:
        """0 is success, 32 that the user has been told, anything else an error."""
        python(tmp_path / "venv", RECORDING)

        assert host.run(tmp_path, "0") == language_pb2.RunResponse()
        assert host.run(tmp_path, "32") == language_pb2.RunResponse(bail=True)
        assert "exit code: 3" in host.run(tmp_path, "3").error


class TestDependencies:
    """How requirements are installed."""

    def test_environment_is_made_before_its_requirements(
        self, program: Path, tmp_path: Path
    ) -> None:
        """Venv first, then pip of the new environment; what they say is shown."""
        (tmp_path / "requirements.txt").touch()
        made = f"echo venv says; cp $0 {tmp_path}/new/bin/python"
        executable(
            tmp_path / "bin" / "python3",
            f'echo "$0" "$@" >> {tmp_path}/commands\n'
            f'case "$2" in venv) mkdir -p {tmp_path}/new/bin; {made};; esac',
        )

        with closing(Host(program, PATH=f"{tmp_path}/bin:/bin")) as host:
            said = host.install(tmp_path, virtualenv="new")

        assert said == "venv says\n"
        assert (tmp_path / "commands").read_text().splitlines() == [
            f"{tmp_path}/bin/python3 -m venv {tmp_path}/new",
            f"{tmp_path}/new/bin/python -m pip install -r requirements.txt",
        ]

    def test_an_engine_that_reads_no_more_does_not_end_the_host(
        self, program: Path, tmp_path: Path
    ) -> None:
        """Or nobody would end what it runs."""
        (tmp_path / "requirements.txt").touch()
        executable(tmp_path / "bin" / "python3", "echo venv says")
        info = project(tmp_path, virtualenv="new")

        with closing(Host(program, PATH=f"{tmp_path}/bin:/bin")) as host:
            assert host.process.stdout is not None
            host.process.stdout.close()
            with pytest.raises(grpc.RpcError, match="broken pipe"):
                host.ask.GetRequiredPackages(language_pb2.GetRequiredPackagesRequest(info=info))
            assert host.process.poll() is None

    def test_failing_installation_is_said(self, program: Path, tmp_path: Path) -> None:
        """With the command that failed."""
        executable(tmp_path / "bin" / "python3", "exit 7")

        with (
            closing(Host(program, PATH=f"{tmp_path}/bin:/bin")) as host,
            pytest.raises(grpc.RpcError, match="venv ended with exit code 7"),
        ):
            host.install(tmp_path, virtualenv="new")

    def test_nothing_is_installed_without_requirements(self, host: Host, tmp_path: Path) -> None:
        """A project without a requirements.txt has what its Python has."""
        assert host.install(tmp_path) == ""

    def test_only_a_missing_or_empty_environment_is_made(
        self, program: Path, tmp_path: Path
    ) -> None:
        """A folder with something in it is the user's."""
        making = f'cp {shlex.quote(sys.executable)} "$3"/made; mkdir -p "$3"/bin'
        executable(
            tmp_path / "bin" / "python3",
            f'mkdir -p "$3"; {making}; printf "#!/bin/sh\\n" > "$3"/bin/python;'
            ' chmod +x "$3"/bin/python',
        )
        (tmp_path / "empty").mkdir()
        (tmp_path / "users").mkdir()
        (tmp_path / "users" / "file").touch()

        def asked(name: str) -> language_pb2.GetRequiredPackagesRequest:
            info = project(tmp_path, virtualenv=name)
            return language_pb2.GetRequiredPackagesRequest(info=info)

        with closing(Host(program, PATH=f"{tmp_path}/bin:/usr/bin:/bin")) as host:
            for name in ("missing", "empty"):
                host.ask.GetRequiredPackages(asked(name))
            with pytest.raises(grpc.RpcError, match="is not a virtual environment"):
                host.ask.GetRequiredPackages(asked("users"))

        made = {name: (tmp_path / name / "made").exists() for name in ("missing", "empty", "users")}
        assert made == {"missing": True, "empty": True, "users": False}


class TestChildren:
    """The certain end of what the host runs."""

    def test_deaf_child_is_killed(self, host: Host, tmp_path: Path) -> None:
        """A child that ignores SIGTERM is dead when `Cancel` returns."""
        call = sleeping(host, tmp_path, "signal.signal(15, signal.SIG_IGN)")

        host.ask.Cancel(empty_pb2.Empty())

        assert "exit code: -9" in call.result(timeout=60).error

    def test_willing_child_may_clean_up(self, program: Path, tmp_path: Path) -> None:
        """SIGTERM comes first, with time to act on it."""
        with closing(Host(program)) as host:
            call = sleeping(host, tmp_path, "signal.signal(15, lambda *_: sys.exit(7))")

            host.ask.Cancel(empty_pb2.Empty())

            assert "exit code: 7" in call.result(timeout=60).error

    def test_end_of_a_child_ends_what_it_has_left(self, host: Host, tmp_path: Path) -> None:
        """A grandchild that would hold the engine's pipes is killed with its parent's end."""
        python(tmp_path / "venv", "sleep 600 & echo 1; echo 2 >&2; exit 3")
        started = time.monotonic()

        said = list(host.ask.RunPlugin(language_pb2.RunPluginRequest(info=project(tmp_path))))

        assert b"".join(each.stdout for each in said) == b"1\n"
        assert b"".join(each.stderr for each in said) == b"2\n"
        assert said[-1].exitcode == 3
        assert time.monotonic() - started < 60

    def test_child_ends_when_the_engine_hangs_up(self, program: Path, tmp_path: Path) -> None:
        """A call that nobody waits for any more has no program."""
        left = f"signal.signal(15, lambda *_: (open({str(tmp_path / 'over')!r}, 'w'), sys.exit(0)))"
        with closing(Host(program, "--grace=30s")) as host:
            call = sleeping(host, tmp_path, left)

            call.cancel()

            assert holds_within(60, (tmp_path / "over").exists)

    def test_nothing_starts_after_the_end(self, program: Path, tmp_path: Path) -> None:
        """A program that is asked for while the host leaves is refused."""
        lasts = "[time.sleep(0.02) for _ in iter(lambda: os.path.exists('told'), True)]"
        steps = f"open('asked', 'w').close(), {lasts}, sys.exit(0)"
        with closing(Host(program, "--grace=10s")) as host:
            sleeping(host, tmp_path, f"signal.signal(15, lambda *_: ({steps}))")

            host.process.send_signal(signal.SIGINT)
            assert holds_within(60, (tmp_path / "asked").exists)
            with pytest.raises(grpc.RpcError, match="leaving"):
                host.run(tmp_path)
            (tmp_path / "told").touch()


def sleeping(host: Host, folder: Path, prepared: str) -> Any:
    """Have the host run a program that is prepared for its end, and sleeps by now."""
    script = f"import os, signal, sys; os.chdir({str(folder)!r}); {prepared}"
    script += "\n" + SLEEPS.replace("time.sleep(600)", "[time.sleep(1) for _ in range(600)]")
    python(folder / "venv", f"exec {shlex.quote(sys.executable)} -c {shlex.quote(script)}")
    call = host.start(folder)
    assert holds_within(60, (folder / "ready").exists)
    return call


def project(folder: Path, **options: str) -> language_pb2.ProgramInfo:
    """Return what an engine says of a folder's project; the options are its runtime's."""
    runtime = struct_pb2.Struct()
    runtime.update(options)
    return language_pb2.ProgramInfo(
        root_directory=str(folder), program_directory=str(folder), entry_point=".", options=runtime
    )


def project_with(path: Any) -> language_pb2.ProgramInfo:
    """Return one whose interpreter says that `sys.path` is this."""
    folder = path[0].parent / "project"
    python(folder / "venv", f"printf '%s\\n' {shlex.join(map(str, path))}")
    return project(folder, virtualenv="venv")


def python(environment: Path, script: str) -> Path:
    """Make what looks like a virtual environment; return its interpreter, which runs a script."""
    return executable(environment / "bin" / "python", script)


def executable(path: Path, script: str) -> Path:
    """Make a command of shell script."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return path


def recorded_environment(folder: Path) -> dict[str, str]:
    """Return the variables of the last program that RECORDING has run."""
    lines = (folder / "environment").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if "=" in line)


def details(error: Any) -> str:
    """Return what a call's error says."""
    return str(error.details())


def install(
    folder: Path,
    name: str,
    version: str,
    plugin: dict[str, object] | None,
    requires: list[str] | None = None,
) -> None:
    """Lay out an installed package, with its pulumi-plugin.json if one is given."""
    (folder / name).mkdir(parents=True)
    described = folder / f"{name}-{version}.dist-info"
    described.mkdir()
    lines = [f"Name: {name}", f"Version: {version}"]
    lines += [f"Requires-Dist: {requirement}" for requirement in requires or []]
    (described / "METADATA").write_text("\n".join(lines))
    if plugin is not None:
        (folder / name / "pulumi-plugin.json").write_text(json.dumps(plugin))

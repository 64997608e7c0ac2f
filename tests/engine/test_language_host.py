"""The stand-in language host's decisions, against the official host's rules."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from engine.language_host.children import Children, outputs
from engine.language_host.command_line import parse_arguments
from engine.language_host.dependencies import install_commands, needs_install
from engine.language_host.interpreter import InterpreterError, ask, choose_interpreter
from engine.language_host.packages import (
    Package,
    PluginNeed,
    installed_packages,
    not_required,
    plugin_need,
    plugin_version,
    required_plugins,
)
from engine.language_host.program import program_command, program_environment, run_response
from pulumi.runtime.proto import language_pb2
from pulumi_cli import holds_within


class TestCommandLine:
    """What an engine says when it starts the host."""

    def test_flags_that_are_not_known_are_ignored(self) -> None:
        """Pulumi's YAML host, which has an older engine in it, says where the plugin is."""
        options = parse_arguments(
            [
                "--use-executor=/bin/exec",
                "-v=9",
                "-root=/plugins/x",
                "-virtualenv=venv",
                "-typechecker=",
                "--toolchain=pip",
                "127.0.0.1:4000",
            ]
        )

        assert options.use_executor == Path("/bin/exec")
        assert options.v == 9
        assert options.engine_address == "127.0.0.1:4000"

    def test_an_engine_s_own_flags_are_read(self) -> None:
        """Today's engine gives its version, and an address."""
        options = parse_arguments(
            ["--use-executor", "/bin/exec", "--engine-version", "3.259.0", "127.0.0.1:4000"]
        )

        assert options.engine_version == "3.259.0"
        assert options.engine_address == "127.0.0.1:4000"


class TestInterpreter:
    """Which Python runs a project."""

    def test_virtualenv_is_relative_to_the_project(self, tmp_path: Path) -> None:
        """Its interpreter runs, with the environment that activating it would make."""
        python = virtual_environment(tmp_path / "venv")

        chosen = choose_interpreter(
            tmp_path, {"virtualenv": "venv"}, {"PATH": "/bin", "PYTHONHOME": "/x"}
        )

        assert chosen.executable == python
        assert chosen.environment == {
            "PATH": f"{tmp_path}/venv/bin:/bin",
            "VIRTUAL_ENV": f"{tmp_path}/venv",
        }

    def test_uv_toolchain_means_its_own_folder(self, tmp_path: Path) -> None:
        """Without a virtualenv option, uv's is .venv."""
        python = virtual_environment(tmp_path / ".venv")

        assert choose_interpreter(tmp_path, {"toolchain": "uv"}, {}).executable == python

    def test_pulumi_python_cmd_comes_before_python3(self, tmp_path: Path) -> None:
        """It is looked up on PATH like a command."""
        for name in ("python3", "mypython"):
            executable(tmp_path / name)
        environment = {"PATH": str(tmp_path)}

        usual = choose_interpreter(tmp_path, {}, environment)
        told = choose_interpreter(tmp_path, {}, {**environment, "PULUMI_PYTHON_CMD": "mypython"})

        assert usual.executable == tmp_path / "python3"
        assert told.executable == tmp_path / "mypython"

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
        self, tmp_path: Path, options: dict[str, str], said: str
    ) -> None:
        """The message names what is missing."""
        with pytest.raises(InterpreterError, match=said) as raised:
            choose_interpreter(tmp_path, options, {"PATH": str(tmp_path)})

        assert "\n" not in str(raised.value)

    def test_failing_interpreter_is_an_error_with_its_last_line(self) -> None:
        """Not its whole traceback."""
        interpreter = choose_interpreter(Path(), {"virtualenv": sys.prefix}, {})

        with pytest.raises(InterpreterError, match="ValueError: broken"):
            ask(interpreter, "raise ValueError('broken')")


class TestPackages:
    """What is installed, and which of it needs a plugin."""

    def test_plugin_json_names_the_plugin(self, tmp_path: Path) -> None:
        """Name, version and server come from the package's own description."""
        install(
            tmp_path, "pulumi_aws", "7.1.0", {"resource": True, "name": "aws", "version": "7.1.0"}
        )
        install(tmp_path, "vendor_cloud", "2.0", {"resource": True, "server": "https://x"})
        install(tmp_path, "boto3", "1.0.0", None)

        needs = required_plugins(installed_packages([str(tmp_path)]))

        assert needs == [
            PluginNeed("aws", "v7.1.0"),
            PluginNeed("vendor-cloud", "v2.0.0", server="https://x"),
        ]

    def test_package_that_says_it_has_no_plugin_needs_none(self, tmp_path: Path) -> None:
        """`resource: false`, and the packages that are known to have none."""
        install(tmp_path, "pulumi_tools", "1.0.0", {"resource": False})
        install(tmp_path, "pulumi_policy", "1.0.0", None)

        assert required_plugins(installed_packages([str(tmp_path)])) == []

    def test_pulumi_package_without_description_is_named_after_itself(self) -> None:
        """The official host's rule for old packages."""
        need = plugin_need(Package("pulumi-random", "4.16.0", Path("/nowhere")))

        assert need == PluginNeed("random", "v4.16.0")

    def test_first_folder_of_the_path_wins(self, tmp_path: Path) -> None:
        """As an import would find it."""
        install(tmp_path / "one", "pulumi_aws", "1.0.0", None)
        install(tmp_path / "two", "pulumi_aws", "2.0.0", None)

        (package,) = installed_packages([str(tmp_path / "one"), str(tmp_path / "two")])

        assert package.version == "1.0.0"

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
    def test_python_version_becomes_a_semantic_one(self, version: str, plugin: str | None) -> None:
        """As the official host translates it; what it can't, needs no plugin."""
        assert plugin_version(version) == plugin

    def test_required_packages_are_no_direct_dependencies(self, tmp_path: Path) -> None:
        """What another package requires is left out of the direct ones."""
        install(tmp_path, "pulumi", "3.0.0", None, requires=["PyYAML>=6"])
        install(tmp_path, "pyyaml", "6.0", None)

        direct = not_required(installed_packages([str(tmp_path)]))

        assert [package.name for package in direct] == ["pulumi"]


class TestProgram:
    """How a program is started, and what its end means."""

    def test_arguments_follow_the_exec_script(self) -> None:
        """Everything the engine gave is passed on; what it left empty is not."""
        request = language_pb2.RunRequest(
            project="p",
            stack="s",
            monitor_address="m:1",
            dryRun=True,
            parallel=4,
            info=language_pb2.ProgramInfo(root_directory="/root", entry_point="."),
            args=["extra"],
        )
        interpreter = choose_interpreter(Path(), {"virtualenv": sys.prefix}, {})

        command = program_command(
            request,
            interpreter=interpreter,
            executor=Path("/exec"),
            engine_address="e:2",
            tracing="",
        )

        assert command == [
            f"{sys.prefix}/bin/python", "-u", "/exec",
            "--monitor", "m:1", "--engine", "e:2", "--project", "p", "--root_directory", "/root",
            "--stack", "s", "--dry_run", "true", "--parallel", "4", ".", "extra",
        ]  # fmt: skip

    def test_config_travels_in_the_environment(self) -> None:
        """Values and the names of the secret ones, as JSON."""
        request = language_pb2.RunRequest(config={"p:a": "1"}, configSecretKeys=["p:a"])
        interpreter = choose_interpreter(Path(), {"virtualenv": sys.prefix}, {})

        environment = program_environment(request, interpreter)

        assert json.loads(environment["PULUMI_CONFIG"]) == {"p:a": "1"}
        assert json.loads(environment["PULUMI_CONFIG_SECRET_KEYS"]) == ["p:a"]

    def test_exit_codes_mean_what_the_exec_script_says(self) -> None:
        """0 is success, 32 that the user has been told, anything else an error."""
        assert run_response(0) == language_pb2.RunResponse()
        assert run_response(32) == language_pb2.RunResponse(bail=True)
        assert "exit code: 3" in run_response(3).error


class TestDependencies:
    """How requirements are installed."""

    def test_environment_is_made_before_its_requirements(self, tmp_path: Path) -> None:
        """Venv first, then pip of the new environment."""
        (tmp_path / "requirements.txt").touch()

        commands = install_commands(Path("/python"), str(tmp_path), tmp_path / "venv")

        assert commands == [
            ["/python", "-m", "venv", f"{tmp_path}/venv"],
            [f"{tmp_path}/venv/bin/python", "-m", "pip", "install", "-r", "requirements.txt"],
        ]

    def test_nothing_is_installed_without_requirements(self, tmp_path: Path) -> None:
        """A project without a requirements.txt has what its Python has."""
        assert install_commands(Path("/python"), str(tmp_path), None) == []

    def test_only_a_missing_or_empty_environment_is_made(self, tmp_path: Path) -> None:
        """A folder with something in it is the user's."""
        (tmp_path / "empty").mkdir()

        assert needs_install(tmp_path / "missing")
        assert needs_install(tmp_path / "empty")
        assert not needs_install(tmp_path)


class TestChildren:
    """The certain end of what the host runs."""

    def test_deaf_child_is_killed(self, tmp_path: Path) -> None:
        """A child that ignores SIGTERM is dead when `stop_all` returns."""
        children = Children(grace_seconds=0.1)
        child = start(children, tmp_path, "import signal; signal.signal(15, signal.SIG_IGN)")

        children.stop_all()

        assert child.poll() == -9

    def test_willing_child_may_clean_up(self, tmp_path: Path) -> None:
        """SIGTERM comes first, with time to act on it."""
        children = Children()
        script = "import signal, sys; signal.signal(15, lambda *_: sys.exit(7))"
        child = start(children, tmp_path, script)

        children.stop_all()

        assert child.poll() == 7

    def test_wait_ends_what_the_child_has_left(self) -> None:
        """A grandchild that would hold the engine's pipes is killed with its parent's end."""
        children = Children()
        script = "import subprocess, sys; subprocess.Popen(['sleep', '600']); print(1, flush=True)"
        child = children.start(
            [sys.executable, "-c", script], cwd=None, environment={}, output=subprocess.PIPE
        )
        killer = threading.Thread(target=children.wait, args=(child,))
        killer.start()
        started = time.monotonic()

        said = b"".join(data for _, data in outputs(child))
        killer.join()

        assert said == b"1\n"
        assert time.monotonic() - started < 60

    def test_nothing_starts_after_the_end(self) -> None:
        """A program that is asked for while the host leaves is refused."""
        children = Children()
        children.end()

        with pytest.raises(OSError, match="leaving"):
            children.start(["true"], cwd=None, environment={})


def start(children: Children, folder: Path, script: str) -> subprocess.Popen[bytes]:
    """Start a child that has run the script, and then sleeps."""
    ready = folder / "ready"
    script += f"\nimport time; open({str(ready)!r}, 'w').close(); time.sleep(600)"
    child = children.start([sys.executable, "-c", script], cwd=None, environment={})
    assert holds_within(30, ready.exists)
    return child


def virtual_environment(folder: Path) -> Path:
    """Make what looks like one; return its interpreter."""
    return executable(folder / "bin" / "python")


def executable(path: Path) -> Path:
    """Make an empty command."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o755)
    return path


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

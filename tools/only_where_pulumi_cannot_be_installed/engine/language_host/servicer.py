"""What the engine asks a Python language host, and the answers.

Every handler follows the official host: same arguments to `pulumi-language-python-exec`, same
variables, same meaning of exit codes. The protocol with its comments:
https://github.com/pulumi/pulumi/blob/master/proto/pulumi/language.proto
"""

# ruff: noqa: N802 - the methods have the protocol's names

from __future__ import annotations

import base64
import json
import shutil
import subprocess
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import grpc
from google.protobuf import empty_pb2, json_format
from pulumi.runtime.proto import language_pb2, language_pb2_grpc, plugin_pb2

from .children import outputs
from .dependencies import install_dependencies, needs_install
from .interpreter import InterpreterError, ask, choose_interpreter, virtual_environment
from .packages import installed_packages, not_required, required_plugins
from .program import program_command, program_environment, run_response

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from .children import Children
    from .interpreter import Interpreter
    from .packages import Package

GENERATOR = "sdk_generator"
"""Pulumi's generators of programs, which are in its official hosts."""


class LanguageHost(language_pb2_grpc.LanguageRuntimeServicer):
    """Answers one engine; its programs are children that `Children` ends."""

    def __init__(
        self,
        *,
        engine_address: str,
        tracing: str,
        executor: Path,
        engine_version: str,
        environment: Mapping[str, str],
        children: Children,
    ) -> None:
        self._engine_address = engine_address
        self._tracing = tracing
        self._executor = executor
        self._engine_version = engine_version
        self._environment = environment
        self._children = children

    def Handshake(
        self, request: language_pb2.LanguageHandshakeRequest, context: grpc.ServicerContext
    ) -> language_pb2.LanguageHandshakeResponse:
        """Learn the engine's address, where it was not on the command line."""
        del context
        self._engine_address = request.engine_address
        return language_pb2.LanguageHandshakeResponse()

    def GetPluginInfo(
        self, request: empty_pb2.Empty, context: grpc.ServicerContext
    ) -> plugin_pb2.PluginInfo:
        """Return the version of the engine that this host was made for."""
        del request, context
        return plugin_pb2.PluginInfo(version=self._engine_version)

    def GetRequiredPackages(
        self, request: language_pb2.GetRequiredPackagesRequest, context: grpc.ServicerContext
    ) -> language_pb2.GetRequiredPackagesResponse:
        """Return the plugin of every installed Pulumi package, imported or not.

        A missing virtual environment is made first, as the official host does.
        """
        options = _options(request.info)
        with _told_to(context):
            folder = virtual_environment(_root(request.info), options)
            if folder is not None and needs_install(folder):
                for output in install_dependencies(
                    request.info.program_directory, folder, self._environment, self._children
                ):
                    print(output.decode(errors="replace"), end="")
            packages = self._packages(request.info)
        return language_pb2.GetRequiredPackagesResponse(
            packages=[
                plugin_pb2.PackageDependency(
                    kind="resource",
                    name=need.name,
                    version=need.version,
                    server=need.server,
                    parameterization=_parameterization(need.parameterization),
                )
                for need in required_plugins(packages)
            ]
        )

    def Run(
        self, request: language_pb2.RunRequest, context: grpc.ServicerContext
    ) -> language_pb2.RunResponse:
        """Run the program; block until it has ended, or end it when the engine hangs up."""
        with _told_to(context):
            interpreter = self._interpreter(request.info)
            command = program_command(
                request,
                interpreter=interpreter,
                executor=self._executor,
                engine_address=self._engine_address,
                tracing=self._tracing,
            )
            environment = program_environment(request, interpreter)
            child = self._children.start(command, cwd=None, environment=environment)
        self._end_with_call(context, child)
        return run_response(self._children.wait(child))

    def RunPlugin(
        self, request: language_pb2.RunPluginRequest, context: grpc.ServicerContext
    ) -> Iterator[language_pb2.RunPluginResponse]:
        """Run a provider that is a Python folder; give its output, then its exit code."""
        with _told_to(context):
            interpreter = self._interpreter(request.info, default_virtualenv="venv")
            child = self._children.start(
                [str(interpreter.executable), request.info.program_directory, *request.args],
                cwd=request.pwd,
                environment={
                    **interpreter.environment,
                    **dict(line.split("=", 1) for line in request.env if "=" in line),
                },
                output=subprocess.PIPE,
            )
        self._end_with_call(context, child)
        for stream, data in outputs(child):
            yield (
                language_pb2.RunPluginResponse(stdout=data)
                if stream == "stdout"
                else language_pb2.RunPluginResponse(stderr=data)
            )
        yield language_pb2.RunPluginResponse(exitcode=self._children.wait(child))

    def InstallDependencies(
        self, request: language_pb2.InstallDependenciesRequest, context: grpc.ServicerContext
    ) -> Iterator[language_pb2.InstallDependenciesResponse]:
        """Make the virtual environment and install requirements.txt, giving pip's output."""
        options = _options(request.info)
        if request.is_plugin:
            options.setdefault("virtualenv", "venv")
        with _told_to(context):
            folder = virtual_environment(_root(request.info), options)
            for output in install_dependencies(
                request.info.program_directory, folder, self._environment, self._children
            ):
                yield language_pb2.InstallDependenciesResponse(stdout=output)

    def About(
        self, request: language_pb2.AboutRequest, context: grpc.ServicerContext
    ) -> language_pb2.AboutResponse:
        """Return which Python would run the program, for `pulumi about`."""
        with _told_to(context):
            interpreter = self._interpreter(request.info)
            version = ask(interpreter, "import platform; print(platform.python_version())")
        return language_pb2.AboutResponse(
            executable=str(interpreter.executable), version=version.strip()
        )

    def GetProgramDependencies(
        self, request: language_pb2.GetProgramDependenciesRequest, context: grpc.ServicerContext
    ) -> language_pb2.GetProgramDependenciesResponse:
        """List what is installed for the program."""
        with _told_to(context):
            packages = self._packages(request.info)
        if not request.transitiveDependencies:
            packages = not_required(packages)
        return language_pb2.GetProgramDependenciesResponse(
            dependencies=[
                language_pb2.DependencyInfo(name=package.name, version=package.version)
                for package in packages
            ]
        )

    def GenerateProgram(
        self, request: language_pb2.GenerateProgramRequest, context: grpc.ServicerContext
    ) -> language_pb2.GenerateProgramResponse:
        """Write the code of what was imported, where Pulumi's generators are on PATH."""
        generator = shutil.which(GENERATOR, path=self._environment.get("PATH", ""))
        if generator is None:
            context.abort(grpc.StatusCode.UNIMPLEMENTED, f"there is no {GENERATOR} on PATH")
        ran = subprocess.run(
            [generator, request.loader_target],
            input=json.dumps(dict(request.source)),
            capture_output=True,
            text=True,
            check=False,
        )
        if ran.returncode != 0:
            context.abort(grpc.StatusCode.UNKNOWN, ran.stderr.strip())
        files = {name: text.encode() for name, text in json.loads(ran.stdout).items()}
        return language_pb2.GenerateProgramResponse(source=files)

    def RuntimeOptionsPrompts(
        self, request: language_pb2.RuntimeOptionsRequest, context: grpc.ServicerContext
    ) -> language_pb2.RuntimeOptionsResponse:
        """Ask nothing: `pulumi new` then leaves the runtime's options alone."""
        del request, context
        return language_pb2.RuntimeOptionsResponse()

    def Template(
        self, request: language_pb2.TemplateRequest, context: grpc.ServicerContext
    ) -> language_pb2.TemplateResponse:
        """Leave a new project as its template made it."""
        del request, context
        return language_pb2.TemplateResponse()

    def Cancel(self, request: empty_pb2.Empty, context: grpc.ServicerContext) -> empty_pb2.Empty:
        """End the program; block until it is dead, seconds at most."""
        del request, context
        self._children.stop_all()
        return empty_pb2.Empty()

    def _end_with_call(self, context: grpc.ServicerContext, child: subprocess.Popen[bytes]) -> None:
        """See that the child doesn't outlive the call, should the engine hang up."""
        if not context.add_callback(lambda: self._children.stop(child)):
            self._children.stop(child)

    def _packages(self, info: language_pb2.ProgramInfo) -> list[Package]:
        script = "import json, sys; print(json.dumps([p for p in sys.path if p]))"
        return installed_packages(json.loads(ask(self._interpreter(info), script)))

    def _interpreter(
        self, info: language_pb2.ProgramInfo, default_virtualenv: str | None = None
    ) -> Interpreter:
        options = _options(info)
        if default_virtualenv is not None:
            options.setdefault("virtualenv", default_virtualenv)
        return choose_interpreter(_root(info), options, self._environment)


@contextmanager
def _told_to(context: grpc.ServicerContext) -> Iterator[None]:
    """Yield the user's mistakes to the engine as one line, without our traceback."""
    try:
        yield
    except (InterpreterError, OSError) as error:
        context.abort(grpc.StatusCode.UNKNOWN, str(error))


def _root(info: language_pb2.ProgramInfo) -> Path:
    return Path(info.root_directory or ".")


def _options(info: language_pb2.ProgramInfo) -> dict[str, Any]:
    return dict(json_format.MessageToDict(info.options))


def _parameterization(given: dict[str, str] | None) -> plugin_pb2.PackageParameterization | None:
    if given is None:
        return None
    return plugin_pb2.PackageParameterization(
        name=given["name"],
        version=given["version"],
        value=base64.b64decode(given.get("value", "")),
    )

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"strings"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/emptypb"
	"google.golang.org/protobuf/types/known/structpb"
)

// generator is a program around Pulumi's generators of programs, which are in its official hosts.
const generator = "sdk_generator"

// languageHost answers one engine; its programs are children.
//
// Every method follows the official host: same arguments to `pulumi-language-python-exec`, same variables, same meaning
// of exit codes. The protocol with its comments:
// https://github.com/pulumi/pulumi/blob/master/proto/pulumi/language.proto
type languageHost struct {
	pulumirpc.UnimplementedLanguageRuntimeServer
	options  options
	children *children
}

// Handshake learns the engine's address, where it was not on the command line.
func (host *languageHost) Handshake(
	_ context.Context, request *pulumirpc.LanguageHandshakeRequest,
) (*pulumirpc.LanguageHandshakeResponse, error) {
	host.options.engineAddress = request.GetEngineAddress()
	return &pulumirpc.LanguageHandshakeResponse{}, nil
}

// GetPluginInfo returns the version of the engine that this host was made for.
func (host *languageHost) GetPluginInfo(context.Context, *emptypb.Empty) (*pulumirpc.PluginInfo, error) {
	return &pulumirpc.PluginInfo{Version: engineVersion}, nil
}

// GetRequiredPackages returns the plugin of every installed Pulumi package. A missing virtual environment is made first,
// as the official host does.
func (host *languageHost) GetRequiredPackages(
	_ context.Context, request *pulumirpc.GetRequiredPackagesRequest,
) (*pulumirpc.GetRequiredPackagesResponse, error) {
	info := request.GetInfo()
	folder, err := virtualEnvironment(rootOf(info), info.GetOptions().GetFields())
	if err != nil {
		return nil, err
	}
	if folder != "" && needsInstall(folder) {
		show := func(said []byte) error { _, err := os.Stdout.Write(said); return err }
		if err := host.installDependencies(info.GetProgramDirectory(), folder, show); err != nil {
			return nil, err
		}
	}
	packages, err := packagesOf(info)
	if err != nil {
		return nil, err
	}
	needs, err := requiredPlugins(packages)
	return &pulumirpc.GetRequiredPackagesResponse{Packages: needs}, err
}

// Run runs the program, and blocks until it has ended, or ends it when the engine hangs up.
func (host *languageHost) Run(
	ctx context.Context, request *pulumirpc.RunRequest,
) (*pulumirpc.RunResponse, error) {
	python, err := chooseInterpreter(rootOf(request.GetInfo()), request.GetInfo().GetOptions().GetFields())
	if err != nil {
		return nil, err
	}
	environment, err := programEnvironment(request, python)
	if err != nil {
		return nil, err
	}
	child, err := host.children.start(host.programCommand(request, python), "", environment, nil, nil)
	if err != nil {
		return nil, err
	}
	defer context.AfterFunc(ctx, func() { host.children.stop(child) })()
	return runResponse(child.wait()), nil
}

// RunPlugin runs a provider that is a Python folder, and gives its output, then its exit code.
func (host *languageHost) RunPlugin(
	request *pulumirpc.RunPluginRequest, stream grpc.ServerStreamingServer[pulumirpc.RunPluginResponse],
) error {
	info := request.GetInfo()
	python, err := chooseInterpreter(rootOf(info), pluginOptions(info.GetOptions()))
	if err != nil {
		return err
	}
	command := append([]string{python.executable, info.GetProgramDirectory()}, request.GetArgs()...)
	environment := append(append([]string{}, python.environment...), request.GetEnv()...)
	child, said, err := host.children.startHeard(command, request.GetPwd(), environment)
	if err != nil {
		return err
	}
	defer context.AfterFunc(stream.Context(), func() { host.children.stop(child) })()
	for each := range said {
		response := &pulumirpc.RunPluginResponse{Output: &pulumirpc.RunPluginResponse_Stdout{Stdout: each.data}}
		if each.isError {
			response.Output = &pulumirpc.RunPluginResponse_Stderr{Stderr: each.data}
		}
		_ = stream.Send(response) // to an engine that has hung up; the child then ends
	}
	code := int32(child.wait())
	return stream.Send(&pulumirpc.RunPluginResponse{Output: &pulumirpc.RunPluginResponse_Exitcode{Exitcode: code}})
}

// InstallDependencies makes the virtual environment and installs requirements.txt, giving pip's output.
func (host *languageHost) InstallDependencies(
	request *pulumirpc.InstallDependenciesRequest,
	stream grpc.ServerStreamingServer[pulumirpc.InstallDependenciesResponse],
) error {
	info := request.GetInfo()
	runtime := info.GetOptions().GetFields()
	if request.GetIsPlugin() {
		runtime = pluginOptions(info.GetOptions())
	}
	folder, err := virtualEnvironment(rootOf(info), runtime)
	if err != nil {
		return err
	}
	return host.installDependencies(info.GetProgramDirectory(), folder, func(said []byte) error {
		return stream.Send(&pulumirpc.InstallDependenciesResponse{Stdout: said})
	})
}

// About returns which Python would run the program; every `up` and preview asks, for its metadata.
func (host *languageHost) About(
	_ context.Context, request *pulumirpc.AboutRequest,
) (*pulumirpc.AboutResponse, error) {
	python, err := chooseInterpreter(rootOf(request.GetInfo()), request.GetInfo().GetOptions().GetFields())
	if err != nil {
		return nil, err
	}
	// Not `platform`, which takes as long to import as Python to start.
	version, err := python.ask("import sys; print(sys.version.split()[0])")
	if err != nil {
		return nil, err
	}
	return &pulumirpc.AboutResponse{Executable: python.executable, Version: strings.TrimSpace(version)}, nil
}

// GetProgramDependencies lists what is installed for the program.
func (host *languageHost) GetProgramDependencies(
	_ context.Context, request *pulumirpc.GetProgramDependenciesRequest,
) (*pulumirpc.GetProgramDependenciesResponse, error) {
	packages, err := packagesOf(request.GetInfo())
	if err != nil {
		return nil, err
	}
	if !request.GetTransitiveDependencies() {
		packages = notRequired(packages)
	}
	response := &pulumirpc.GetProgramDependenciesResponse{}
	for _, each := range packages {
		response.Dependencies = append(
			response.Dependencies, &pulumirpc.DependencyInfo{Name: each.name, Version: each.version})
	}
	return response, nil
}

// GenerateProgram writes the code of what was imported, where Pulumi's generators are on PATH.
func (host *languageHost) GenerateProgram(
	ctx context.Context, request *pulumirpc.GenerateProgramRequest,
) (*pulumirpc.GenerateProgramResponse, error) {
	program, err := exec.LookPath(generator)
	if err != nil {
		return nil, status.Errorf(codes.Unimplemented, "there is no %s on PATH", generator)
	}
	source, err := json.Marshal(request.GetSource())
	if err != nil {
		return nil, err
	}
	var said, wrong bytes.Buffer
	command := exec.CommandContext(ctx, program, request.GetLoaderTarget())
	command.Stdin, command.Stdout, command.Stderr = bytes.NewReader(source), &said, &wrong
	if err := command.Run(); err != nil {
		return nil, fmt.Errorf("%s", strings.TrimSpace(wrong.String()))
	}
	var files map[string]string
	if err := json.Unmarshal(said.Bytes(), &files); err != nil {
		return nil, err
	}
	response := &pulumirpc.GenerateProgramResponse{Source: map[string][]byte{}}
	for name, text := range files {
		response.Source[name] = []byte(text)
	}
	return response, nil
}

// RuntimeOptionsPrompts asks nothing: `pulumi new` then leaves the runtime's options alone.
func (host *languageHost) RuntimeOptionsPrompts(
	context.Context, *pulumirpc.RuntimeOptionsRequest,
) (*pulumirpc.RuntimeOptionsResponse, error) {
	return &pulumirpc.RuntimeOptionsResponse{}, nil
}

// Template leaves a new project as its template made it.
func (host *languageHost) Template(
	context.Context, *pulumirpc.TemplateRequest,
) (*pulumirpc.TemplateResponse, error) {
	return &pulumirpc.TemplateResponse{}, nil
}

// Cancel ends the program, and blocks until it is dead, seconds at most.
func (host *languageHost) Cancel(context.Context, *emptypb.Empty) (*emptypb.Empty, error) {
	host.children.stopAll()
	return &emptypb.Empty{}, nil
}

func packagesOf(info *pulumirpc.ProgramInfo) ([]distribution, error) {
	python, err := chooseInterpreter(rootOf(info), info.GetOptions().GetFields())
	if err != nil {
		return nil, err
	}
	path, err := python.ask(`import sys; print("\n".join(each for each in sys.path if each))`)
	if err != nil {
		return nil, err
	}
	return installedPackages(strings.Split(strings.TrimSpace(path), "\n")), nil
}

func rootOf(info *pulumirpc.ProgramInfo) string {
	if root := info.GetRootDirectory(); root != "" {
		return root
	}
	return "."
}

// pluginOptions are those of a provider: its environment is a folder of its own.
func pluginOptions(given *structpb.Struct) map[string]*structpb.Value {
	fields := maps.Clone(given.GetFields())
	if fields == nil {
		fields = map[string]*structpb.Value{}
	}
	if _, chosen := fields["virtualenv"]; !chosen {
		fields["virtualenv"] = structpb.NewStringValue("venv")
	}
	return fields
}

package main

import (
	"encoding/json"
	"fmt"
	"strconv"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

// toldTheUser is how pulumi-language-python-exec says that the user has been told what is wrong.
const toldTheUser = 32

// programCommand is the command line of a program; what the engine left empty is left out.
func (host *languageHost) programCommand(request *pulumirpc.RunRequest, python interpreter) []string {
	command := []string{python.executable, "-u", host.options.executor}
	for _, flag := range [][2]string{
		{"monitor", request.GetMonitorAddress()},
		{"engine", host.options.engineAddress},
		{"project", request.GetProject()},
		{"root_directory", request.GetInfo().GetRootDirectory()},
		{"stack", request.GetStack()},
		{"pwd", request.GetPwd()},
		{"dry_run", strconv.FormatBool(request.GetDryRun())},
		{"parallel", strconv.Itoa(int(request.GetParallel()))},
		{"tracing", host.options.tracing},
		{"organization", request.GetOrganization()},
	} {
		if flag[1] != "" {
			command = append(command, "--"+flag[0], flag[1])
		}
	}
	entry := request.GetInfo().GetEntryPoint()
	if entry == "" {
		entry = "."
	}
	return append(append(command, entry), request.GetArgs()...)
}

// programEnvironment is that of its interpreter, and the stack's config.
func programEnvironment(request *pulumirpc.RunRequest, python interpreter) ([]string, error) {
	config, secrets := request.GetConfig(), request.GetConfigSecretKeys()
	if config == nil {
		config = map[string]string{}
	}
	if secrets == nil {
		secrets = []string{}
	}
	values, err := json.Marshal(config)
	if err != nil {
		return nil, err
	}
	keys, err := json.Marshal(secrets)
	if err != nil {
		return nil, err
	}
	own := []string{"PULUMI_CONFIG=" + string(values), "PULUMI_CONFIG_SECRET_KEYS=" + string(keys)}
	return append(append([]string{}, python.environment...), own...), nil
}

// runResponse reports to the engine how a program ended; a signal has a negative code.
func runResponse(code int) *pulumirpc.RunResponse {
	switch code {
	case 0:
		return &pulumirpc.RunResponse{}
	case toldTheUser:
		return &pulumirpc.RunResponse{Bail: true}
	default:
		return &pulumirpc.RunResponse{Error: fmt.Sprintf("program exited with non-zero exit code: %d", code)}
	}
}

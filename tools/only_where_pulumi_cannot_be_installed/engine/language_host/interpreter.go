package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"google.golang.org/protobuf/types/known/structpb"
)

// interpreter is a Python to run programs with, and the whole environment of a program that it runs.
type interpreter struct {
	executable  string
	environment []string
}

// virtualEnvironment returns the folder that the runtime's options name, whether it exists or not; "" is none.
func virtualEnvironment(root string, runtime map[string]*structpb.Value) (string, error) {
	toolchain := runtime["toolchain"].GetStringValue()
	name := runtime["virtualenv"].GetStringValue()
	switch toolchain {
	case "", "pip":
	case "uv":
		if name == "" {
			name = ".venv"
		}
	default:
		return "", fmt.Errorf("choosing Python (%s): toolchain %q needs Pulumi's official release", root, toolchain)
	}
	if name == "" || filepath.IsAbs(name) {
		return name, nil
	}
	return filepath.Join(root, name), nil
}

// chooseInterpreter returns the Python that runs the project in a folder, by the official host's rules: option
// `virtualenv` of Pulumi.yaml's runtime, relative to the project, else PULUMI_PYTHON_CMD, else `python3` or `python` on
// PATH. Nothing is made here. Source:
// https://www.pulumi.com/docs/iac/languages-sdks/python/#virtual-environments
func chooseInterpreter(root string, runtime map[string]*structpb.Value) (interpreter, error) {
	folder, err := virtualEnvironment(root, runtime)
	if err != nil {
		return interpreter{}, err
	}
	if folder == "" {
		return pythonOnPath()
	}
	executable := filepath.Join(folder, "bin", "python")
	if found, err := os.Stat(executable); err != nil || found.IsDir() {
		seen := "doesn't exist"
		if _, err := os.Stat(folder); err == nil {
			seen = "is not a virtual environment"
		}
		return interpreter{}, fmt.Errorf("choosing Python (%s): virtualenv '%s' %s; run `python3 -m venv %s` and install"+
			" the project's requirements into it", root, folder, seen, folder)
	}
	return interpreter{executable, activated(folder)}, nil
}

func pythonOnPath() (interpreter, error) {
	names := []string{"python3", "python"}
	if chosen := os.Getenv("PULUMI_PYTHON_CMD"); chosen != "" {
		names = []string{chosen}
	}
	for _, name := range names {
		if found, err := exec.LookPath(name); err == nil {
			return interpreter{found, os.Environ()}, nil
		}
	}
	return interpreter{}, fmt.Errorf(
		"choosing Python (%s): not found on PATH; set PULUMI_PYTHON_CMD or virtualenv", names[0])
}

// activated returns our environment as the environment's `activate` would change it.
func activated(folder string) []string {
	var changed []string
	for _, line := range os.Environ() {
		name, _, _ := strings.Cut(line, "=")
		if name != "PYTHONHOME" && name != "VIRTUAL_ENV" && name != "PATH" {
			changed = append(changed, line)
		}
	}
	path := filepath.Join(folder, "bin") + string(os.PathListSeparator) + os.Getenv("PATH")
	return append(changed, "VIRTUAL_ENV="+folder, "PATH="+path)
}

// ask runs a line of Python, and returns what it prints.
func (it interpreter) ask(script string) (string, error) {
	var said, wrong bytes.Buffer
	command := exec.Command(it.executable, "-c", script)
	command.Env, command.Stdout, command.Stderr = it.environment, &said, &wrong
	err := command.Run()
	var failed *exec.ExitError
	if errors.As(err, &failed) {
		last := "no output"
		if lines := strings.Split(strings.TrimSpace(wrong.String()), "\n"); lines[0] != "" {
			last = lines[len(lines)-1]
		}
		return "", fmt.Errorf("running Python (%s): exit code %d: %s", it.executable, failed.ExitCode(), last)
	}
	return said.String(), err
}

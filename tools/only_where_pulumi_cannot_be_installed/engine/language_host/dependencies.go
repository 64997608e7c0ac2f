package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// needsInstall returns whether the engine must make the environment: it is missing, or an empty folder.
func needsInstall(environment string) bool {
	entries, err := os.ReadDir(environment)
	return errors.Is(err, fs.ErrNotExist) || err == nil && len(entries) == 0
}

// installDependencies installs what a program's requirements.txt asks for, by the official host's commands, with pip,
// and tells what they say as it comes. The environment is made if there is one to make; "" installs for the Python of
// PATH. Without a requirements.txt nothing is installed.
func (host *languageHost) installDependencies(program, environment string, tell func([]byte) error) error {
	python, err := pythonOnPath()
	if err != nil {
		return err
	}
	for _, command := range installCommands(python.executable, program, environment) {
		child, said, err := host.children.startHeard(command, program, os.Environ())
		if err != nil {
			return err
		}
		var untold error
		for each := range said {
			if untold == nil {
				untold = tell(each.data)
			}
		}
		if code := child.wait(); code != 0 {
			return fmt.Errorf("installing dependencies (%s): %s ended with exit code %d", program, command[2], code)
		}
		if untold != nil {
			return untold
		}
	}
	return nil
}

// installCommands lists what is to be run one after another; each is `PYTHON -m MODULE ...`.
func installCommands(python, program, environment string) [][]string {
	var commands [][]string
	if environment != "" {
		commands = append(commands, []string{python, "-m", "venv", environment})
		python = filepath.Join(environment, "bin", "python")
	}
	if file, err := os.Stat(filepath.Join(program, "requirements.txt")); err == nil && file.Mode().IsRegular() {
		commands = append(commands, []string{python, "-m", "pip", "install", "-r", "requirements.txt"})
	}
	return commands
}

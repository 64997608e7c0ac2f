package main

import (
	"bufio"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

// withoutPlugin are Pulumi packages that have no plugin, although they don't say so: the official host's list.
var withoutPlugin = map[string]bool{"pulumi-policy": true, "pulumi-esc-sdk": true}

var (
	installedName = regexp.MustCompile(`^(.+?)-([^-]+)\.dist-info$`)
	separators    = regexp.MustCompile(`[-_.]+`)
	requirement   = regexp.MustCompile(`^Requires-Dist: *([\w.-]+)`)
	pep440        = regexp.MustCompile(`^(\d+(?:\.\d+)*)(?:(a|b|rc)(\d+))?(?:\.post(\d+))?(?:\.dev(\d+))?$`)
	stages        = map[string]string{"a": "alpha", "b": "beta", "rc": "rc"}
)

// distribution is an installed package; its name has hyphens for underscores.
type distribution struct {
	name, version, location string
}

// pluginDescription is a package's pulumi-plugin.json.
type pluginDescription struct {
	Resource         bool   `json:"resource"`
	Name             string `json:"name"`
	Version          string `json:"version"`
	Server           string `json:"server"`
	Parameterization *struct {
		Name    string `json:"name"`
		Version string `json:"version"`
		Value   string `json:"value"`
	} `json:"parameterization"`
}

// installedPackages lists what is installed in the folders of a `sys.path`, the first of a name only. It reads folders,
// in milliseconds, where the official host runs pip.
func installedPackages(searchPath []string) []distribution {
	var found []distribution
	known := map[string]bool{}
	for _, folder := range searchPath {
		entries, _ := os.ReadDir(folder) // what can't be read has nothing to import
		for _, entry := range entries {
			match := installedName.FindStringSubmatch(entry.Name())
			if match == nil || known[normalized(match[1])] {
				continue
			}
			known[normalized(match[1])] = true
			found = append(found, distribution{normalized(match[1]), match[2], folder})
		}
	}
	return found
}

// requiredPlugins returns the plugins of the packages that have one, imported by the program or not, as the official
// host does.
func requiredPlugins(packages []distribution) ([]*pulumirpc.PackageDependency, error) {
	var needs []*pulumirpc.PackageDependency
	for _, each := range packages {
		if withoutPlugin[each.name] {
			continue
		}
		need, err := pluginNeed(each)
		if err != nil {
			return nil, err
		}
		if need != nil {
			needs = append(needs, need)
		}
	}
	return needs, nil
}

// pluginNeed returns the plugin that a package needs, nil for one without. The package's `pulumi-plugin.json` decides;
// without one, a name that begins with `pulumi-` does.
func pluginNeed(of distribution) (*pulumirpc.PackageDependency, error) {
	described := pluginDescription{Resource: true}
	file := filepath.Join(of.location, strings.ReplaceAll(of.name, "-", "_"), "pulumi-plugin.json")
	text, err := os.ReadFile(file)
	switch {
	case err == nil:
		described.Resource = false
		if err := json.Unmarshal(text, &described); err != nil {
			return nil, fmt.Errorf("reading %s: %w", file, err)
		}
	case !errors.Is(err, fs.ErrNotExist):
		// As where the package is one file, which is no folder.
		if info, failed := os.Stat(filepath.Dir(file)); failed == nil && info.IsDir() {
			return nil, err
		}
		fallthrough
	default:
		if !strings.HasPrefix(of.name, "pulumi-") {
			return nil, nil
		}
	}
	version := described.Version
	if version == "" {
		version = pluginVersion(of.version)
	}
	if !described.Resource || version == "" {
		return nil, nil
	}
	need := &pulumirpc.PackageDependency{
		Kind:    "resource",
		Name:    described.Name,
		Version: "v" + strings.TrimPrefix(version, "v"),
		Server:  described.Server,
	}
	if need.Name == "" {
		need.Name = strings.TrimPrefix(of.name, "pulumi-")
	}
	if given := described.Parameterization; given != nil {
		value, err := base64.StdEncoding.DecodeString(given.Value)
		if err != nil {
			return nil, fmt.Errorf("reading %s: parameterization: %w", file, err)
		}
		need.Parameterization = &pulumirpc.PackageParameterization{
			Name: given.Name, Version: given.Version, Value: value,
		}
	}
	return need, nil
}

// pluginVersion turns a package's PEP 440 version into its plugin's semantic one, "" if there is no way.
func pluginVersion(of string) string {
	match := pep440.FindStringSubmatch(of)
	if match == nil {
		return ""
	}
	version := match[1] + strings.Repeat(".0", max(0, 2-strings.Count(match[1], ".")))
	if match[2] != "" {
		version += "-" + stages[match[2]] + "." + match[3]
	}
	suffix := ""
	if match[4] != "" {
		suffix += "post" + match[4]
	}
	if match[5] != "" {
		suffix += "dev" + match[5]
	}
	if suffix != "" {
		version += "+" + suffix
	}
	return version
}

// notRequired keeps the packages that no other of them requires, as `pip list --not-required` does.
func notRequired(packages []distribution) []distribution {
	required := map[string]bool{}
	for _, each := range packages {
		for _, name := range requirementsOf(each) {
			required[normalized(name)] = true
		}
	}
	var left []distribution
	for _, each := range packages {
		if !required[each.name] {
			left = append(left, each)
		}
	}
	return left
}

// requirementsOf reads the headers of what describes a package: the text after them is prose.
func requirementsOf(it distribution) []string {
	folders, _ := filepath.Glob(filepath.Join(it.location, "*-"+it.version+".dist-info"))
	var names []string
	for _, folder := range folders {
		match := installedName.FindStringSubmatch(filepath.Base(folder))
		if match == nil || normalized(match[1]) != it.name {
			continue
		}
		file, err := os.Open(filepath.Join(folder, "METADATA"))
		if err != nil {
			continue
		}
		lines := bufio.NewScanner(file)
		for lines.Scan() && lines.Text() != "" {
			if found := requirement.FindStringSubmatch(lines.Text()); found != nil {
				names = append(names, found[1])
			}
		}
		file.Close()
	}
	return names
}

func normalized(name string) string {
	return strings.ToLower(separators.ReplaceAllString(name, "-"))
}

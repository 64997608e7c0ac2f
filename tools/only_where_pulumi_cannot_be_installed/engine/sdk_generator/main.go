// Writes SDKs of a Pulumi package with Pulumi's own generators, as `pulumi package gen-sdk` does where the
// language hosts are official ones:
//
//	sdk_generator SCHEMA FOLDER LANGUAGE...
//
// With one argument, the address of the engine's loader of schemas, it writes a Python program, as `pulumi import`
// asks the official language host to: from stdin and to stdout, both a JSON object of files by their names.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	gogen "github.com/pulumi/pulumi/pkg/v3/codegen/go"
	"github.com/pulumi/pulumi/pkg/v3/codegen/hcl2/syntax"
	"github.com/pulumi/pulumi/pkg/v3/codegen/nodejs"
	"github.com/pulumi/pulumi/pkg/v3/codegen/pcl"
	"github.com/pulumi/pulumi/pkg/v3/codegen/python"
	"github.com/pulumi/pulumi/pkg/v3/codegen/schema"
)

const tool = "sjresource"

var generators = map[string]func(*schema.Package) (map[string][]byte, error){
	"go": func(pkg *schema.Package) (map[string][]byte, error) {
		return gogen.GeneratePackage(tool, pkg, nil)
	},
	"nodejs": func(pkg *schema.Package) (map[string][]byte, error) {
		return nodejs.GeneratePackage(tool, pkg, nil, nil, false, nil)
	},
	"python": func(pkg *schema.Package) (map[string][]byte, error) {
		return python.GeneratePackage(tool, pkg, nil, nil)
	},
}

func main() {
	if len(os.Args) == 2 {
		if err := generateProgram(os.Args[1]); err != nil {
			fail(err)
		}
		return
	}
	if len(os.Args) < 4 {
		fail(fmt.Errorf("usage: sdk_generator SCHEMA FOLDER LANGUAGE..., or sdk_generator LOADER"))
	}
	if err := generate(os.Args[1], os.Args[2], os.Args[3:]); err != nil {
		fail(err)
	}
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

func generate(file, folder string, languages []string) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	var spec schema.PackageSpec
	if err := json.Unmarshal(text, &spec); err != nil {
		return fmt.Errorf("reading %s: %w", file, err)
	}
	pkg, problems, err := schema.BindSpec(spec, schema.NewPluginLoader(nil), schema.ValidationOptions{})
	if err != nil {
		return err
	}
	if problems.HasErrors() {
		return problems
	}
	for _, language := range languages {
		generator, known := generators[language]
		if !known {
			return fmt.Errorf("there is no generator for %s", language)
		}
		files, err := generator(pkg)
		if err != nil {
			return fmt.Errorf("generating for %s: %w", language, err)
		}
		if err := write(filepath.Join(folder, language), files); err != nil {
			return err
		}
	}
	return nil
}

func generateProgram(loader string) error {
	var source map[string]string
	if err := json.NewDecoder(os.Stdin).Decode(&source); err != nil {
		return fmt.Errorf("reading the program: %w", err)
	}
	client, err := schema.NewLoaderClient(loader)
	if err != nil {
		return err
	}
	parser := syntax.NewParser()
	for name, text := range source {
		if err := parser.ParseFile(strings.NewReader(text), name); err != nil {
			return err
		}
	}
	if parser.Diagnostics.HasErrors() {
		return parser.Diagnostics
	}
	program, problems, err := pcl.BindProgram(
		parser.Files, schema.NewCachedLoader(client), pcl.NonStrictBindOptions()...)
	if err != nil {
		return err
	}
	if problems.HasErrors() {
		return problems
	}
	files, problems, err := python.GenerateProgram(program)
	if err != nil {
		return err
	}
	if problems.HasErrors() {
		return problems
	}
	texts := map[string]string{}
	for name, content := range files {
		texts[name] = string(content)
	}
	return json.NewEncoder(os.Stdout).Encode(texts)
}

func write(folder string, files map[string][]byte) error {
	for name, content := range files {
		path := filepath.Join(folder, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(path, content, 0o644); err != nil {
			return err
		}
	}
	return nil
}

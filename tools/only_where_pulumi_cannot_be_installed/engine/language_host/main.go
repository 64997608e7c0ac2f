// A stand-in for Pulumi's Python language host, for machines that can't download the release.
//
// The engine runs Python programs through a gRPC server named `pulumi-language-python`. The official one comes with
// Pulumi's release only; its Go module is not published, so an engine that is built from modules has none. This program
// serves the same protocol (`pulumirpc.LanguageRuntime`) and runs programs with Pulumi's own
// `pulumi-language-python-exec`, which is beside it.
//
// It does not generate code (`pulumi package add`, `convert`), check types, attach debuggers, or know Poetry.
package main

import (
	"flag"
	"fmt"
	"io"
	"net"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc"
)

// engineVersion is set by the build.
var engineVersion = ""

const (
	// orphanCheck is how often the parent is looked for, so that a killed engine leaves no program behind for long.
	orphanCheck = 500 * time.Millisecond
	// lastAnswers is how long the calls that are under way have to tell the engine that their children are dead.
	lastAnswers = time.Second
	// messageBytes is how long a message may be: a program's config is part of one.
	messageBytes = 400 << 20
)

// options is what the engine says on the command line.
type options struct {
	engineAddress string
	tracing       string
	executor      string
	grace         time.Duration
}

// main prints the port, serves, and leaves on SIGINT, on SIGTERM or with the process that started it. The engine starts
// it as `pulumi-language-python [flags] ENGINE_ADDRESS`, reads the port from the first line of its output, and ends it
// with SIGINT, five seconds later with SIGKILL.
func main() {
	given, err := parseArguments(os.Args[1:])
	if err == nil {
		err = serve(given)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func serve(given options) error {
	leave := make(chan os.Signal, 1)
	signal.Notify(leave, syscall.SIGINT, syscall.SIGTERM)
	// Else writing to an engine that is gone ends this process at once, and its children live on.
	signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE)
	children := newChildren(given.grace)
	server := grpc.NewServer(grpc.MaxRecvMsgSize(messageBytes))
	pulumirpc.RegisterLanguageRuntimeServer(server, &languageHost{options: given, children: children})
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Println(listener.Addr().(*net.TCPAddr).Port)
	go func() { _ = server.Serve(listener) }()
	waitForTheEnd(os.Getppid(), leave)

	// Only then: a host that left before its program would let the program hold the engine's pipes.
	children.end()
	done := make(chan struct{})
	go func() { server.GracefulStop(); close(done) }()
	select {
	case <-done:
	case <-time.After(lastAnswers):
	}
	return nil
}

func waitForTheEnd(parent int, leave <-chan os.Signal) {
	look := time.NewTicker(orphanCheck)
	defer look.Stop()
	for os.Getppid() == parent {
		select {
		case <-leave:
			return
		case <-look.C:
		}
	}
}

// parseArguments ignores flags that are not known, and those that only configure logging: an older engine, as the one in
// Pulumi's YAML host, hands over the runtime's options in them, which are in each request, too. The address is missing
// when somebody attaches to a running host: Handshake brings it then.
func parseArguments(arguments []string) (options, error) {
	var given options
	flags := flag.NewFlagSet("pulumi-language-python", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.StringVar(&given.tracing, "tracing", "", "where traces go")
	flags.StringVar(&given.executor, "use-executor", "", "the script that runs a program; else the one beside the host")
	// Less than the five seconds after which the engine kills the host, and would orphan its children.
	flags.DurationVar(&given.grace, "grace", 3*time.Second, "how long a child has to end by itself")
	flags.Bool("logtostderr", false, "ignored")
	flags.Bool("logflow", false, "ignored")
	flags.Int("v", 0, "ignored")
	unknown := func(argument string) bool {
		name, _, hasValue := strings.Cut(strings.TrimLeft(argument, "-"), "=")
		return strings.HasPrefix(argument, "-") && hasValue && flags.Lookup(name) == nil
	}
	if err := flags.Parse(slices.DeleteFunc(slices.Clone(arguments), unknown)); err != nil {
		return given, err
	}
	given.engineAddress = flags.Arg(0)
	if given.executor == "" {
		own, err := os.Executable()
		if err != nil {
			return given, err
		}
		given.executor = filepath.Join(filepath.Dir(own), "pulumi-language-python-exec")
	}
	return given, nil
}

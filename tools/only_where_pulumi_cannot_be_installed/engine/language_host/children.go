package main

import (
	"errors"
	"io"
	"os"
	"os/exec"
	"sync"
	"syscall"
	"time"
)

// children are the processes that were started here and have not ended yet.
//
// Each leads a session of its own, so that Ctrl-C in a terminal reaches the engine alone and whatever the child has
// started ends with it. SIGTERM asks first: SIGINT would make Python print a KeyboardInterrupt traceback under the
// user's Ctrl-C.
type children struct {
	grace   time.Duration
	lock    sync.Mutex
	running map[*child]struct{}
	ended   bool
}

// child is one of them; `done` is closed when it is dead, and `code` is its exit code then, negative for a signal.
type child struct {
	command *exec.Cmd
	done    chan struct{}
	code    int
}

func newChildren(grace time.Duration) *children {
	return &children{grace: grace, running: map[*child]struct{}{}}
}

// start starts a command, with all of its environment. Where its outputs are nil it has this process's, which the engine
// shows to the user.
func (all *children) start(command []string, folder string, environment []string, stdout, stderr *os.File) (*child, error) {
	started := &child{command: exec.Command(command[0], command[1:]...), done: make(chan struct{})}
	started.command.Dir = folder
	started.command.Env = environment
	started.command.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	started.command.Stdout, started.command.Stderr = os.Stdout, os.Stderr
	if stdout != nil {
		started.command.Stdout, started.command.Stderr = stdout, stderr
	}
	all.lock.Lock()
	defer all.lock.Unlock()
	if all.ended {
		return nil, errors.New("the language host is leaving")
	}
	if err := started.command.Start(); err != nil {
		return nil, err
	}
	all.running[started] = struct{}{}
	go all.reap(started)
	return started, nil
}

// reap waits for a child's end, and kills whatever it has left in its session: such a process would hold the engine's
// pipes, and the engine waits for their end.
func (all *children) reap(it *child) {
	_ = it.command.Wait()
	status := it.command.ProcessState.Sys().(syscall.WaitStatus)
	it.code = status.ExitStatus()
	if status.Signaled() {
		it.code = -int(status.Signal())
	}
	all.lock.Lock()
	delete(all.running, it)
	all.lock.Unlock()
	_ = syscall.Kill(-it.command.Process.Pid, syscall.SIGKILL)
	close(it.done)
}

// wait blocks until a child has ended, and returns its exit code.
func (it *child) wait() int {
	<-it.done
	return it.code
}

// stop ends these children together, and blocks until they are dead, seconds at most.
func (all *children) stop(those ...*child) {
	for _, it := range those {
		it.signal(syscall.SIGTERM)
	}
	late := time.After(all.grace)
	for _, it := range those {
		select {
		case <-it.done:
		case <-late:
			for _, deaf := range those {
				deaf.signal(syscall.SIGKILL)
			}
			late = nil
		}
		<-it.done
	}
}

func (it *child) signal(number syscall.Signal) {
	select {
	case <-it.done: // the group's number may be another's by now
	default:
		_ = syscall.Kill(-it.command.Process.Pid, number)
	}
}

// stopAll ends what is running now.
func (all *children) stopAll() {
	all.lock.Lock()
	var those []*child
	for it := range all.running {
		those = append(those, it)
	}
	all.lock.Unlock()
	all.stop(those...)
}

// end does as stopAll, and has every later start refused.
func (all *children) end() {
	all.lock.Lock()
	all.ended = true
	all.lock.Unlock()
	all.stopAll()
}

// piece is what a child has written at once; `isError` says to which of its outputs.
type piece struct {
	data    []byte
	isError bool
}

// startHeard starts a command and gives what it writes as it comes, until it closes both outputs.
func (all *children) startHeard(command []string, folder string, environment []string) (*child, <-chan piece, error) {
	said := make(chan piece)
	var readers sync.WaitGroup
	var ends [2]*os.File
	for i := range ends {
		reader, writer, err := os.Pipe()
		if err != nil {
			return nil, nil, err
		}
		defer writer.Close() // the child has its own
		ends[i] = writer
		readers.Go(func() { forward(reader, i == 1, said) })
	}
	go func() { readers.Wait(); close(said) }()
	started, err := all.start(command, folder, environment, ends[0], ends[1])
	return started, said, err
}

func forward(reader io.ReadCloser, isError bool, said chan<- piece) {
	defer reader.Close()
	for {
		buffer := make([]byte, 65536)
		length, err := reader.Read(buffer)
		if length > 0 {
			said <- piece{buffer[:length], isError}
		}
		if err != nil {
			return
		}
	}
}

// Package testserver runs a DynaKV server for tests.
package testserver

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// A Server is a running `dynakv serve --memory`.
type Server struct {
	// Address is where it listens, as host:port.
	Address string

	command *exec.Cmd
	stdin   io.Closer
}

// supervise ends the server when its own input ends: when Stop closes it, or when this process ends in whatever way.
const supervise = `"$0" "$@" & server=$!; cat >/dev/null; kill "$server"; wait "$server"`

// Start runs the server, with these variables added to its environment, until it listens. The binary is that of the variable
// DYNAKV_SERVER, or else target/debug/dynakv of the repository.
func Start(environment ...string) (*Server, error) {
	binary, err := find()
	if err != nil {
		return nil, err
	}
	command := exec.Command("sh", "-c", supervise, binary, "serve", "--memory", "--listen", "127.0.0.1:0")
	command.Env = append(os.Environ(), environment...)
	var log bytes.Buffer
	command.Stderr = &log
	stdin, err := command.StdinPipe()
	if err != nil {
		return nil, err
	}
	stdout, err := command.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := command.Start(); err != nil {
		return nil, err
	}
	server := &Server{command: command, stdin: stdin}
	for lines := bufio.NewScanner(stdout); lines.Scan(); {
		address, found := strings.CutPrefix(lines.Text(), "listening on ")
		if found {
			server.Address = address
			go func() { _, _ = io.Copy(io.Discard, stdout) }()
			return server, nil
		}
	}
	server.Stop()
	return nil, fmt.Errorf("%s does not listen:\n%s", binary, log.String())
}

// Stop ends the server, and waits for its end.
func (s *Server) Stop() {
	_ = s.stdin.Close()
	_ = s.command.Wait() // The exit status is that of a process that was told to end.
}

func find() (string, error) {
	if binary := os.Getenv("DYNAKV_SERVER"); binary != "" {
		return binary, nil
	}
	folder, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for ; ; folder = filepath.Dir(folder) {
		binary := filepath.Join(folder, "target", "debug", "dynakv")
		if _, err := os.Stat(binary); err == nil {
			return binary, nil
		}
		if filepath.Dir(folder) == folder {
			return "", errors.New("there is no server: set DYNAKV_SERVER, or run `cargo build --features faults`")
		}
	}
}

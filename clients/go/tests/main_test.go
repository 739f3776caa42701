// Package tests has the tests of the client that need more than the client itself does: the vectors that all languages share,
// traces, and the README.
package tests

import (
	"fmt"
	"os"
	"testing"

	"github.com/dynakv/dynakv/clients/go/internal/testserver"
)

var server *testserver.Server

func TestMain(m *testing.M) {
	os.Exit(run(m))
}

func run(m *testing.M) int {
	started, err := testserver.Start("DYNAKV__ALLOW_DELETE_TABLE=true")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	server = started
	defer server.Stop()
	return m.Run()
}

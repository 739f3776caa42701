package dynakv_test

import (
	"fmt"
	"os"
	"testing"

	"github.com/dynakv/dynakv/clients/go/internal/testserver"
)

// TestMain runs a server for all tests and examples, and tells them by DYNAKV_ADDRESS where it is.
func TestMain(m *testing.M) {
	os.Exit(run(m))
}

func run(m *testing.M) int {
	server, err := testserver.Start()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer server.Stop()
	if err := os.Setenv("DYNAKV_ADDRESS", server.Address); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return m.Run()
}

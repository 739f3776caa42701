package tests

import (
	"os"
	"os/exec"
	"strings"
	"testing"

	dynakv "github.com/dynakv/dynakv/clients/go"
)

// readSharedCounter runs the reader of the example, which ends when the counter has come to 3.
func readSharedCounter(t *testing.T) (string, error) {
	program := exec.CommandContext(t.Context(), "go", "run", ".", "-until", "3", "-every", "10ms")
	program.Dir = "../../../examples/shared-counter/go"
	program.Env = append(os.Environ(), "DYNAKV_ADDRESS="+server.Address)
	said, err := program.CombinedOutput()
	return string(said), err
}

func TestTheReaderOfTheExampleChecksWhatAWriterWrote(t *testing.T) {
	client, err := dynakv.New(server.Address)
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	if _, err := client.Increment(t.Context(), "shared-counter:visits", dynakv.By(3)); err != nil {
		t.Fatal(err)
	}

	for lines, expected := range map[string]string{
		`["one", "two", "three"]`: "3 visits, 3 lines, the last: three\n",
		`["one", "two"]`:          "the counter says 3, the log has 2 lines",
	} {
		if _, err := client.Set(t.Context(), "shared-counter:log", []byte(lines)); err != nil {
			t.Fatal(err)
		}
		if said, err := readSharedCounter(t); !strings.Contains(said, expected) {
			t.Errorf("of %s it said %s, %v", lines, said, err)
		}
	}
	if _, found, err := client.Get(t.Context(), "shared-counter:lock"); found || err != nil {
		t.Errorf("the lock is still held: %v, %v", found, err)
	}
}

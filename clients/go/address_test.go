package dynakv

import (
	"strings"
	"testing"
)

func TestEveryFormOfAddressIsRead(t *testing.T) {
	for text, expected := range map[string]address{
		"127.0.0.1:50051":           {"dns:///127.0.0.1:50051", eitherSecurity},
		" kv.example:443 ":          {"dns:///kv.example:443", eitherSecurity},
		"[::1]:50051":               {"dns:///[::1]:50051", eitherSecurity},
		"http://kv.example":         {"dns:///kv.example:80", plain},
		"http://kv.example:81/":     {"dns:///kv.example:81", plain},
		"https://kv.example":        {"dns:///kv.example:443", encrypted},
		"https://[::1]":             {"dns:///[::1]:443", encrypted},
		"unix:/run/dynakv.sock":     {"unix:/run/dynakv.sock", plain},
		"unix:///run/dynakv.sock":   {"unix:/run/dynakv.sock", plain},
		"unix:relative/dynakv.sock": {"unix:relative/dynakv.sock", plain},
	} {
		if read, err := parseAddress(text); err != nil || read != expected {
			t.Errorf("%q is read as %+v, %v", text, read, err)
		}
	}
}

func TestAnythingElseIsNoAddress(t *testing.T) {
	for _, text := range []string{
		"", "localhost", ":50051", "ftp://host:1", "unix:", "http://", "user:secret@host:1", "host:port", "host:http",
		"host:65536", "https://host/path", "http://host?x=y",
	} {
		if read, err := parseAddress(text); err == nil {
			t.Errorf("%q is read as %+v", text, read)
		}
	}
}

func TestCredentialsInAnAddressAreNotShown(t *testing.T) {
	for _, text := range []string{"http://user:s3cret@host:1", "user:s3@cret@host:1", "ftp://s3cret@host"} {
		_, err := parseAddress(text)
		if err == nil || strings.Contains(err.Error(), "s3") || strings.Contains(err.Error(), "user") ||
			!strings.Contains(err.Error(), "@host") {
			t.Errorf("%q: %v", text, err)
		}
	}
}

package dynakv

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// environment sets these variables, and takes away the others that the client reads.
func environment(t *testing.T, variables map[string]string) {
	for _, name := range []string{
		"DYNAKV_ADDRESS", "DYNAKV_TOKEN", "DYNAKV_TABLE", "DYNAKV_TLS", "DYNAKV_CA_FILE",
		"DYNAKV_CLIENT_CERT_FILE", "DYNAKV_CLIENT_KEY_FILE", "DYNAKV_TLS_SERVER_NAME",
	} {
		t.Setenv(name, variables[name])
	}
}

func TestTheEnvironmentFillsTheSettings(t *testing.T) {
	environment(t, map[string]string{
		"DYNAKV_ADDRESS": "kv.example:443", "DYNAKV_TOKEN": "s3cret", "DYNAKV_TABLE": "orders",
		"DYNAKV_CA_FILE": "ca.pem", "DYNAKV_CLIENT_CERT_FILE": "cert.pem", "DYNAKV_CLIENT_KEY_FILE": "key.pem",
		"DYNAKV_TLS_SERVER_NAME": "kv",
	})
	config := defaultConfig()
	if err := config.readEnv(); err != nil {
		t.Fatal(err)
	}
	expected := TLS{CAFile: "ca.pem", CertFile: "cert.pem", KeyFile: "key.pem", ServerName: "kv"}
	if config.address != "kv.example:443" || config.token != "s3cret" || config.table != "orders" || *config.tls != expected {
		t.Errorf("the settings are %+v", config)
	}
	if config.timeout != 10*time.Second {
		t.Errorf("the default deadline is %v", config.timeout)
	}
}

func TestAnEmptyVariableIsAsGoodAsNone(t *testing.T) {
	environment(t, map[string]string{"DYNAKV_TLS": "false"})
	config := defaultConfig()
	if err := config.readEnv(); err != nil || config.address != DefaultAddress || config.tls != nil {
		t.Errorf("the settings are %+v, %v", config, err)
	}
	environment(t, map[string]string{"DYNAKV_TLS": "1"})
	if err := config.readEnv(); err != nil || config.tls == nil {
		t.Errorf("the settings are %+v, %v", config, err)
	}
}

func TestSettingsThatContradictEachOtherAreRefused(t *testing.T) {
	environment(t, map[string]string{"DYNAKV_CLIENT_CERT_FILE": "cert.pem"})
	if client, err := NewFromEnv(); err == nil {
		t.Errorf("half a client certificate makes %v", client)
	}
	if client, err := New("http://127.0.0.1:1", WithTLS(TLS{})); err == nil {
		t.Errorf("TLS to an address without it makes %v", client)
	}
	if client, err := New("127.0.0.1:1", WithTLS(TLS{CAFile: "/no/such/file"})); err == nil {
		t.Errorf("a file that is not there makes %v", client)
	}
	if client, err := New("127.0.0.1:1", WithToken("two\nlines")); err == nil {
		t.Errorf("a token that no header can carry makes %v", client)
	}
}

func TestATokenIsNeverShown(t *testing.T) {
	token, err := newBearer("s3cret")
	if err != nil {
		t.Fatal(err)
	}
	client, err := New("127.0.0.1:1", WithToken("s3cret"))
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	for _, format := range []string{"%v", "%+v", "%#v", "%s"} {
		if shown := fmt.Sprintf(format+format, token, client); strings.Contains(shown, "s3cret") {
			t.Errorf("%s shows %s", format, shown)
		}
	}
	header, err := token.GetRequestMetadata(t.Context())
	if err != nil || header["authorization"] != "Bearer s3cret" {
		t.Errorf("the header is %v, %v", header, err)
	}
}

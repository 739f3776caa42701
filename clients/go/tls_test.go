package dynakv_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"google.golang.org/grpc/codes"

	dynakv "github.com/dynakv/dynakv/clients/go"
	"github.com/dynakv/dynakv/clients/go/internal/testserver"
)

func overTLS(address, caFile, token string) (*dynakv.Client, error) {
	// snippet: tls
	client, err := dynakv.New(address, // Such as "kv.example:443".
		dynakv.WithTLS(dynakv.TLS{CAFile: caFile}), // TLS{} trusts what the machine trusts.
		dynakv.WithToken(token),
		dynakv.WithTimeout(2*time.Second),
	)
	// end
	return client, err
}

func TestOverTLSWithATokenAndAClientCertificate(t *testing.T) {
	certificate, key := selfSigned(t)
	server, err := testserver.Start(
		"DYNAKV__TLS__CERT="+certificate, "DYNAKV__TLS__KEY="+key, "DYNAKV__TLS__CLIENT_CA="+certificate,
		"DYNAKV__AUTH__TOKENS=[{name = 'orders', token = 's3cret'}]",
	)
	if err != nil {
		t.Fatal(err)
	}
	defer server.Stop()

	for name, variables := range map[string]map[string]string{
		"":                  {"DYNAKV_TOKEN": "s3cret", "DYNAKV_CLIENT_CERT_FILE": certificate, "DYNAKV_CLIENT_KEY_FILE": key},
		"UNAUTHENTICATED":   {"DYNAKV_TOKEN": "other", "DYNAKV_CLIENT_CERT_FILE": certificate, "DYNAKV_CLIENT_KEY_FILE": key},
		"no certificate":    {"DYNAKV_TOKEN": "s3cret", "DYNAKV_CLIENT_CERT_FILE": "", "DYNAKV_CLIENT_KEY_FILE": ""},
		"not to be trusted": {"DYNAKV_TOKEN": "s3cret", "DYNAKV_CA_FILE": "", "DYNAKV_TLS": "true"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv("DYNAKV_ADDRESS", server.Address)
			t.Setenv("DYNAKV_CA_FILE", certificate)
			t.Setenv("DYNAKV_TLS_SERVER_NAME", "localhost")
			for variable, value := range variables {
				t.Setenv(variable, value)
			}
			client, err := dynakv.NewFromEnv(dynakv.WithRetryPolicy(dynakv.RetryPolicy{MaxAttempts: 1}))
			if err != nil {
				t.Fatal(err)
			}
			defer client.Close()
			_, _, err = client.Get(t.Context(), "tls")
			var failed *dynakv.Error
			switch errors.As(err, &failed); {
			case name == "" && err == nil:
			case name == "UNAUTHENTICATED" && failed != nil && failed.Reason == dynakv.ReasonUnauthenticated:
			case name != "" && failed != nil && failed.Code == codes.Unavailable:
			default:
				t.Error(err)
			}
		})
	}
}

func TestTheBuilderConnectsAsTheEnvironmentDoes(t *testing.T) {
	certificate, key := selfSigned(t)
	server, err := testserver.Start(
		"DYNAKV__TLS__CERT="+certificate, "DYNAKV__TLS__KEY="+key,
		"DYNAKV__AUTH__TOKENS=[{name = 'orders', token = 's3cret'}]",
	)
	if err != nil {
		t.Fatal(err)
	}
	defer server.Stop()
	client, err := overTLS(server.Address, certificate, "s3cret")
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	if _, found, err := client.Get(t.Context(), "tls"); found || err != nil {
		t.Error(found, err)
	}
}

// selfSigned makes a certificate for localhost that trusts itself, and gives the files of it and of its key.
func selfSigned(t *testing.T) (certificateFile, keyFile string) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "localhost"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		DNSNames: []string{"localhost"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		KeyUsage:    x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}
	signed, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	encodedKey, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return pemFile(t, "CERTIFICATE", signed), pemFile(t, "PRIVATE KEY", encodedKey)
}

func pemFile(t *testing.T, kind string, content []byte) string {
	path := filepath.Join(t.TempDir(), "file.pem")
	if err := os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: content}), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

package dynakv

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"os"

	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
)

// TLS says how to recognise the server, and how to be recognised by it. The zero value trusts what the machine trusts. Files
// are PEM, and read when the client is made.
type TLS struct {
	// CAFile holds the certificates to trust, and no others. Empty: those that the machine trusts.
	CAFile string
	// CertFile and KeyFile hold the certificate chain and private key for a server that asks for them. Both or neither.
	CertFile, KeyFile string
	// ServerName is the name that the server's certificate must have, where it is not the host of the address.
	ServerName string
}

func (t TLS) config() (*tls.Config, error) {
	config := &tls.Config{ServerName: t.ServerName, MinVersion: tls.VersionTLS12}
	if t.CAFile != "" {
		pem, err := os.ReadFile(t.CAFile)
		if err != nil {
			return nil, fmt.Errorf("dynakv: %w", err)
		}
		config.RootCAs = x509.NewCertPool()
		if !config.RootCAs.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("dynakv: %s holds no certificate", t.CAFile)
		}
	}
	if t.CertFile != "" || t.KeyFile != "" {
		identity, err := tls.LoadX509KeyPair(t.CertFile, t.KeyFile)
		if err != nil {
			return nil, fmt.Errorf("dynakv: client certificate: %w", err)
		}
		config.Certificates = []tls.Certificate{identity}
	}
	return config, nil
}

// transportCredentials agrees what the address and the TLS settings say.
func transportCredentials(to address, settings *TLS) (credentials.TransportCredentials, error) {
	switch {
	case to.security == plain && settings != nil:
		return nil, errors.New("dynakv: the address is one without TLS, but there are TLS settings; write https:// or drop them")
	case settings != nil:
	case to.security == encrypted:
		settings = &TLS{}
	default:
		return insecure.NewCredentials(), nil
	}
	config, err := settings.config()
	if err != nil {
		return nil, err
	}
	return credentials.NewTLS(config), nil
}

// bearer adds a token to every call. It never shows it.
type bearer struct{ header string }

func newBearer(token string) (bearer, error) {
	for _, character := range []byte(token) {
		if character < ' ' || character > '~' {
			return bearer{}, errors.New("dynakv: the token has characters that a token cannot have")
		}
	}
	return bearer{header: "Bearer " + token}, nil
}

func (b bearer) GetRequestMetadata(context.Context, ...string) (map[string]string, error) {
	return map[string]string{"authorization": b.header}, nil
}

// RequireTransportSecurity is false: behind a service mesh it is not the client that speaks TLS.
func (bearer) RequireTransportSecurity() bool { return false }

func (bearer) String() string   { return "bearer token" }
func (bearer) GoString() string { return "bearer token" }

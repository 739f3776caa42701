package dynakv

import (
	"errors"
	"os"
	"time"

	"google.golang.org/grpc"
)

// defaultTimeout is how long a call may take, retries included, if neither its context nor [WithTimeout] says otherwise.
const defaultTimeout = 10 * time.Second

// config is what the options of a client come to.
type config struct {
	address     string
	token       string
	table       string
	timeout     time.Duration
	tls         *TLS
	retry       RetryPolicy
	dialOptions []grpc.DialOption
}

func defaultConfig() config {
	return config{address: DefaultAddress, timeout: defaultTimeout, retry: DefaultRetryPolicy()}
}

// A ClientOption changes a setting of a client.
type ClientOption func(*config)

// WithToken sends this bearer token with every call. Without TLS it travels in the clear. For tokens that change, give
// [grpc.WithPerRPCCredentials] to [WithDialOptions] instead.
func WithToken(token string) ClientOption {
	return func(c *config) { c.token = token }
}

// WithTable is the table of every call that names none with [Table]. Empty: the server's default table.
func WithTable(name string) ClientOption {
	return func(c *config) { c.table = name }
}

// WithTimeout is how long a call may take, retries included, if its context has no deadline: 10 seconds by default.
func WithTimeout(timeout time.Duration) ClientOption {
	return func(c *config) { c.timeout = timeout }
}

// WithTLS speaks TLS. With an https address that happens without this, trusting what the machine trusts.
func WithTLS(tls TLS) ClientOption {
	return func(c *config) { c.tls = &tls }
}

// WithRetryPolicy says how failed calls are sent again.
func WithRetryPolicy(policy RetryPolicy) ClientOption {
	return func(c *config) { c.retry = policy }
}

// WithDialOptions gives gRPC options of its own, after those of this package: stats handlers and interceptors for traces and
// metrics, per-RPC credentials, a dialer, keepalive.
func WithDialOptions(options ...grpc.DialOption) ClientOption {
	return func(c *config) { c.dialOptions = append(c.dialOptions, options...) }
}

// readEnv takes the settings that the environment has. An empty variable is as good as none.
func (c *config) readEnv() error {
	set := func(name string, setting *string) bool {
		value := os.Getenv(name)
		if value != "" {
			*setting = value
		}
		return value != ""
	}
	set("DYNAKV_ADDRESS", &c.address)
	set("DYNAKV_TOKEN", &c.token)
	set("DYNAKV_TABLE", &c.table)

	var tls TLS
	on := os.Getenv("DYNAKV_TLS")
	hasTLS := on == "true" || on == "1"
	hasTLS = set("DYNAKV_CA_FILE", &tls.CAFile) || hasTLS
	hasTLS = set("DYNAKV_TLS_SERVER_NAME", &tls.ServerName) || hasTLS
	hasCertificate := set("DYNAKV_CLIENT_CERT_FILE", &tls.CertFile)
	hasKey := set("DYNAKV_CLIENT_KEY_FILE", &tls.KeyFile)
	if hasCertificate != hasKey {
		return errors.New("dynakv: a client certificate needs both DYNAKV_CLIENT_CERT_FILE and DYNAKV_CLIENT_KEY_FILE")
	}
	if hasTLS || hasCertificate {
		c.tls = &tls
	}
	return nil
}

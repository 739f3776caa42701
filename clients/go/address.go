package dynakv

import (
	"fmt"
	"net"
	"strings"
)

// DefaultAddress is where a client connects to when nothing else is said: what `dynakv serve` listens on by default.
const DefaultAddress = "127.0.0.1:50051"

// security is what an address says of TLS.
type security int

const (
	eitherSecurity security = iota // The TLS settings decide.
	plain                          // http, unix
	encrypted                      // https
)

// An address is where a server listens.
type address struct {
	target   string // As gRPC has it.
	security security
}

// parseAddress reads host:port, http://host:port, https://host:port or unix:/path.
func parseAddress(text string) (address, error) {
	invalid := fmt.Errorf(
		"dynakv: %q is no address: write host:port, http://host:port, https://host:port or unix:/path", withoutCredentials(text),
	)
	trimmed := strings.TrimSpace(text)
	if path, isUnix := strings.CutPrefix(trimmed, "unix:"); isUnix {
		path = strings.TrimPrefix(path, "//")
		if path == "" {
			return address{}, invalid
		}
		return address{target: "unix:" + path, security: plain}, nil
	}
	scheme, authority, hasScheme := strings.Cut(trimmed, "://")
	if !hasScheme {
		// A bare host would go to port 443, where nobody meant it to go.
		return hostAddress(trimmed, "", eitherSecurity, invalid)
	}
	authority = strings.TrimRight(authority, "/")
	switch scheme {
	case "http":
		return hostAddress(authority, "80", plain, invalid)
	case "https":
		return hostAddress(authority, "443", encrypted, invalid)
	}
	return address{}, invalid
}

// hostAddress reads a host with a port, or without where there is a port to fall back to. Credentials do not belong into an
// address; addresses are shown and logged.
func hostAddress(authority, fallbackPort string, security security, invalid error) (address, error) {
	host, port, err := net.SplitHostPort(authority)
	if err != nil && fallbackPort != "" {
		host, port, err = net.SplitHostPort(authority + ":" + fallbackPort)
	}
	if err != nil || host == "" || strings.ContainsAny(host, "@/?#") || !isPort(port) {
		return address{}, invalid
	}
	return address{target: "dns:///" + net.JoinHostPort(host, port), security: security}, nil
}

// withoutCredentials hides what stands before an @: it may be a password, and errors are logged.
func withoutCredentials(text string) string {
	if at := strings.LastIndexByte(text, '@'); at >= 0 {
		return "***" + text[at:]
	}
	return text
}

func isPort(text string) bool {
	_, err := net.LookupPort("tcp", text)
	return err == nil && strings.Trim(text, "0123456789") == ""
}

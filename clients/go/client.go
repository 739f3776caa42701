package dynakv

import (
	"fmt"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/backoff"
	"google.golang.org/grpc/keepalive"

	"github.com/dynakv/dynakv/clients/go/dynakvpb"
)

// Version is the version of this package.
const Version = "0.1.0"

// maxMessageBytes is the largest message that DynaKV sends.
const maxMessageBytes = 16 << 20

// retryBufferBytes lets the largest request be sent again; by default gRPC keeps no more than 256 KB for that.
const retryBufferBytes = 32 << 20

// Client calls one DynaKV service. It is safe for concurrent use, and meant to be made once and shared: all calls go over one
// connection.
type Client struct {
	conn    *grpc.ClientConn
	kv      dynakvpb.KeyValueServiceClient
	items   dynakvpb.ItemServiceClient
	tables  dynakvpb.TableServiceClient
	table   string
	timeout time.Duration
}

// New makes a client of the server at host:port, http://host:port, https://host:port or unix:/path. Without a scheme the TLS
// settings decide between http and https.
//
// It connects at the first call, and again by itself when a connection breaks.
func New(address string, options ...ClientOption) (*Client, error) {
	config := defaultConfig()
	config.address = address
	return config.connect(options)
}

// NewFromEnv makes a client with the settings of the environment; options go before them:
//
//	DYNAKV_ADDRESS            what New takes; without it, DefaultAddress
//	DYNAKV_TOKEN              WithToken
//	DYNAKV_TABLE              WithTable
//	DYNAKV_TLS                true or 1: WithTLS
//	DYNAKV_CA_FILE            TLS.CAFile; implies TLS
//	DYNAKV_CLIENT_CERT_FILE   TLS.CertFile; implies TLS
//	DYNAKV_CLIENT_KEY_FILE    TLS.KeyFile; implies TLS
//	DYNAKV_TLS_SERVER_NAME    TLS.ServerName; implies TLS
func NewFromEnv(options ...ClientOption) (*Client, error) {
	config := defaultConfig()
	if err := config.readEnv(); err != nil {
		return nil, err
	}
	return config.connect(options)
}

func (c *config) connect(options []ClientOption) (*Client, error) {
	for _, option := range options {
		option(c)
	}
	to, err := parseAddress(c.address)
	if err != nil {
		return nil, err
	}
	dialOptions, err := c.grpcOptions(to)
	if err != nil {
		return nil, err
	}
	conn, err := grpc.NewClient(to.target, dialOptions...)
	if err != nil {
		return nil, fmt.Errorf("dynakv: %w", err)
	}
	return &Client{
		conn:    conn,
		kv:      dynakvpb.NewKeyValueServiceClient(conn),
		items:   dynakvpb.NewItemServiceClient(conn),
		tables:  dynakvpb.NewTableServiceClient(conn),
		table:   c.table,
		timeout: c.timeout,
	}, nil
}

func (c *config) grpcOptions(to address) ([]grpc.DialOption, error) {
	security, err := transportCredentials(to, c.tls)
	if err != nil {
		return nil, err
	}
	retries, err := c.retry.serviceConfig()
	if err != nil {
		return nil, err
	}
	options := []grpc.DialOption{
		grpc.WithTransportCredentials(security),
		grpc.WithUserAgent("dynakv-go/" + Version),
		grpc.WithDisableServiceConfig(), // None from DNS: what may be repeated is known here.
		grpc.WithDefaultServiceConfig(retries),
		grpc.WithMaxCallAttempts(max(c.retry.MaxAttempts, 2)),
		grpc.WithDefaultCallOptions(
			grpc.MaxCallRecvMsgSize(maxMessageBytes),
			grpc.MaxRetryRPCBufferSize(retryBufferBytes),
		),
		grpc.WithStatsHandler(recorder{}),
		// A server that was restarted is found again within seconds.
		grpc.WithConnectParams(grpc.ConnectParams{
			Backoff: backoff.Config{
				BaseDelay: 100 * time.Millisecond, Multiplier: 1.6, Jitter: 0.2, MaxDelay: 5 * time.Second,
			},
			MinConnectTimeout: 5 * time.Second,
		}),
		// While calls wait for an answer, a silent connection is probed, and given up if that is not answered.
		grpc.WithKeepaliveParams(keepalive.ClientParameters{Time: 20 * time.Second, Timeout: 10 * time.Second}),
	}
	if c.token != "" {
		token, err := newBearer(c.token)
		if err != nil {
			return nil, err
		}
		options = append(options, grpc.WithPerRPCCredentials(token))
	}
	return append(options, c.dialOptions...), nil
}

// Close ends the connection. Calls that are under way fail.
func (c *Client) Close() error { return c.conn.Close() }

// Conn is the connection, for the stubs of other services of the same server, such as grpc.health.v1.Health.
func (c *Client) Conn() *grpc.ClientConn { return c.conn }

// KeyValueStub is the generated stub of KeyValueService. Its calls have the deadline of their context alone; errors are gRPC's.
func (c *Client) KeyValueStub() dynakvpb.KeyValueServiceClient { return c.kv }

// ItemStub is the generated stub of ItemService, like [Client.KeyValueStub].
func (c *Client) ItemStub() dynakvpb.ItemServiceClient { return c.items }

// TableStub is the generated stub of TableService, like [Client.KeyValueStub].
func (c *Client) TableStub() dynakvpb.TableServiceClient { return c.tables }

// String shows where the client connects to, and nothing that is secret.
func (c *Client) String() string { return fmt.Sprintf("dynakv.Client(%s)", c.conn.Target()) }

package dynakv

import (
	"context"
	"net"
	"sync/atomic"
	"testing"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/grpc/test/bufconn"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"

	"github.com/dynakv/dynakv/clients/go/dynakvpb"
)

// Each RPC is either here or in the service config: one that is added to the proto files makes somebody decide.
var sentOnce = map[string]bool{
	"CompareAndDelete": true, "Increment": true, "UpdateItem": true, "DeleteItem": true, "CreateTable": true, "DeleteTable": true,
}

func TestTheServiceConfigHasEveryMethodThatMayBeSentAgain(t *testing.T) {
	configured := map[string]bool{}
	for _, name := range repeatableMethods() {
		configured[name.Service+"/"+name.Method] = true
	}
	methods := 0
	protoregistry.GlobalFiles.RangeFilesByPackage("dynakv.v1", func(file protoreflect.FileDescriptor) bool {
		for i := range file.Services().Len() {
			service := file.Services().Get(i)
			for j := range service.Methods().Len() {
				name := string(service.Methods().Get(j).Name())
				methods++
				if configured[string(service.FullName())+"/"+name] == sentOnce[name] {
					t.Errorf("%s is sent again: %v", name, !sentOnce[name])
				}
			}
		}
		return true
	})
	if methods != len(configured)+len(sentOnce) {
		t.Errorf("%d methods, of which %d are sent again and %d once", methods, len(configured), len(sentOnce))
	}
}

// flaky answers with these errors, one after the other, and then with success. It counts, and keeps the ids.
type flaky struct {
	dynakvpb.UnimplementedKeyValueServiceServer
	errors []error
	calls  atomic.Int64
	ids    []string
}

func (f *flaky) answer(ctx context.Context, id string) error {
	number := f.calls.Add(1)
	f.ids = append(f.ids, id)
	if int(number) > len(f.errors) {
		return nil
	}
	_ = grpc.SetTrailer(ctx, metadata.Pairs("grpc-retry-pushback-ms", "1"))
	return f.errors[number-1]
}

func (f *flaky) Set(ctx context.Context, request *dynakvpb.SetRequest) (*dynakvpb.SetResponse, error) {
	return &dynakvpb.SetResponse{Version: "1"}, f.answer(ctx, request.GetRequestId())
}

func (f *flaky) Increment(ctx context.Context, request *dynakvpb.IncrementRequest) (*dynakvpb.IncrementResponse, error) {
	return &dynakvpb.IncrementResponse{Value: 1}, f.answer(ctx, request.GetRequestId())
}

func (f *flaky) BatchWrite(ctx context.Context, request *dynakvpb.BatchWriteRequest) (*dynakvpb.BatchWriteResponse, error) {
	applied := &dynakvpb.BatchWriteResult{Outcome: dynakvpb.BatchWriteResult_OUTCOME_APPLIED}
	response := &dynakvpb.BatchWriteResponse{}
	for range request.GetOperations() {
		response.Results = append(response.Results, applied)
	}
	return response, f.answer(ctx, request.GetRequestId())
}

func (f *flaky) TransactWrite(ctx context.Context, request *dynakvpb.TransactWriteRequest) (*dynakvpb.TransactWriteResponse, error) {
	response := &dynakvpb.TransactWriteResponse{Outcome: dynakvpb.TransactWriteResponse_OUTCOME_COMMITTED}
	for range request.GetOperations() {
		response.Results = append(response.Results, &dynakvpb.TransactWriteResult{})
	}
	return response, f.answer(ctx, request.GetRequestId())
}

// clientOf speaks to such a server within the process.
func clientOf(t *testing.T, service *flaky) *Client {
	listener := bufconn.Listen(1 << 20)
	server := grpc.NewServer(grpc.MaxRecvMsgSize(64 << 20))
	dynakvpb.RegisterKeyValueServiceServer(server, service)
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(server.Stop)
	client, err := New("127.0.0.1:1", WithDialOptions(
		grpc.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) { return listener.DialContext(ctx) }),
	))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close() })
	return client
}

var bare = status.Error(codes.Unavailable, "made by a proxy")

// vouched is an error of DynaKV's that says that nothing was written.
func vouched(code codes.Code) error {
	failed, err := status.New(code, "overloaded").WithDetails(&errdetails.ErrorInfo{
		Domain: errorDomain, Reason: string(ReasonOverloaded), Metadata: map[string]string{"outcome": "NOT_APPLIED"},
	})
	if err != nil {
		panic(err)
	}
	return failed.Err()
}

func TestARepeatableCallIsSentAgainUnderTheSameID(t *testing.T) {
	service := &flaky{errors: []error{bare, vouched(codes.ResourceExhausted)}}
	if _, err := clientOf(t, service).Set(t.Context(), "k", nil); err != nil {
		t.Fatal(err)
	}
	if len(service.ids) != 3 || service.ids[0] == "" || service.ids[0] != service.ids[1] || service.ids[1] != service.ids[2] {
		t.Errorf("the ids are %v", service.ids)
	}
}

func TestALargeRequestIsSentAgainToo(t *testing.T) {
	service := &flaky{errors: []error{bare}}
	if _, err := clientOf(t, service).Set(t.Context(), "k", make([]byte, 8<<20)); err != nil {
		t.Fatal(err)
	}
	if service.calls.Load() != 2 {
		t.Errorf("sent %d times", service.calls.Load())
	}
}

func TestWhatARepetitionCouldChangeIsSentOnce(t *testing.T) {
	conditional := []BatchOperation{BatchSet{Key: "a"}, BatchDelete{Key: "b", Expected: ExpectPresent()}}
	for name, send := range map[string]func(*Client) error{
		"increment": func(c *Client) error { _, err := c.Increment(t.Context(), "k"); return err },
		"a batch with a conditional delete": func(c *Client) error {
			_, err := c.BatchWrite(t.Context(), conditional)
			return err
		},
		"a transaction that leaves no version": func(c *Client) error {
			_, err := c.TransactWrite(t.Context(), []TransactOperation{TransactDelete{Key: "k"}})
			return err
		},
	} {
		service := &flaky{errors: []error{bare}}
		err := send(clientOf(t, service))
		unknown, isUnknown := err.(*OutcomeUnknownError)
		if !isUnknown || unknown.RequestID != service.ids[0] || service.calls.Load() != 1 {
			t.Errorf("%s: %v after %d attempts", name, err, service.calls.Load())
		}
	}
}

func TestOtherBatchesAndTransactionsAreSentAgain(t *testing.T) {
	service := &flaky{errors: []error{bare}}
	if _, err := clientOf(t, service).BatchWrite(t.Context(), []BatchOperation{BatchDelete{Key: "k"}}); err != nil {
		t.Error(err)
	}
	service = &flaky{errors: []error{bare}}
	operations := []TransactOperation{TransactDelete{Key: "k"}, TransactSet{Key: "l"}}
	if _, err := clientOf(t, service).TransactWrite(t.Context(), operations); err != nil {
		t.Error(err)
	}
}

func TestAnAttemptThatMayHaveWrittenIsNotForgotten(t *testing.T) {
	service := &flaky{errors: []error{bare, vouched(codes.FailedPrecondition)}}
	_, err := clientOf(t, service).Set(t.Context(), "k", nil)
	if _, isUnknown := err.(*OutcomeUnknownError); !isUnknown {
		t.Errorf("%v", err)
	}
	if ReasonOf(err) != ReasonOverloaded {
		t.Errorf("the reason is %q", ReasonOf(err))
	}
}

func TestTheServersWordAndACallThatWasNeverSentAreCertain(t *testing.T) {
	service := &flaky{errors: []error{vouched(codes.Unavailable), vouched(codes.Internal)}}
	_, err := clientOf(t, service).Set(t.Context(), "k", nil)
	if _, isKnown := err.(*Error); !isKnown {
		t.Errorf("vouched for: %v", err)
	}

	client, err := New("127.0.0.1:1", WithRetryPolicy(RetryPolicy{MaxAttempts: 1}))
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	_, err = client.Increment(t.Context(), "k")
	if failed, isKnown := err.(*Error); !isKnown || failed.Code != codes.Unavailable {
		t.Errorf("nobody listens: %v", err)
	}

	_, err = clientOf(t, &flaky{}).Set(t.Context(), "\xff", nil)
	if failed, isKnown := err.(*Error); !isKnown || failed.Code != codes.Internal {
		t.Errorf("no message: %v", err)
	}
}

package dynakv

import (
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/descriptorpb"

	"github.com/dynakv/dynakv/clients/go/dynakvpb"
)

// RetryPolicy says how calls that failed with UNAVAILABLE or RESOURCE_EXHAUSTED are sent again.
//
// Only calls that the proto files declare as repeatable are, always with the same request id, and never after the call's
// deadline. A server's `grpc-retry-pushback-ms` goes before the backoff. Many failures in a row stop the retries of all calls
// of a client, as gRPC proposal A6 describes, so that they do not keep a server down.
type RetryPolicy struct {
	// MaxAttempts is how often a call is sent at most, the first time included. 1 or less: never again.
	MaxAttempts int
	// InitialBackoff is the pause before the second attempt, give or take a fifth. At least 1 nanosecond.
	InitialBackoff time.Duration
	// MaxBackoff is the longest pause. At least 1 nanosecond.
	MaxBackoff time.Duration
	// BackoffMultiplier is by how much each pause is longer than the one before. More than 0.
	BackoffMultiplier float64
}

// DefaultRetryPolicy is the policy of a client that is given none: 5 attempts, 100 milliseconds to 2 seconds apart.
func DefaultRetryPolicy() RetryPolicy {
	return RetryPolicy{
		MaxAttempts:       5,
		InitialBackoff:    100 * time.Millisecond,
		MaxBackoff:        2 * time.Second,
		BackoffMultiplier: 2,
	}
}

// The parts of a gRPC service config that this package uses.
type (
	serviceConfig struct {
		MethodConfig    []methodConfig   `json:"methodConfig"`
		RetryThrottling *retryThrottling `json:"retryThrottling"`
	}
	methodConfig struct {
		Name        []methodName `json:"name"`
		RetryPolicy retryPolicy  `json:"retryPolicy"`
	}
	methodName struct {
		Service string `json:"service"`
		Method  string `json:"method"`
	}
	retryPolicy struct {
		MaxAttempts          int      `json:"maxAttempts"`
		InitialBackoff       string   `json:"initialBackoff"`
		MaxBackoff           string   `json:"maxBackoff"`
		BackoffMultiplier    float64  `json:"backoffMultiplier"`
		RetryableStatusCodes []string `json:"retryableStatusCodes"`
	}
	retryThrottling struct {
		MaxTokens  int     `json:"maxTokens"`
		TokenRatio float64 `json:"tokenRatio"`
	}
)

// serviceConfig is the policy as gRPC reads it.
func (p RetryPolicy) serviceConfig() (string, error) {
	config := serviceConfig{RetryThrottling: &retryThrottling{MaxTokens: 10, TokenRatio: 0.1}}
	if p.MaxAttempts > 1 {
		config.MethodConfig = []methodConfig{{Name: repeatableMethods(), RetryPolicy: retryPolicy{
			MaxAttempts:          p.MaxAttempts,
			InitialBackoff:       jsonDuration(p.InitialBackoff),
			MaxBackoff:           jsonDuration(p.MaxBackoff),
			BackoffMultiplier:    p.BackoffMultiplier,
			RetryableStatusCodes: []string{"UNAVAILABLE", "RESOURCE_EXHAUSTED"},
		}}}
	}
	text, err := json.Marshal(config)
	if err != nil {
		return "", fmt.Errorf("dynakv: retry policy: %w", err)
	}
	return string(text), nil
}

// repeatableMethods are those that the proto files declare as such. An RPC that is added there is in it by itself.
func repeatableMethods() []methodName {
	var names []methodName
	for _, file := range []protoreflect.FileDescriptor{
		dynakvpb.File_dynakv_v1_kv_proto, dynakvpb.File_dynakv_v1_item_proto, dynakvpb.File_dynakv_v1_table_proto,
	} {
		for i := range file.Services().Len() {
			service := file.Services().Get(i)
			for j := range service.Methods().Len() {
				method := service.Methods().Get(j)
				if isRepeatable(method) {
					names = append(names, methodName{Service: string(service.FullName()), Method: string(method.Name())})
				}
			}
		}
	}
	return names
}

func isRepeatable(method protoreflect.MethodDescriptor) bool {
	options, _ := method.Options().(*descriptorpb.MethodOptions)
	switch options.GetIdempotencyLevel() {
	case descriptorpb.MethodOptions_NO_SIDE_EFFECTS, descriptorpb.MethodOptions_IDEMPOTENT:
		return true
	default:
		return false
	}
}

// jsonDuration is a google.protobuf.Duration as JSON has it.
func jsonDuration(d time.Duration) string {
	return strconv.FormatFloat(d.Seconds(), 'f', -1, 64) + "s"
}

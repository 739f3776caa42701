package tests

import (
	"context"
	"net"
	"strings"
	"testing"

	"go.opentelemetry.io/contrib/instrumentation/google.golang.org/grpc/otelgrpc"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	"go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"

	dynakv "github.com/dynakv/dynakv/clients/go"
	"github.com/dynakv/dynakv/clients/go/dynakvpb"
)

func traced(address string, tracers *trace.TracerProvider, meters *metric.MeterProvider) (*dynakv.Client, error) {
	// snippet: tracing
	client, err := dynakv.New(address, dynakv.WithDialOptions(
		grpc.WithStatsHandler(otelgrpc.NewClientHandler(
			otelgrpc.WithTracerProvider(tracers), // By default, the global ones.
			otelgrpc.WithMeterProvider(meters),
			otelgrpc.WithPropagators(propagation.TraceContext{}),
		)),
	))
	// end
	return client, err
}

// listener answers every Get with a miss, and keeps the metadata.
type listener struct {
	dynakvpb.UnimplementedKeyValueServiceServer
	metadata metadata.MD
}

func (l *listener) Get(ctx context.Context, _ *dynakvpb.GetRequest) (*dynakvpb.GetResponse, error) {
	l.metadata, _ = metadata.FromIncomingContext(ctx)
	return &dynakvpb.GetResponse{}, nil
}

func TestATraceGoesOnInTheServerAndCallsAreMeasured(t *testing.T) {
	socket, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	heard, other := &listener{}, grpc.NewServer()
	dynakvpb.RegisterKeyValueServiceServer(other, heard)
	go func() { _ = other.Serve(socket) }()
	defer other.Stop()

	spans, reader := tracetest.NewInMemoryExporter(), metric.NewManualReader()
	tracers := trace.NewTracerProvider(trace.WithSyncer(spans))
	client, err := traced(socket.Addr().String(), tracers, metric.NewMeterProvider(metric.WithReader(reader)))
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	ctx, parent := tracers.Tracer("test").Start(t.Context(), "parent")
	if _, _, err := client.Get(ctx, "traced"); err != nil {
		t.Fatal(err)
	}
	parent.End()

	ended := spans.GetSpans()
	if len(ended) != 2 || ended[0].Name != "dynakv.v1.KeyValueService/Get" {
		t.Fatalf("the spans are %v", ended)
	}
	call := ended[0].SpanContext
	expected := "00-" + parent.SpanContext().TraceID().String() + "-" + call.SpanID().String() + "-01"
	if sent := strings.Join(heard.metadata.Get("traceparent"), ","); sent != expected {
		t.Errorf("the server was sent %q, not %q", sent, expected)
	}
	var measured metricdata.ResourceMetrics
	if err := reader.Collect(t.Context(), &measured); err != nil || len(measured.ScopeMetrics) == 0 {
		t.Errorf("measured are %v, %v", measured, err)
	}
}

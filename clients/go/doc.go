// Package dynakv is a client of DynaKV, a gRPC key-value service in front of Amazon DynamoDB.
//
//	client, err := dynakv.NewFromEnv()
//	if err != nil {
//		return err
//	}
//	defer client.Close()
//
//	_, err = client.Set(ctx, "greeting", []byte("hello"), dynakv.TTL(time.Minute))
//	entry, found, err := client.Get(ctx, "greeting")
//
// # Results and errors
//
// A miss, a lost race, a condition that did not hold and a cancelled transaction are results. An error is either an [*Error],
// a call that failed and, if it was a write, certainly changed nothing, or an [*OutcomeUnknownError], a write that may or may
// not have happened.
//
// # Deadlines and retries
//
// A context's deadline is that of the call, all its retries included; a context without one is given 10 seconds, or what
// [WithTimeout] says. The server sees the deadline and answers before it.
//
// Calls that failed with UNAVAILABLE or RESOURCE_EXHAUSTED are sent again by gRPC, as `idempotency_level` in the proto files
// allows, always with the same request id; see [RetryPolicy].
//
// # Below
//
// [Client.KeyValueStub], [Client.ItemStub] and [Client.TableStub] are the generated stubs, for what this package does not
// offer, and [Client.Conn] is the connection.
package dynakv

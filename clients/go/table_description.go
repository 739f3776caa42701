package dynakv

import "github.com/dynakv/dynakv/clients/go/dynakvpb"

// A TableDescription is a table as it is.
type TableDescription struct {
	// Name is what requests call it.
	Name string
	// PhysicalName is what DynamoDB calls it.
	PhysicalName string
	// IsDefault: it is the server's default table.
	IsDefault bool
	// Status is DynamoDB's word for its state: ACTIVE, CREATING, UPDATING, DELETING and so on.
	Status string
	// PartitionKey is nil if DynamoDB does not say, as of a table that is being deleted.
	PartitionKey *KeyAttribute
	// SortKey is nil if there is none.
	SortKey *KeyAttribute
	// Indexes are by name.
	Indexes []TableIndex
	// Throughput is provisioned capacity. Nil: on-demand.
	Throughput *Throughput
	// TimeToLive is whether DynamoDB deletes its expired items.
	TimeToLive TimeToLive
	// Attributes are which attribute plays which part of an entry.
	Attributes AttributeRoles
	// Capabilities are what can be done with it.
	Capabilities Capabilities
	// ApproximateItemCount is how many items it had when DynamoDB last counted, up to six hours ago, expired ones included.
	ApproximateItemCount int64
	// ApproximateSizeBytes is its size then.
	ApproximateSizeBytes int64
	// Backend is where it is stored.
	Backend Backend
}

// IsActive is whether it takes reads and writes. One that is being updated does.
func (t TableDescription) IsActive() bool { return t.Status == "ACTIVE" || t.Status == "UPDATING" }

// TimeToLive is how far DynamoDB is with deleting expired items by itself.
type TimeToLive struct {
	// State is how far it is.
	State TTLState
	// Attribute is by which it deletes. Empty if it does not.
	Attribute string
}

// A TTLState is how far DynamoDB is with it.
type TTLState string

const (
	// TTLEnabled means that it does so.
	TTLEnabled TTLState = "ENABLED"
	// TTLEnabling means that it will; that may take an hour.
	TTLEnabling TTLState = "ENABLING"
	// TTLDisabled means that it does not.
	TTLDisabled TTLState = "DISABLED"
	// TTLDisabling means that it will not any more.
	TTLDisabling TTLState = "DISABLING"
	// TTLUnknown means that it cannot be told: DynamoDB did not answer, or the server's role may not ask.
	TTLUnknown TTLState = "UNKNOWN"
)

// AttributeRoles are the names of the attributes that play the parts of an entry.
type AttributeRoles struct {
	// Key is the partition key.
	Key string
	// Value holds the value.
	Value string
	// TTL is the expiry time, in Unix seconds, rounded up.
	TTL string
	// TTLMillis is by how many milliseconds the entry expires before that.
	TTLMillis string
	// Version holds the version.
	Version string
}

// Capabilities are what can be done with a table.
type Capabilities struct {
	// KeyValue: it can hold entries, since its key is one string, under the configured name.
	KeyValue bool
	// DeleteTable: it can be deleted.
	DeleteTable bool
}

// A Backend is where tables are stored.
type Backend string

const (
	// BackendEmbedded is the server itself.
	BackendEmbedded Backend = "EMBEDDED"
	// BackendDynamoDB is Amazon DynamoDB, or what answers in its place.
	BackendDynamoDB Backend = "DYNAMODB"
)

var (
	backends = map[Backend]dynakvpb.Backend{
		BackendEmbedded: dynakvpb.Backend_BACKEND_EMBEDDED,
		BackendDynamoDB: dynakvpb.Backend_BACKEND_DYNAMODB,
	}
	ttlStates = map[TTLState]dynakvpb.TimeToLive_State{
		TTLEnabled:   dynakvpb.TimeToLive_STATE_ENABLED,
		TTLEnabling:  dynakvpb.TimeToLive_STATE_ENABLING,
		TTLDisabled:  dynakvpb.TimeToLive_STATE_DISABLED,
		TTLDisabling: dynakvpb.TimeToLive_STATE_DISABLING,
		TTLUnknown:   dynakvpb.TimeToLive_STATE_UNSPECIFIED,
	}
)

func newTimeToLive(ttl *dynakvpb.TimeToLive) TimeToLive {
	return TimeToLive{State: decode(ttlStates, ttl.GetState()), Attribute: ttl.GetAttribute()}
}

func (c *call) described(table *dynakvpb.Table) (TableDescription, error) {
	if table == nil {
		return TableDescription{}, c.unreadable("no table")
	}
	attributes, capabilities := table.GetAttributes(), table.GetCapabilities()
	description := TableDescription{
		Name:         table.GetName(),
		PhysicalName: table.GetPhysicalName(),
		IsDefault:    table.GetIsDefault(),
		Status:       table.GetStatus(),
		PartitionKey: newKeyAttribute(table.PartitionKey),
		SortKey:      newKeyAttribute(table.SortKey),
		Throughput:   newThroughput(table.Throughput),
		TimeToLive:   newTimeToLive(table.GetTimeToLive()),
		Attributes: AttributeRoles{
			Key: attributes.GetKey(), Value: attributes.GetValue(), TTL: attributes.GetTtl(),
			TTLMillis: attributes.GetTtlMs(), Version: attributes.GetVersion(),
		},
		Capabilities: Capabilities{
			KeyValue: capabilities.GetKeyValue(), DeleteTable: capabilities.GetDeleteTable(),
		},
		ApproximateItemCount: table.GetApproximateItemCount(),
		ApproximateSizeBytes: table.GetApproximateSizeBytes(),
		Backend:              decode(backends, table.GetBackend()),
	}
	for _, index := range table.GetIndexes() {
		description.Indexes = append(description.Indexes, TableIndex{
			Name:         index.GetName(),
			Kind:         decode(indexKinds, index.GetKind()),
			PartitionKey: newKeyAttribute(index.PartitionKey),
			SortKey:      newKeyAttribute(index.SortKey),
			Projection:   decode(indexProjections, index.GetProjection()),
			Projected:    index.GetProjected(),
			Throughput:   newThroughput(index.Throughput),
			Status:       index.GetStatus(),
		})
	}
	return description, nil
}

// newKeyAttribute is nil if there is none.
func newKeyAttribute(key *dynakvpb.KeyAttribute) *KeyAttribute {
	if key == nil {
		return nil
	}
	return &KeyAttribute{Name: key.GetName(), Type: decode(keyTypes, key.GetType())}
}

// newThroughput is nil if there is none.
func newThroughput(throughput *dynakvpb.Throughput) *Throughput {
	if throughput == nil {
		return nil
	}
	return &Throughput{throughput.GetReadCapacityUnits(), throughput.GetWriteCapacityUnits()}
}

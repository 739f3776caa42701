package dynakv

import "github.com/dynakv/dynakv/clients/go/dynakvpb"

// A TableDefinition is what a new table is to be like.
type TableDefinition struct {
	// Name is one of the server's configuration, or on the embedded engine any of 3 to 255 letters, digits, hyphens, underscores
	// or dots. Empty: the table of the call.
	Name string
	// PartitionKey is by default a string, under the name that the server's configuration gives the key.
	PartitionKey *KeyAttribute
	// SortKey is by default none; entries need a table without.
	SortKey *KeyAttribute
	// Indexes are up to 20 global and 5 local ones.
	Indexes []TableIndex
	// Throughput is provisioned capacity instead of on-demand billing.
	Throughput *Throughput
	// EnableTTL enables TTL as well, if the table is ACTIVE at once, which in AWS it is not: then [Client.EnableTTL] does so later.
	EnableTTL bool
}

// A KeyAttribute is a key of a table or index.
type KeyAttribute struct {
	// Name is 1 to 255 bytes.
	Name string
	// Type is KeyString in a definition that says nothing.
	Type KeyType
}

// A KeyType is the type of a key, under DynamoDB's name of it.
type KeyType string

// The types that a key may have.
const (
	KeyString KeyType = "S"
	KeyNumber KeyType = "N"
	KeyBinary KeyType = "B"
)

// An IndexKind is what an index spans.
type IndexKind string

const (
	// GlobalIndex spans all partitions of the table; eventually consistent.
	GlobalIndex IndexKind = "GLOBAL"
	// LocalIndex spans each partition by itself: the same partition key, another sort key.
	LocalIndex IndexKind = "LOCAL"
)

// An IndexProjection is which attributes an index holds beside its keys and the table's.
type IndexProjection string

const (
	// ProjectAll is all attributes.
	ProjectAll IndexProjection = "ALL"
	// ProjectKeys is none. A query of the index reads the table as well, to see what has expired.
	ProjectKeys IndexProjection = "KEYS_ONLY"
	// ProjectSome is those in Projected; in a definition also those of the expiry time.
	ProjectSome IndexProjection = "INCLUDE"
)

// A TableIndex is a secondary index, of a new table or as it is.
type TableIndex struct {
	// Name is 3 to 255 letters, digits, hyphens, underscores or dots.
	Name string
	// Kind is GlobalIndex in a definition that says nothing.
	Kind IndexKind
	// PartitionKey may be nil in the definition of a local index: it is the table's.
	PartitionKey *KeyAttribute
	// SortKey is nil if there is none. A local index has one.
	SortKey *KeyAttribute
	// Projection is ProjectAll in a definition that says nothing.
	Projection IndexProjection
	// Projected are, with ProjectSome, the names of the attributes.
	Projected []string
	// Throughput is provisioned capacity. Nil: on-demand, or as the table's.
	Throughput *Throughput
	// Status is DynamoDB's word for its state, such as ACTIVE. Empty of a local index, which has the table's; no part of a
	// definition.
	Status string
}

// Throughput is provisioned capacity.
type Throughput struct {
	// ReadCapacityUnits a second, at least 1.
	ReadCapacityUnits int64
	// WriteCapacityUnits a second, at least 1.
	WriteCapacityUnits int64
}

// The words of the wire; those of zero are not there.
var (
	keyTypes = map[KeyType]dynakvpb.KeyAttribute_Type{
		KeyString: dynakvpb.KeyAttribute_TYPE_S,
		KeyNumber: dynakvpb.KeyAttribute_TYPE_N,
		KeyBinary: dynakvpb.KeyAttribute_TYPE_B,
	}
	indexKinds = map[IndexKind]dynakvpb.TableIndex_Kind{
		GlobalIndex: dynakvpb.TableIndex_KIND_GLOBAL,
		LocalIndex:  dynakvpb.TableIndex_KIND_LOCAL,
	}
	indexProjections = map[IndexProjection]dynakvpb.TableIndex_Projection{
		ProjectAll:  dynakvpb.TableIndex_PROJECTION_ALL,
		ProjectKeys: dynakvpb.TableIndex_PROJECTION_KEYS_ONLY,
		ProjectSome: dynakvpb.TableIndex_PROJECTION_INCLUDE,
	}
)

// encode is the number of a word; 0 of one that is not given.
func encode[W ~string, N comparable](words map[W]N, word W) (N, error) {
	number, known := words[word]
	if !known && word != "" {
		return number, convertErrorf("a table knows no %q", string(word))
	}
	return number, nil
}

// decode is the word of a number; empty if there is none.
func decode[W ~string, N comparable](words map[W]N, number N) W {
	for word, its := range words {
		if its == number {
			return word
		}
	}
	return ""
}

func (d TableDefinition) wire(table string) (*dynakvpb.CreateTableRequest, error) {
	request := &dynakvpb.CreateTableRequest{
		Table: ownOr(d.Name, table), Throughput: d.Throughput.wire(), EnableTtl: d.EnableTTL,
	}
	var err error
	if request.PartitionKey, err = d.PartitionKey.wire(); err != nil {
		return nil, err
	}
	if request.SortKey, err = d.SortKey.wire(); err != nil {
		return nil, err
	}
	for _, index := range d.Indexes {
		wire, err := index.wire()
		if err != nil {
			return nil, err
		}
		request.Indexes = append(request.Indexes, wire)
	}
	return request, nil
}

func (k *KeyAttribute) wire() (*dynakvpb.KeyAttribute, error) {
	if k == nil {
		return nil, nil
	}
	keyType, err := encode(keyTypes, k.Type)
	return &dynakvpb.KeyAttribute{Name: k.Name, Type: keyType}, err
}

func (t *Throughput) wire() *dynakvpb.Throughput {
	if t == nil {
		return nil
	}
	return &dynakvpb.Throughput{ReadCapacityUnits: t.ReadCapacityUnits, WriteCapacityUnits: t.WriteCapacityUnits}
}

func (i TableIndex) wire() (*dynakvpb.TableIndex, error) {
	index := &dynakvpb.TableIndex{Name: i.Name, Projected: i.Projected, Throughput: i.Throughput.wire()}
	var err error
	if index.Kind, err = encode(indexKinds, i.Kind); err != nil {
		return nil, err
	}
	if index.Projection, err = encode(indexProjections, i.Projection); err != nil {
		return nil, err
	}
	if index.PartitionKey, err = i.PartitionKey.wire(); err != nil {
		return nil, err
	}
	index.SortKey, err = i.SortKey.wire()
	return index, err
}

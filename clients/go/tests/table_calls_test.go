package tests

import (
	"context"

	dynakv "github.com/dynakv/dynakv/clients/go"
)

func createTable(ctx context.Context, client *dynakv.Client, a args) (any, error) {
	definition := dynakv.TableDefinition{
		PartitionKey: a.keyAttribute("partition_key"), SortKey: a.keyAttribute("sort_key"),
		Throughput: a.throughput(), EnableTTL: a.is("enable_ttl"),
	}
	for _, given := range a.list("indexes") {
		definition.Indexes = append(definition.Indexes, args{values: given.(map[string]any)}.index())
	}
	table, err := client.CreateTable(ctx, definition, common(a)...)
	return tableDocument(table), err
}

func (a args) index() dynakv.TableIndex {
	index := dynakv.TableIndex{
		Name: a.text("name"), Kind: dynakv.IndexKind(a.text("kind")),
		PartitionKey: a.keyAttribute("partition_key"), SortKey: a.keyAttribute("sort_key"),
		Projection: dynakv.IndexProjection(a.text("projection")), Throughput: a.throughput(),
	}
	for _, name := range a.list("projected") {
		index.Projected = append(index.Projected, name.(string))
	}
	return index
}

func (a args) keyAttribute(name string) *dynakv.KeyAttribute {
	if !a.has(name) {
		return nil
	}
	key := a.part(name)
	return &dynakv.KeyAttribute{Name: key.text("name"), Type: dynakv.KeyType(key.text("type"))}
}

func (a args) throughput() *dynakv.Throughput {
	if !a.has("throughput") {
		return nil
	}
	units := a.part("throughput")
	return &dynakv.Throughput{
		ReadCapacityUnits:  int64(units.number("read_capacity_units")),
		WriteCapacityUnits: int64(units.number("write_capacity_units")),
	}
}

func describeTable(ctx context.Context, client *dynakv.Client, a args) (any, error) {
	table, err := client.DescribeTable(ctx, common(a)...)
	return tableDocument(table), err
}

func listTables(ctx context.Context, client *dynakv.Client, a args) (any, error) {
	tables := []any{}
	for table, err := range client.ListTables(given[dynakv.ListTablesOption](common(a))...).All(ctx) {
		if err != nil {
			return nil, err
		}
		tables = append(tables, document{
			"name": table.Name, "physical_name": table.PhysicalName, "is_default": table.IsDefault,
		})
	}
	return document{"tables": tables}, nil
}

func enableTTL(ctx context.Context, client *dynakv.Client, a args) (any, error) {
	ttl, err := client.EnableTTL(ctx, common(a)...)
	return ttlDocument(ttl), err
}

func deleteTable(ctx context.Context, client *dynakv.Client, a args) (any, error) {
	return document{}, client.DeleteTable(ctx, a.text("table"), common(a)...)
}

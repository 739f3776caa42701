package dynakv

import (
	"context"

	"github.com/dynakv/dynakv/clients/go/dynakvpb"
)

// CreateTable makes a table, and returns without waiting until it is ACTIVE; [Client.DescribeTable] tells. By default it has one
// key, a string, as entries need it, on-demand billing and no indexes.
//
// Never sent again by itself: a second attempt would say that the table exists.
func (c *Client) CreateTable(ctx context.Context, definition TableDefinition, options ...CallOption) (TableDescription, error) {
	made := newTableChange(c, options)
	request, err := definition.wire(made.table)
	if err != nil {
		return TableDescription{}, err
	}
	response, err := invoke(ctx, made, c.tables.CreateTable, request)
	if err != nil {
		return TableDescription{}, err
	}
	return made.described(response.GetTable())
}

// DescribeTable says what a table is like: the one of [Table], or the default one.
func (c *Client) DescribeTable(ctx context.Context, options ...CallOption) (TableDescription, error) {
	made := newRead(c, options)
	response, err := invoke(ctx, made, c.tables.DescribeTable, &dynakvpb.DescribeTableRequest{Table: made.table})
	if err != nil {
		return TableDescription{}, err
	}
	return made.described(response.GetTable())
}

// A ListedTable is a table that the server serves.
type ListedTable struct {
	// Name is what requests call it.
	Name string
	// PhysicalName is what DynamoDB calls it.
	PhysicalName string
	// IsDefault: it is the server's default table.
	IsDefault bool
}

// ListTables lists the tables that the server serves, the default one first.
func (c *Client) ListTables(options ...ListTablesOption) *Results[ListedTable] {
	made := newRead(c, options)
	return &Results[ListedTable]{made.pageToken, func(ctx context.Context, token string) (Page[ListedTable], error) {
		request := &dynakvpb.ListTablesRequest{PageSize: made.pageSize, PageToken: token}
		response, err := invoke(ctx, made, c.tables.ListTables, request)
		if err != nil {
			return Page[ListedTable]{}, err
		}
		page := Page[ListedTable]{Count: len(response.GetTables()), NextPageToken: response.GetNextPageToken()}
		for _, table := range response.GetTables() {
			page.Rows = append(page.Rows, ListedTable{table.GetName(), table.GetPhysicalName(), table.GetIsDefault()})
		}
		return page, nil
	}}
}

// EnableTTL lets DynamoDB delete expired items of a table by itself, and returns at once; DynamoDB may take an hour. A table that has
// TTL stays as it is, even if it has it on another attribute than the server would choose; the result says on which.
func (c *Client) EnableTTL(ctx context.Context, options ...CallOption) (TimeToLive, error) {
	made := newTableChange(c, options)
	response, err := invoke(ctx, made, c.tables.EnableTtl, &dynakvpb.EnableTtlRequest{Table: made.table})
	if err != nil {
		return TimeToLive{}, err
	}
	return newTimeToLive(response.GetTimeToLive()), nil
}

// DeleteTable deletes a table and all that it holds, if the server's configuration allows it. Always named, so that none is deleted by
// mistake.
//
// Never sent again by itself: a second attempt would say that there is no such table.
func (c *Client) DeleteTable(ctx context.Context, name string, options ...CallOption) error {
	made := newTableChange(c, options)
	_, err := invoke(ctx, made, c.tables.DeleteTable, &dynakvpb.DeleteTableRequest{Table: name})
	return err
}

// newTableChange is a write, but one without an id.
func newTableChange(c *Client, options []CallOption) *call {
	made := newRead(c, options)
	made.writes = true
	return made
}

package tests

import (
	"context"
	"fmt"

	dynakv "github.com/dynakv/dynakv/clients/go"
)

func getItem(ctx context.Context, client *dynakv.Client, a args) (any, error) {
	options := reads[dynakv.GetItemOption](a)
	if a.has("projection") || a.has("names") {
		options = append(options, dynakv.Projection(dynakv.Expr(a.text("projection"), a.substitutes()...)))
	}
	item, found, err := client.GetItem(ctx, a.itemKey("key"), options...)
	if !found {
		return document{"missing": true}, err
	}
	return document{"found": itemDocument(item)}, err
}

// conditional are writes of items that may have a condition.
func conditional[O any](a args, options []O) []O {
	if a.has("condition") {
		options = append(options, any(dynakv.Condition(a.expression("condition"))).(O))
	} else if a.has("names") || a.has("values") {
		options = append(options, any(dynakv.Condition(dynakv.Expr("", a.substitutes()...))).(O))
	}
	if a.is("return_current") {
		options = append(options, any(dynakv.ReturnCurrent()).(O))
	}
	if a.is("return_old") {
		options = append(options, any(dynakv.ReturnOld()).(O))
	}
	return options
}

func putItem(ctx context.Context, client *dynakv.Client, a args) (any, error) {
	options := conditional(a, expiring[dynakv.PutItemOption](a))
	result, err := client.PutItem(ctx, a.item("item"), options...)
	return itemResultDocument(result, false), err
}

func updateItem(ctx context.Context, client *dynakv.Client, a args) (any, error) {
	options := conditional(a, writes[dynakv.UpdateItemOption](a))
	switch values := a.text("return_values"); values {
	case "", "NONE":
	case "ALL_OLD":
		options = append(options, dynakv.Return(dynakv.ReturnAllOld))
	case "UPDATED_OLD":
		options = append(options, dynakv.Return(dynakv.ReturnUpdatedOld))
	case "ALL_NEW":
		options = append(options, dynakv.Return(dynakv.ReturnAllNew))
	case "UPDATED_NEW":
		options = append(options, dynakv.Return(dynakv.ReturnUpdatedNew))
	default:
		panic(values)
	}
	result, err := client.UpdateItem(ctx, a.itemKey("key"), a.update(), options...)
	return itemResultDocument(result, false), err
}

func deleteItem(ctx context.Context, client *dynakv.Client, a args) (any, error) {
	options := conditional(a, writes[dynakv.DeleteItemOption](a))
	if a.is("omit_existed") {
		options = append(options, dynakv.OmitExisted())
	}
	result, err := client.DeleteItem(ctx, a.itemKey("key"), options...)
	return itemResultDocument(result, true), err
}

// paged are reads in pages.
func paged[O any](a args) []O {
	options := reads[O](a)
	if a.has("page_size") {
		options = append(options, any(dynakv.PageSize(a.number("page_size"))).(O))
	}
	if a.has("page_token") {
		options = append(options, any(dynakv.PageToken(a.text("page_token"))).(O))
	}
	return options
}

// itemReads are reads of items in pages.
func itemReads[O any](a args) []O {
	options := paged[O](a)
	if a.has("filter") {
		options = append(options, any(dynakv.Filter(a.expression("filter"))).(O))
	}
	if a.has("projection") {
		options = append(options, any(dynakv.Projection(a.expression("projection"))).(O))
	}
	if a.has("index") {
		options = append(options, any(dynakv.Index(a.text("index"))).(O))
	}
	return options
}

func query(ctx context.Context, client *dynakv.Client, a args) (any, error) {
	options := itemReads[dynakv.QueryOption](a)
	if a.is("descending") {
		options = append(options, dynakv.Descending())
	}
	return readItems(ctx, client.Query(a.expression("key_condition"), options...), a)
}

func scan(ctx context.Context, client *dynakv.Client, a args) (any, error) {
	options := itemReads[dynakv.ScanOption](a)
	if a.has("segments") {
		options = append(options, dynakv.Segments(a.number("segments")))
	}
	return readItems(ctx, client.Scan(options...), a)
}

func readItems(ctx context.Context, results *dynakv.ItemResults, a args) (any, error) {
	if a.text("mode") == "count" {
		count, err := results.Count(ctx)
		return document{"count": int64(count)}, err
	}
	return readRows(ctx, &results.Results, a, func(item dynakv.Item) any { return itemDocument(item) })
}

func listKeys(ctx context.Context, client *dynakv.Client, a args) (any, error) {
	options := paged[dynakv.ListKeysOption](a)
	if a.has("prefix") {
		options = append(options, dynakv.Prefix(a.text("prefix")))
	}
	if a.has("glob") {
		options = append(options, dynakv.Glob(a.text("glob")))
	}
	return readRows(ctx, client.ListKeys(options...), a, func(key string) any { return key })
}

func readRows[T any](ctx context.Context, results *dynakv.Results[T], a args, of func(T) any) (any, error) {
	rows, pages := []any{}, 0
	switch mode := a.text("mode"); mode {
	case "", "all":
		for row, err := range results.All(ctx) {
			if err != nil {
				return nil, err
			}
			rows = append(rows, of(row))
		}
		return document{"rows": rows}, nil
	case "pages":
		for page, err := range results.Pages(ctx) {
			if err != nil {
				return nil, err
			}
			pages++
			rows = append(rows, each(page.Rows, of)...)
		}
		return document{"rows": rows, "pages": int64(pages)}, nil
	case "page":
		page, err := results.Page(ctx)
		found := document{"rows": each(page.Rows, of), "count": int64(page.Count)}
		return with(found, "next_page_token", page.NextPageToken != "", page.NextPageToken), err
	default:
		return nil, fmt.Errorf("there is no mode %q", mode)
	}
}

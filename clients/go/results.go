package dynakv

import (
	"context"
	"iter"
)

// A Page is one page of what there is to read.
type Page[T any] struct {
	// Rows are what it holds. It may hold nothing and yet not be the last.
	Rows []T
	// Count is how many it holds or, of [ItemResults.Count], has counted.
	Count int
	// NextPageToken is for the next page, by [PageToken]. Empty: there is none. It holds keys, encrypted; it is valid for the same
	// request.
	NextPageToken string
}

// Results are what a query, a scan or a list finds, in pages. Nothing is read before it is asked for. Each page is a call of its
// own, with its own time unless the context has a deadline, and with its own retries.
type Results[T any] struct {
	first string
	read  func(ctx context.Context, token string) (Page[T], error)
}

// All reads everything, row by row. After an error it ends. While one page is used, the next is read already.
func (r *Results[T]) All(ctx context.Context) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for page, err := range r.Pages(ctx) {
			if err != nil {
				var none T
				yield(none, err)
				return
			}
			for _, row := range page.Rows {
				if !yield(row, nil) {
					return
				}
			}
		}
	}
}

// Pages reads everything, page by page, like [Results.All]. After an error the token of the last page goes on from there.
func (r *Results[T]) Pages(ctx context.Context) iter.Seq2[Page[T], error] {
	return func(yield func(Page[T], error) bool) {
		// Ends the reading ahead where the caller ends the loop.
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		for next := r.ahead(ctx, r.first); next != nil; {
			got := <-next
			next = nil
			if got.err == nil && got.page.NextPageToken != "" {
				next = r.ahead(ctx, got.page.NextPageToken)
			}
			if !yield(got.page, got.err) {
				return
			}
		}
	}
}

type readPage[T any] struct {
	page Page[T]
	err  error
}

// ahead begins to read a page. The channel has room for it, so that nobody needs to wait for it.
func (r *Results[T]) ahead(ctx context.Context, token string) <-chan readPage[T] {
	read := make(chan readPage[T], 1)
	go func() {
		page, err := r.read(ctx, token)
		read <- readPage[T]{page, err}
	}()
	return read
}

// Page reads one page: the first, or that of [PageToken].
func (r *Results[T]) Page(ctx context.Context) (Page[T], error) {
	return r.read(ctx, r.first)
}

// ItemResults are [Results] that are items. They can also be counted without being sent.
type ItemResults struct {
	Results[Item]
	counted Results[Item]
}

// Count counts the items of all pages.
func (r *ItemResults) Count(ctx context.Context) (int, error) {
	count := 0
	for page, err := range r.counted.Pages(ctx) {
		if err != nil {
			return 0, err
		}
		count += page.Count
	}
	return count, nil
}

// As decodes items, as [Item.Decode] does, while they are read: `for order, err := range dynakv.As[Order](results.All(ctx))`. It
// ends after an item that does not fit.
func As[T any](items iter.Seq2[Item, error]) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for item, err := range items {
			var decoded T
			if err == nil {
				err = item.Decode(&decoded)
			}
			if !yield(decoded, err) || err != nil {
				return
			}
		}
	}
}

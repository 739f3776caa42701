package dynakv

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"testing"
)

var errBroken = errors.New("broken")

// numbers are pages of two numbers each, of which one cannot be read.
func numbers(pages, broken int) *Results[int] {
	return &Results[int]{"0", func(ctx context.Context, token string) (Page[int], error) {
		number, err := strconv.Atoi(token)
		if err != nil || number == broken || ctx.Err() != nil {
			return Page[int]{}, errBroken
		}
		page := Page[int]{Rows: []int{2 * number, 2*number + 1}, Count: 2}
		if number+1 < pages {
			page.NextPageToken = strconv.Itoa(number + 1)
		}
		return page, nil
	}}
}

func TestAllPagesAreReadInTheirOrder(t *testing.T) {
	var rows []int
	for row, err := range numbers(3, -1).All(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		rows = append(rows, row)
	}
	if !slices.Equal(rows, []int{0, 1, 2, 3, 4, 5}) {
		t.Errorf("the rows are %v", rows)
	}
}

func TestAfterAnErrorThereIsNothingMore(t *testing.T) {
	var rows []int
	var last error
	for row, err := range numbers(3, 1).All(t.Context()) {
		if last = err; err == nil {
			rows = append(rows, row)
		}
	}
	if !slices.Equal(rows, []int{0, 1}) || !errors.Is(last, errBroken) {
		t.Errorf("the rows are %v, the error %v", rows, last)
	}
}

func TestTheNextPageIsReadWhileOneIsUsedAndLeavingEndsThat(t *testing.T) {
	asked := make(chan context.Context, 3)
	results := &Results[int]{"", func(ctx context.Context, token string) (Page[int], error) {
		asked <- ctx
		return Page[int]{NextPageToken: token + "x"}, nil
	}}
	var ahead context.Context
	for range results.Pages(t.Context()) {
		<-asked
		ahead = <-asked
		break
	}
	if ahead.Err() == nil {
		t.Error("the reading ahead goes on")
	}
}

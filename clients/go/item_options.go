package dynakv

import "math"

// Condition lets a write happen only if this holds of the item that is there. If it does not, the result says so.
func Condition(holds Expression) ConditionOption {
	return option(func(c *call) { c.condition = holds })
}

// ReturnOld answers with the item as it was before.
func ReturnOld() interface {
	PutItemOption
	DeleteItemOption
} {
	return option(func(c *call) { c.returnValues = ReturnAllOld })
}

// Return says which attributes an update answers with.
func Return(values ReturnValues) UpdateItemOption {
	return option(func(c *call) { c.returnValues = values })
}

// Projection gives only these parts of the items: [Paths], or [Expr] with a DynamoDB projection expression.
func Projection(parts Expression) interface {
	GetItemOption
	QueryOption
	ScanOption
} {
	return option(func(c *call) { c.projection = parts })
}

// Filter gives only the items that match. What it drops is read, and costs, all the same.
func Filter(matches Expression) interface {
	QueryOption
	ScanOption
} {
	return option(func(c *call) { c.filter = matches })
}

// Index reads this secondary index of the table.
func Index(name string) interface {
	QueryOption
	ScanOption
} {
	return option(func(c *call) { c.index = name })
}

// Descending reads in descending order of the sort key.
func Descending() QueryOption {
	return option(func(c *call) { c.descending = true })
}

// Segments lets the server read the table in this many parts at the same time: 1 to 32.
func Segments(n int) ScanOption {
	return option(func(c *call) {
		segments := clamp(n)
		c.segments = &segments
	})
}

// Prefix gives only keys that begin with this.
func Prefix(prefix string) ListKeysOption {
	return option(func(c *call) { c.prefix, c.glob = &prefix, nil })
}

// Glob gives only keys that match this as a whole, such as `user:*:cart`: `*` stands for any characters, `?` for one, `[a-z]` and
// `[!a-z]` for one of those or of the others; a backslash takes the meaning off the next character.
func Glob(pattern string) ListKeysOption {
	return option(func(c *call) { c.prefix, c.glob = nil, &pattern })
}

// PageSize is how much a page holds at most: 1 to 10,000.
func PageSize(n int) PageOption {
	return option(func(c *call) { c.pageSize = clamp(n) })
}

// PageToken begins with the page that this token is of, as [Page.NextPageToken] has it. Without it, with the first.
func PageToken(token string) PageOption {
	return option(func(c *call) { c.pageToken = token })
}

// clamp: what is beyond the field is beyond what the server takes as well.
func clamp(n int) int32 {
	return int32(min(max(n, math.MinInt32), math.MaxInt32))
}

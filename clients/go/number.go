package dynakv

import (
	"fmt"
	"math/big"
	"strconv"
	"strings"
)

// A Number is a number as decimal text, such as "-12.5" or "1E+20", so that none of its up to 38 digits is lost. Its magnitude is
// 1E-130 to 9.99E+125, or it is 0. The server refuses what is no number.
//
// Compare numbers with [Number.Cmp]: DynamoDB itself makes no difference between "1" and "1.0".
type Number string

// Int64 is the number, if it is a whole one of 64 bits, however it is written: "100", "100.0" and "1E+2" are the same.
func (n Number) Int64() (int64, error) {
	whole, err := n.BigInt()
	if err != nil {
		return 0, err
	}
	if !whole.IsInt64() {
		return 0, fmt.Errorf("dynakv: the number %s does not fit 64 bits", string(n))
	}
	return whole.Int64(), nil
}

// Float64 is the nearest number that a double can hold.
func (n Number) Float64() (float64, error) {
	if _, err := n.rat(); err != nil {
		return 0, err
	}
	return strconv.ParseFloat(string(n), 64)
}

// BigInt is the number, if it is a whole one.
func (n Number) BigInt() (*big.Int, error) {
	exact, err := n.rat()
	if err != nil {
		return nil, err
	}
	if !exact.IsInt() {
		return nil, fmt.Errorf("dynakv: the number %s is not whole", string(n))
	}
	return exact.Num(), nil
}

// Cmp is negative, 0 or positive as this number is less than, equal to or greater than the other. It fails if one of them is no
// number.
func (n Number) Cmp(other Number) (int, error) {
	a, err := n.rat()
	if err != nil {
		return 0, err
	}
	b, err := other.rat()
	if err != nil {
		return 0, err
	}
	return a.Cmp(b), nil
}

// rat is the exact value.
func (n Number) rat() (*big.Rat, error) {
	invalid := fmt.Errorf("dynakv: %q is not a number as DynamoDB writes it, such as -12.5 or 1E+20", string(n))
	text := string(n)
	if text == "" || strings.Trim(text, "+-.0123456789eE") != "" || len(text) > 1000 {
		return nil, invalid
	}
	// An exponent far beyond DynamoDB's would take all memory.
	if at := strings.IndexAny(text, "eE"); at >= 0 {
		if exponent, err := strconv.Atoi(text[at+1:]); err != nil || exponent < -1000 || exponent > 1000 {
			return nil, invalid
		}
	}
	exact, isNumber := new(big.Rat).SetString(text)
	if !isNumber {
		return nil, invalid
	}
	return exact, nil
}

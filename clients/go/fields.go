package dynakv

import (
	"reflect"
	"strings"
	"sync"
)

// tagName is the key of the struct tags that name attributes.
const tagName = "dynakv"

// A field is a struct's field that is an attribute.
type field struct {
	name      string
	index     []int
	omitEmpty bool
	set       bool
}

var fieldsByType sync.Map // reflect.Type to []field

// fieldsOf are the attributes of a struct type: exported fields, those of embedded structs without a tag among them.
func fieldsOf(structType reflect.Type) []field {
	if known, found := fieldsByType.Load(structType); found {
		return known.([]field)
	}
	var fields []field
	for _, of := range reflect.VisibleFields(structType) {
		tag, hasTag := of.Tag.Lookup(tagName)
		name, options, _ := strings.Cut(tag, ",")
		switch {
		case !of.IsExported() || tag == "-":
			continue
		case of.Anonymous && !hasTag && isStruct(of.Type):
			continue // Its own fields are visible too.
		case withinTagged(structType, of.Index):
			continue // Of an embedded struct that is an attribute itself.
		}
		if name == "" {
			name = of.Name
		}
		fields = append(fields, field{
			name:      name,
			index:     of.Index,
			omitEmpty: hasOption(options, "omitempty"),
			set:       hasOption(options, "set"),
		})
	}
	fieldsByType.Store(structType, fields)
	return fields
}

// isOpaque: what the struct type holds is all in fields that are not exported.
func isOpaque(structType reflect.Type) bool {
	opaque := false
	for _, of := range reflect.VisibleFields(structType) {
		if _, hasTag := of.Tag.Lookup(tagName); of.Anonymous && !hasTag && isStruct(of.Type) {
			continue // Its own fields are visible too.
		}
		if of.IsExported() {
			return false
		}
		opaque = true
	}
	return opaque
}

func hasOption(options, wanted string) bool {
	for option := range strings.SplitSeq(options, ",") {
		if option == wanted {
			return true
		}
	}
	return false
}

func withinTagged(structType reflect.Type, index []int) bool {
	for depth := 1; depth < len(index); depth++ {
		if _, hasTag := structType.FieldByIndex(index[:depth]).Tag.Lookup(tagName); hasTag {
			return true
		}
	}
	return false
}

func isStruct(t reflect.Type) bool {
	return t.Kind() == reflect.Struct || t.Kind() == reflect.Pointer && t.Elem().Kind() == reflect.Struct
}

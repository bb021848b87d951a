package main

import "github.com/conduitio/conduit-commons/opencdc"

// The records that the templates and formats are run with. They go through Conduit's protobuf first, as every record that a destination gets.
func records() []opencdc.Record {
	metadata := opencdc.Metadata{
		"opencdc.collection": "Orders", "opencdc.readAt": "1700000000123456789", "opencdc.createdAt": "1600000000000000000",
		"tenant": "Acme-North", "empty": "", "region": "eu", "kafka.header.trace": "a<b>&c", "opencdc.key.schema.version": "7",
		"opencdc.key.schema.subject": "orders-key", "opencdc.file.chunked": "true", "zażółć": "gęślą 😀",
	}
	structured := opencdc.StructuredData{
		"id": 42.0, "name": "Ada <Lovelace> & \"Co\"", "price": 19.99, "tiny": 1e-7, "huge": 1e21, "negative": -3.5, "zero": 0.0,
		"active": true, "gone": false, "nothing": nil, "empty": "", "utf8": "zażółć 😀\u2028",
		"tags":   []any{"red", "green", "blue"},
		"mixed":  []any{1.0, "two", nil, true, []any{2.0}, map[string]any{"k": "v"}},
		"nested": map[string]any{"a": 1.0, "b": map[string]any{"c": "deep"}, "list": []any{}, "map": map[string]any{}},
		"items":  []any{map[string]any{"sku": "x1", "n": 2.0}, map[string]any{"sku": "y2", "n": 3.0}},
	}
	return []opencdc.Record{
		{
			Position: opencdc.Position("pos-1"), Operation: opencdc.OperationUpdate, Metadata: metadata, Key: opencdc.RawData("user-42"),
			Payload: opencdc.Change{Before: opencdc.StructuredData{"id": 41.0, "old": "x"}, After: structured},
		},
		{
			Position: opencdc.Position{0, 255}, Operation: opencdc.OperationCreate, Metadata: opencdc.Metadata{"region": "us"},
			Key:     opencdc.StructuredData{"id": 7.0, "part": "k"},
			Payload: opencdc.Change{After: opencdc.RawData("{\"a\":1,\"b\":[1,\"x\",null],\"c\":{\"d\":1e-7}}")},
		},
		{Operation: opencdc.OperationDelete},
		{
			Position: opencdc.Position("p"), Operation: opencdc.OperationSnapshot, Metadata: opencdc.Metadata{"opencdc.readAt": "x", "a": "\xff\x00"},
			Key:     opencdc.RawData{},
			Payload: opencdc.Change{Before: opencdc.RawData("not JSON \xff"), After: opencdc.RawData("null")},
		},
		{
			Position: opencdc.Position("q"), Operation: 9, Metadata: opencdc.Metadata{"opencdc.readAt": "-1500000"},
			Key:     opencdc.RawData("{\"k\":\"<v>\"}"),
			Payload: opencdc.Change{Before: opencdc.StructuredData{}, After: opencdc.RawData("[1,2]")},
		},
	}
}

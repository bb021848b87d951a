// Command vectors writes what Go's own text/template with sprig, and Conduit's record serializers, print: the expectations of the tests of templates and
// formats. It reads the cases from test/support/vectors/template-cases.txt. See CONTRIBUTING.md.
package main

import (
	"encoding/base64"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"sort"
	"strings"
	"text/template"

	"github.com/Masterminds/sprig/v3"
	"github.com/conduitio/conduit-commons/opencdc"
	opencdcv1 "github.com/conduitio/conduit-commons/proto/opencdc/v1"
	sdk "github.com/conduitio/conduit-connector-sdk"
	"github.com/conduitio/conduit-connector-sdk/kafkaconnect"
	gojson "github.com/goccy/go-json"
	"google.golang.org/protobuf/proto"
)

type vector struct {
	Template string `json:"template"`
	Record   int    `json:"record"`
	// Output as base64 if it is no valid UTF-8.
	Output  *string `json:"output,omitempty"`
	Base64  *string `json:"base64,omitempty"`
	Invalid string  `json:"invalid,omitempty"`
	Error   string  `json:"error,omitempty"`
}

type format struct {
	Options string `json:"options"`
	Record  int    `json:"record"`
	Key     any    `json:"key"`
	Value   any    `json:"value"`
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}

func run(name, text string, number int, record opencdc.Record, missingKey string) vector {
	v := vector{Template: text, Record: number}
	t, err := template.New(name).Funcs(sprig.TxtFuncMap()).Option("missingkey=" + missingKey).Parse(text)
	if err != nil {
		v.Invalid = err.Error()
		return v
	}
	var b strings.Builder
	if err := t.Execute(&b, record); err != nil {
		v.Error = err.Error()
		return v
	}
	out := b.String()
	if strings.ToValidUTF8(out, "") == out {
		v.Output = &out
	} else {
		encoded := base64.StdEncoding.EncodeToString([]byte(out))
		v.Base64 = &encoded
	}
	return v
}

// One case a line: a record number as "#N " may come first, and ⏎ stands for a new line.
func cases(file string) []string {
	text, err := os.ReadFile(file)
	check(err)
	return strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")
}

func connectKey(data opencdc.Data) []byte {
	payload := data
	if raw, ok := data.(opencdc.RawData); ok {
		var structured opencdc.StructuredData
		if gojson.Unmarshal(raw, &structured) == nil {
			payload = structured
		}
	}
	schema := kafkaconnect.Reflect(payload)
	if schema == nil {
		schema = &kafkaconnect.Schema{Type: kafkaconnect.TypeStruct, Optional: true}
	}
	sortFields(schema)
	out, err := gojson.Marshal(kafkaconnect.Envelope{Schema: *schema, Payload: payload})
	check(err)
	return out
}

// Go writes the fields of a schema in random order: they are sorted here, also those of the elements of arrays.
func sortFields(s *kafkaconnect.Schema) {
	if s == nil {
		return
	}
	sort.SliceStable(s.Fields, func(i, j int) bool { return s.Fields[i].Field < s.Fields[j].Field })
	for i := range s.Fields {
		sortFields(&s.Fields[i])
	}
	sortFields(s.Items)
}

// The fields of the envelope itself stay in their order.
func debeziumValue(options string, record opencdc.Record) []byte {
	serializer, err := sdk.GenericRecordSerializer{Converter: sdk.DebeziumConverter{}, Encoder: sdk.JSONEncoder{}}.Configure(options)
	check(err)
	envelope, err := serializer.(sdk.GenericRecordSerializer).Convert(record)
	check(err)
	e := envelope.(kafkaconnect.Envelope)
	for i := range e.Schema.Fields {
		if f := &e.Schema.Fields[i]; f.Field != "transaction" {
			sortFields(f)
		}
	}
	out, err := gojson.Marshal(e)
	check(err)
	return out
}

func write(folder, name string, value any) {
	file, err := os.Create(filepath.Join(folder, name))
	check(err)
	encoder := json.NewEncoder(file)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", " ")
	check(encoder.Encode(value))
	check(file.Close())
}

var numbered = regexp.MustCompile(`^#(\d) (.*)$`)

func main() {
	folder := os.Args[1]
	var protos []string
	var all []func() opencdc.Record // a template may change its record
	for _, r := range records() {
		// Strings in protobuf are UTF-8; the guest also takes other bytes, so metadata is checked as Go would have it.
		for k, v := range r.Metadata {
			r.Metadata[k] = strings.ToValidUTF8(v, "?")
		}
		var p opencdcv1.Record
		check(r.ToProto(&p))
		bytes, err := proto.MarshalOptions{Deterministic: true}.Marshal(&p)
		check(err)
		protos = append(protos, base64.StdEncoding.EncodeToString(bytes))
		all = append(all, func() opencdc.Record {
			var back opencdcv1.Record
			check(proto.Unmarshal(bytes, &back))
			var record opencdc.Record
			check(record.FromProto(&back))
			return record
		})
	}
	var values, topics []vector
	for _, line := range cases(filepath.Join(folder, "template-cases.txt")) {
		number := 0
		if m := numbered.FindStringSubmatch(line); m != nil {
			number = int(m[1][0] - '0')
			line = m[2]
		}
		text := strings.TrimSpace(strings.ReplaceAll(line, "⏎", "\n"))
		values = append(values, run("", text, number, all[number](), "error"))
		topics = append(topics, run("topic", text, number, all[number](), "default"))
	}
	write(folder, "templates.json", map[string]any{"records": protos, "strict": values, "topics": topics})
	var formats []format
	for _, options := range []string{"", "debezium.schema.name=Schema<1>,debezium.rawData.key=raw\"key"} {
		for i, made := range all {
			r := made()
			formats = append(formats, format{options, i, string(connectKey(r.Key)), string(debeziumValue(options, r))})
		}
	}
	write(folder, "debezium.json", map[string]any{"records": protos, "cases": formats})
}

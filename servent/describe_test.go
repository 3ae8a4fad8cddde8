package servent

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"net/http"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"servent/servent/api"
	"servent/servent/web"
)

// object is a JSON object that is being written.
type object = map[string]any

// A describer makes the description of the local API from its routes and from
// the values of package api, whose comments say what they mean.
type describer struct {
	t       *testing.T
	docs    apiDocs
	schemas object // by the name of the type
}

// describeAPI returns the description of routes, indented.
func describeAPI(t *testing.T, routes []web.Route) string {
	d := &describer{t: t, docs: readAPIDocs(t), schemas: object{}}
	paths := object{}
	for _, r := range routes {
		item, ok := paths[r.Path].(object)
		if !ok {
			item = object{}
			paths[r.Path] = item
		}
		item[strings.ToLower(r.Method)] = d.operation(r)
	}
	d.schema(reflect.TypeFor[api.Error]())
	d.closeRequests(routes)
	document := object{
		"openapi": "3.1.0",
		"info":    object{"title": "The local API of a servent", "version": Version, "description": apiAbout, "license": object{"name": "MIT", "identifier": "MIT"}},
		"servers": []any{object{"url": "http://127.0.0.1:6348", "description": "The web port, if it was free; over the socket any host will do."}},
		"paths":   paths,
		"components": object{
			"schemas":         d.schemas,
			"responses":       object{"Error": object{"description": "The call failed, for the reason told.", "content": jsonContent(ref("schemas", "Error"))}},
			"securitySchemes": object{"token": object{"type": "http", "scheme": "bearer", "description": "What the file api.token in the servent's home holds. Not needed over the socket."}},
		},
	}
	var text strings.Builder
	e := json.NewEncoder(&text)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(document); err != nil {
		t.Fatal(err)
	}
	return text.String()
}

const apiAbout = `What a running servent tells and takes on its own computer. The same calls are answered on the unix socket api.sock in its home, whose file mode is its password, and on the loopback port of its page, to who sends the token. There the Host must be a name of this computer, and the Origin of a browser's request the servent's own page.

Each answer of application/json is one value. Each answer of text/event-stream is a stream of server-sent events, without names: the data of each is one JSON value, whose "type" says which of those listed it is; an Error may end it. A failed call is answered by an Error; beside the statuses of its codes there are 404 for a path that is not here, 405 for another method, 415 for a body that is not said to be JSON, 429 after too many wrong tokens and 503 for too many streams at once.

Within one major version, calls, fields, events, types and codes are added and not changed: ignore those that you do not know.`

func jsonContent(schema any) object { return object{"application/json": object{"schema": schema}} }

func ref(kind, name string) object { return object{"$ref": "#/components/" + kind + "/" + name} }

// operation describes one route.
func (d *describer) operation(r web.Route) object {
	out := object{
		"summary":     r.About,
		"operationId": operationID(r),
		"responses":   object{"200": d.success(r), "4XX": ref("responses", "Error"), "5XX": ref("responses", "Error")},
		"security":    []any{object{"token": []any{}}},
	}
	if r.Open {
		out["security"] = []any{}
	}
	if r.Takes != nil {
		out["requestBody"] = object{"required": true, "content": jsonContent(d.schema(r.Takes))}
	}
	if r.Query != "" {
		name, about, _ := strings.Cut(r.Query, ": ")
		out["parameters"] = []any{object{"in": "query", "name": name, "description": about, "schema": object{"type": "string"}}}
	}
	return out
}

// operationID makes postShareAdd of POST /api/share/add.
func operationID(r web.Route) string {
	words := strings.FieldsFunc(strings.TrimPrefix(r.Path, "/api"), func(c rune) bool { return c == '/' || c == '.' })
	if len(words) == 0 {
		words = []string{"root"}
	}
	for i, w := range words {
		words[i] = strings.ToUpper(w[:1]) + w[1:]
	}
	return strings.ToLower(r.Method) + strings.Join(words, "")
}

// success describes what answers a call that does not fail.
func (d *describer) success(r web.Route) object {
	switch {
	case r.Streams():
		var each []any
		told := r.Tells
		if r.Answers != nil {
			told = append(slices.Clone(told), r.Answers)
		}
		for _, event := range append(told, reflect.TypeFor[api.Error]()) {
			each = append(each, d.schema(event))
		}
		return object{"description": "A stream: the data of each event is one of these.", "content": object{"text/event-stream": object{"schema": object{"oneOf": each}}}}
	case r.Answers != nil:
		return object{"description": "One value.", "content": jsonContent(d.schema(r.Answers))}
	case r.Path == web.DescriptionPath:
		return object{"description": "An OpenAPI description.", "content": jsonContent(object{"type": "object"})}
	}
	return object{"description": "Text.", "content": object{"text/plain": object{"schema": object{"type": "string"}}}}
}

// closeRequests forbids, in what is only sent and never told, fields that are
// not described: the servent refuses them.
func (d *describer) closeRequests(routes []web.Route) {
	told, taken := map[reflect.Type]bool{}, map[reflect.Type]bool{}
	for _, r := range routes {
		structsOf(r.Answers, told)
		structsOf(r.Takes, taken)
		for _, event := range r.Tells {
			structsOf(event, told)
		}
	}
	for t := range taken {
		if schema, ok := d.schemas[t.Name()].(object); ok && !told[t] {
			schema["additionalProperties"] = false
		}
	}
}

// structsOf adds to all the structs of the API that t holds.
func structsOf(t reflect.Type, all map[reflect.Type]bool) {
	switch {
	case t == nil || t == reflect.TypeFor[time.Time]():
	case t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice || t.Kind() == reflect.Map:
		structsOf(t.Elem(), all)
	case t.Kind() == reflect.Struct && !all[t]:
		all[t] = true
		for field := range t.Fields() {
			structsOf(field.Type, all)
		}
	}
}

// schema describes the values of a type.
func (d *describer) schema(t reflect.Type) object {
	switch t {
	case reflect.TypeFor[time.Time]():
		return object{"type": "string", "format": "date-time"}
	case reflect.TypeFor[json.RawMessage]():
		return object{"type": "object"}
	case reflect.TypeFor[api.Code]():
		d.schemas["Code"] = object{"type": "string", "description": d.docs.codes(), "enum": d.docs.values("Code")}
		return ref("schemas", "Code")
	}
	switch t.Kind() {
	case reflect.Bool:
		return object{"type": "boolean"}
	case reflect.String:
		if values := d.docs.values(t.Name()); values != nil {
			return object{"type": "string", "enum": values}
		}
		return object{"type": "string"}
	case reflect.Int, reflect.Int64:
		return object{"type": "integer", "format": "int64"}
	case reflect.Uint16:
		return object{"type": "integer", "minimum": 0, "maximum": 1<<16 - 1}
	case reflect.Uint64:
		return object{"type": "integer", "minimum": 0}
	case reflect.Float64:
		return object{"type": "number"}
	case reflect.Slice:
		return object{"type": "array", "items": d.schema(t.Elem())}
	case reflect.Map:
		return object{"type": "object", "additionalProperties": d.schema(t.Elem())}
	case reflect.Pointer:
		return d.schema(t.Elem())
	case reflect.Struct:
		if slices.Contains([]string{reflect.TypeFor[api.Error]().PkgPath(), reflect.TypeFor[api.Sentence]().PkgPath()}, t.PkgPath()) {
			return d.component(t)
		}
	}
	d.t.Fatalf("values of type %v are not described: teach the describer", t)
	return nil
}

// component describes a struct of package api once.
func (d *describer) component(t reflect.Type) object {
	if d.schemas[t.Name()] != nil {
		return ref("schemas", t.Name())
	}
	properties, required := object{}, []string{}
	d.schemas[t.Name()] = object{"type": "object", "description": d.docs.types[t.Name()], "properties": properties}
	d.fields(t, properties, &required)
	if len(required) > 0 {
		d.schemas[t.Name()].(object)["required"] = required
	}
	return ref("schemas", t.Name())
}

func (d *describer) fields(t reflect.Type, properties object, required *[]string) {
	for field := range t.Fields() {
		tag := field.Tag.Get("json")
		if field.Anonymous && tag == "" {
			d.fields(field.Type, properties, required)
			continue
		}
		name, options, _ := strings.Cut(tag, ",")
		if name == "" {
			d.t.Errorf("%s.%s has no name in JSON", t.Name(), field.Name)
		}
		if name == "-" {
			continue
		}
		schema := d.schema(field.Type)
		if enum := field.Tag.Get("enum"); enum != "" {
			schema["enum"] = strings.Split(enum, ",")
		}
		optional := strings.Contains(options, "omit")
		if field.Type.Kind() == reflect.Pointer && !optional {
			schema = nullable(schema)
		}
		if about := d.docs.fields[t.Name()+"."+field.Name]; about != "" {
			schema["description"] = about
		}
		if !optional {
			*required = append(*required, name)
		}
		properties[name] = schema
	}
}

func nullable(schema object) object {
	if kind, ok := schema["type"].(string); ok {
		schema["type"] = []string{kind, "null"}
		return schema
	}
	return object{"anyOf": []any{schema, object{"type": "null"}}}
}

// apiDocs are the comments of package api, and of package sentence, which api has too.
type apiDocs struct {
	types  map[string]string      // by type
	fields map[string]string      // by Type.Field
	consts map[string][][2]string // by the type of the constants, or their prefix: value and comment
}

func readAPIDocs(t *testing.T) apiDocs {
	docs := apiDocs{types: map[string]string{}, fields: map[string]string{}, consts: map[string][][2]string{}}
	names, err := filepath.Glob("api/*.go")
	if err != nil || len(names) == 0 {
		t.Fatalf("the sources of package api: %v, %v", names, err)
	}
	names = append(names, "../messages/sentence/sentence.go") // whose comments replace those of its aliases
	for _, name := range names {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		for _, decl := range file.Decls {
			if general, ok := decl.(*ast.GenDecl); ok && !strings.HasSuffix(name, "_test.go") {
				for _, spec := range general.Specs {
					docs.read(general, spec)
				}
			}
		}
	}
	return docs
}

func (d apiDocs) read(decl *ast.GenDecl, spec ast.Spec) {
	switch spec := spec.(type) {
	case *ast.TypeSpec:
		d.types[spec.Name.Name] = commentText(decl.Doc)
		if fields, ok := spec.Type.(*ast.StructType); ok {
			for _, f := range fields.Fields.List {
				for _, name := range f.Names {
					d.fields[spec.Name.Name+"."+name.Name] = strings.TrimSpace(commentText(f.Doc) + " " + commentText(f.Comment))
				}
			}
		}
	case *ast.ValueSpec:
		if len(spec.Values) == 0 {
			return
		}
		literal, ok := spec.Values[0].(*ast.BasicLit)
		if !ok || literal.Kind != token.STRING || !spec.Names[0].IsExported() {
			return
		}
		value, _ := strconv.Unquote(literal.Value)
		if kind, ok := spec.Type.(*ast.Ident); ok { // Code, DownloadState
			d.consts[kind.Name] = append(d.consts[kind.Name], [2]string{value, commentText(spec.Comment)})
			return
		}
		for _, prefix := range []string{"Type", "Event", "State"} {
			if strings.HasPrefix(spec.Names[0].Name, prefix) {
				d.consts[prefix] = append(d.consts[prefix], [2]string{value, commentText(spec.Comment)})
			}
		}
	}
}

// commentText is a comment on one line, without the brackets of its links.
func commentText(c *ast.CommentGroup) string {
	if c == nil {
		return ""
	}
	return strings.NewReplacer("[*", "", "[", "", "]", "").Replace(strings.Join(strings.Fields(c.Text()), " "))
}

// values returns the values of the constants of a kind.
func (d apiDocs) values(kind string) (values []string) {
	for _, c := range d.consts[kind] {
		values = append(values, c[0])
	}
	return values
}

// codes says what each code means, and which status of HTTP comes with it.
func (d apiDocs) codes() string {
	text := []string{"The kind of an error."}
	for _, c := range d.consts["Code"] {
		status := web.HTTPStatus(api.Code(c[0]))
		text = append(text, "`"+c[0]+"`: HTTP "+strconv.Itoa(status)+" "+http.StatusText(status)+", "+c[1]+".")
	}
	return strings.Join(text, "\n")
}

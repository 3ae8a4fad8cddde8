package api

import _ "embed"

//go:embed openapi.json
var openAPI string

// OpenAPI returns the description of the local API, as OpenAPI 3.1 in JSON. It
// is made from the calls themselves and the values of this package.
func OpenAPI() string { return openAPI }

// Package web is what a servent serves over HTTP: calls with their limits
// ([Route], [Server]), who may make them ([Door]), and the page itself, whose files
// lie in page/. It knows nothing of servents: whoever serves hands it the routes.
//
// On a unix socket all calls are answered to whoever can open it. On a port there
// is a Door: it turns away what another site could have a browser ask, and whoever
// has neither the token of the local API nor a session. A session begins with
// a link that is good for one visit ([Door.Link]) and lasts as long as its cookie.
package web

package web

import (
	"io/fs"
	"path"
	"regexp"
	"strings"
	"testing"
)

// TestPageIsOwn: the page loads nothing from elsewhere, and no script of it makes
// elements from text.
func TestPageIsOwn(t *testing.T) {
	elsewhere := regexp.MustCompile(`https?://[\w.-]+`)
	unsafe := regexp.MustCompile(`innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|\sstyle="|\son\w+="`)
	for name, f := range files() {
		text := string(f.plain)
		for _, url := range elsewhere.FindAllString(text, -1) {
			if url != "http://www.w3.org" { // the name of a namespace
				t.Errorf("%s speaks of %s", name, url)
			}
		}
		if found := unsafe.FindString(text); found != "" {
			t.Errorf("%s has %q", name, found)
		}
		if f.kind == "" {
			t.Errorf("%s is of no known kind", name)
		}
	}
	if _, ok := files()[indexPath]; !ok {
		t.Error("there is no " + indexPath)
	}
}

// TestModulesAreThere: every module that one imports is a file of the page.
func TestModulesAreThere(t *testing.T) {
	imported := regexp.MustCompile(`(?m)from '(\.[^']+)'|import\('(\.[^']+)'\)`)
	for name, f := range files() {
		if path.Ext(name) != ".js" {
			continue
		}
		for _, m := range imported.FindAllStringSubmatch(string(f.plain), -1) {
			module := path.Join(path.Dir(name), m[1]+m[2])
			if _, ok := files()[module]; !ok {
				t.Errorf("%s imports %s, which is not there", name, module)
			}
		}
	}
	if n := strings.Count(string(files()[indexPath].plain), "<script"); n != 2 {
		t.Errorf("%s has %d scripts, want the module and what comes before the first paint", indexPath, n)
	}
	if _, err := fs.Stat(pageFiles, "page/js/main.js"); err != nil {
		t.Error(err)
	}
}

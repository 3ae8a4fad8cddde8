package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
)

// nginx is a file that nginx sends by sendfile and curl writes.
type nginx struct{}

// nginxConfig has the values of Debian's, for one process in the foreground and a
// folder of its own.
const nginxConfig = `daemon off;
master_process off;
pid %[1]s/nginx.pid;
error_log stderr;
events {}
http {
	sendfile on;
	tcp_nopush on;
	access_log off;
	client_body_temp_path %[1]s/body;
	proxy_temp_path %[1]s/proxy;
	fastcgi_temp_path %[1]s/fastcgi;
	uwsgi_temp_path %[1]s/uwsgi;
	scgi_temp_path %[1]s/scgi;
	server {
		listen %[2]s;
		root %[3]s;
	}
}
`

func (nginx) serve(w work) (seeding, error) {
	addr, _, err := freeAddr()
	if err != nil {
		return seeding{}, err
	}
	folder := filepath.Join(filepath.Dir(w.Target), "nginx")
	if err := os.Mkdir(folder, 0o755); err != nil {
		return seeding{}, err
	}
	config := filepath.Join(folder, "nginx.conf")
	text := fmt.Sprintf(nginxConfig, folder, addr, filepath.Dir(w.Source))
	if err := os.WriteFile(config, []byte(text), 0o644); err != nil {
		return seeding{}, err
	}
	program, err := launch(addr, "nginx", "-e", "stderr", "-p", folder, "-c", config)
	if err != nil {
		return seeding{}, err
	}
	return seeding{addr: "http://" + addr + "/" + fileName, end: program.end}, nil
}

func (nginx) prepare(w work) (func(context.Context, []string) error, error) {
	return func(ctx context.Context, from []string) error {
		part := w.Target + ".part"
		if err := execute(ctx, "curl", "--fail", "--silent", "--show-error", "--output", part, from[0]); err != nil {
			return err
		}
		return os.Rename(part, w.Target)
	}, nil
}

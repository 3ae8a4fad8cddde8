package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"servent/bench/program"
	"servent/servent/api"
)

const (
	// chord is how far along the ring of the network a servent's second link
	// goes.
	chord = 3
	// minServents make a ring with chords.
	minServents = 2 * chord
	// keyword is what is searched; two servents far from the first one have a
	// file of that name.
	keyword = "SEBLINUX"
	// fileSize is the length of each shared file, in bytes.
	fileSize = 64 << 10
)

// A network is servents that run in processes of their own: a ring with
// chords.
type network struct {
	homes []string
	ups   []*program.Up
}

// startNetwork starts n servents and returns when all that they share can be
// found.
func startNetwork(ctx context.Context, binary, work string, n int) (*network, error) {
	net := &network{}
	for i := range n {
		home, folder := filepath.Join(work, fmt.Sprintf("home-%d", i)), filepath.Join(work, fmt.Sprintf("shared-%d", i))
		if err := writeFiles(folder, i, n); err != nil {
			return nil, errors.Join(err, net.stop())
		}
		args := []string{"--no-discovery", "--web", "off", folder}
		if i == 0 {
			args[0] = "--no-mdns" // those that come later find this one by its note
		}
		for _, back := range []int{1, chord} {
			if i >= back {
				args = append(args, "--connect", net.ups[i-back].Addr)
			}
		}
		if i == n-1 {
			args = append(args, "--connect", net.ups[0].Addr) // closes the ring
		}
		if err := net.start(ctx, binary, home, args); err != nil {
			return nil, errors.Join(fmt.Errorf("servent %d: %w", i, err), net.stop())
		}
	}
	return net, nil
}

// start starts one more servent and waits until its files can be found.
func (n *network) start(ctx context.Context, binary, home string, args []string) error {
	up, err := program.Start(ctx, binary, home, args...)
	if err != nil {
		return err
	}
	n.ups, n.homes = append(n.ups, up), append(n.homes, home)
	if _, err := up.AwaitLine(); err != nil {
		return err
	}
	client, err := api.Dial(home)
	if err != nil {
		return err
	}
	defer client.Close()
	_, err = up.AwaitFiles(ctx, client, filesOfOne)
	return err
}

// filesOfOne is how many files each servent shares.
const filesOfOne = 10

// writeFiles makes the files of servent i of n.
func writeFiles(folder string, i, n int) error {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return err
	}
	for f := range filesOfOne {
		name := fmt.Sprintf("report %d of servent %d.txt", f, i)
		if f == 0 && (i == n/2 || i == n/3) {
			name = keyword + fmt.Sprintf(" %d.iso", i)
		}
		content := make([]byte, fileSize)
		copy(content, name) // no two files are the same
		if err := os.WriteFile(filepath.Join(folder, name), content, 0o600); err != nil {
			return err
		}
	}
	return nil
}

// stop ends all servents.
func (n *network) stop() error {
	var errs []error
	for _, up := range n.ups {
		errs = append(errs, up.Stop())
	}
	return errors.Join(errs...)
}

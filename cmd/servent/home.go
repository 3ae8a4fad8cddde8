package main

import (
	"os"
	"path/filepath"
	"runtime"

	"github.com/urfave/cli/v2"
)

// lastSearchFile is what the command line itself keeps in a home.
const lastSearchFile = "last-search.json"

// homeOf returns the home that the command line names, or the user's own.
func homeOf(c *cli.Context) string {
	if home := c.String("home"); home != "" {
		return home
	}
	return defaultHome()
}

// defaultHome is the folder for the data of a program of this user. Source:
// XDG Base Directory Specification, and its like elsewhere.
func defaultHome() string {
	if dir := os.Getenv("XDG_DATA_HOME"); filepath.IsAbs(dir) {
		return filepath.Join(dir, "servent")
	}
	if dir := os.Getenv("LocalAppData"); runtime.GOOS == "windows" && filepath.IsAbs(dir) {
		return filepath.Join(dir, "servent")
	}
	user, err := os.UserHomeDir()
	if err != nil {
		return "servent-home" // in the current folder, for a user without any
	}
	if runtime.GOOS == "darwin" {
		return filepath.Join(user, "Library", "Application Support", "servent")
	}
	return filepath.Join(user, ".local", "share", "servent")
}

package graph

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode"
)

// A dotKind is what a token of a DOT file is: one of these, or the character.
type dotKind rune

const (
	dotEnd  dotKind = -iota - 1 // of the file
	dotID                       // a name, a number, "a text" or <html>
	dotLink                     // -- or ->
)

const maxDOTToken = 1 << 16 // bytes

var errDOTToken = fmt.Errorf("a name or a text that is longer than %d bytes", maxDOTToken)

type dotToken struct {
	kind   dotKind
	text   string // of a dotID
	quoted bool
}

// isWord reports whether t is a keyword, which are the same in capitals.
func (t dotToken) isWord(word string) bool {
	return t.kind == dotID && !t.quoted && strings.EqualFold(t.text, word)
}

func (t dotToken) String() string {
	switch t.kind {
	case dotEnd:
		return "the end of the file"
	case dotID:
		return fmt.Sprintf("%q", shortened(t.text))
	case dotLink:
		return "a link"
	}
	return fmt.Sprintf("%q", rune(t.kind))
}

// A dotLexer reads tokens.
type dotLexer struct {
	r         *bufio.Reader
	source    *limitedReader
	line      int
	lineStart bool // nothing but space is read of the line
}

// read returns the next byte; 0 at the end of the file, where no DOT file has one.
func (l *dotLexer) read() (byte, error) {
	c, err := l.r.ReadByte()
	switch {
	case errors.Is(err, io.EOF):
		return 0, nil
	case err != nil:
		return 0, err
	case c == 0:
		return 0, errors.New("a zero byte: this is no text")
	case c == '\n':
		l.line++
	}
	l.lineStart = c == '\n' || l.lineStart && (c == ' ' || c == '\t')
	return c, nil
}

// peek returns what read will, without reading it.
func (l *dotLexer) peek() byte {
	next, err := l.r.Peek(1)
	if err != nil {
		return 0 // read will tell
	}
	return next[0]
}

func (l *dotLexer) next() (dotToken, error) {
	l.source.mark()
	c, err := l.skipSpace()
	if err != nil {
		return dotToken{}, err
	}
	switch {
	case c == 0:
		return dotToken{kind: dotEnd}, nil
	case c == '"':
		text, err := l.text()
		return dotToken{kind: dotID, text: text, quoted: true}, err
	case c == '<':
		text, err := l.html()
		return dotToken{kind: dotID, text: text, quoted: true}, err
	case c == '-' && (l.peek() == '-' || l.peek() == '>'):
		_, err := l.read()
		return dotToken{kind: dotLink}, err
	case c == '-' || c == '.' || isDigit(c):
		return l.numeral(c)
	case isLetter(c):
		return l.word(c, func(c byte) bool { return isLetter(c) || isDigit(c) })
	case strings.IndexByte("{}[];,=:", c) >= 0:
		return dotToken{kind: dotKind(c)}, nil
	}
	return dotToken{}, fmt.Errorf("%q, which no DOT file has there", c)
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func isLetter(c byte) bool {
	return c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= 0x80
}

// skipSpace returns the first byte that is neither space nor part of a comment or
// of a line for the C preprocessor.
func (l *dotLexer) skipSpace() (byte, error) {
	for {
		first := l.lineStart
		c, err := l.read()
		switch {
		case err != nil:
			return 0, err
		case c == ' ' || c == '\t' || c == '\r' || c == '\n':
		case c == '#' && first, c == '/' && l.peek() == '/':
			err = l.skipLine()
		case c == '/' && l.peek() == '*':
			err = l.skipComment()
		default:
			return c, nil
		}
		if err != nil {
			return 0, err
		}
	}
}

func (l *dotLexer) skipLine() error {
	for {
		l.source.mark()
		if c, err := l.read(); err != nil || c == '\n' || c == 0 {
			return err
		}
	}
}

func (l *dotLexer) skipComment() error {
	_, err := l.read() // the star
	for before := byte(0); err == nil; {
		l.source.mark()
		var c byte
		if c, err = l.read(); c == 0 && err == nil {
			return io.ErrUnexpectedEOF
		}
		if before == '*' && c == '/' {
			return nil
		}
		before = c
	}
	return err
}

// text reads the rest of a "text", and those joined to it with +.
func (l *dotLexer) text() (string, error) {
	var text strings.Builder
	for {
		if err := l.quoted(&text); err != nil {
			return "", err
		}
		for c := l.peek(); c == ' ' || c == '\t' || c == '\r' || c == '\n'; c = l.peek() {
			if _, err := l.read(); err != nil {
				return "", err
			}
		}
		if l.peek() != '+' {
			return text.String(), nil
		}
		if _, err := l.read(); err != nil {
			return "", err
		}
		if c, err := l.skipSpace(); err != nil {
			return "", err
		} else if c != '"' {
			return "", fmt.Errorf("%q behind a +, where a text is expected", c)
		}
	}
}

func (l *dotLexer) quoted(text *strings.Builder) error {
	for {
		c, err := l.read()
		if err == nil && c == '\\' {
			if c, err = l.read(); c == '\n' && err == nil {
				continue // the text goes on in the next line
			} else if err == nil && c != '"' && c != '\\' {
				if err = putDOT(text, '\\'); err != nil {
					return err
				}
			}
		} else if c == '"' {
			return err
		}
		switch {
		case err != nil:
			return err
		case c == 0:
			return io.ErrUnexpectedEOF
		}
		if err := putDOT(text, c); err != nil {
			return err
		}
	}
}

// putDOT appends a byte to a text, unless that is as long as one may be.
func putDOT(text *strings.Builder, c byte) error {
	if text.Len() >= maxDOTToken {
		return errDOTToken
	}
	return text.WriteByte(c)
}

// html reads the rest of <html>, with the tags in it.
func (l *dotLexer) html() (string, error) {
	var text strings.Builder
	for open := 1; ; {
		c, err := l.read()
		switch {
		case err != nil:
			return "", err
		case c == 0:
			return "", io.ErrUnexpectedEOF
		case c == '<':
			open++
		case c == '>':
			if open--; open == 0 {
				return text.String(), nil
			}
		}
		if err := putDOT(&text, c); err != nil {
			return "", err
		}
	}
}

func (l *dotLexer) word(first byte, goesOn func(byte) bool) (dotToken, error) {
	text := []byte{first}
	for goesOn(l.peek()) {
		c, err := l.read()
		if err != nil {
			return dotToken{}, err
		}
		if len(text) == maxDOTToken {
			return dotToken{}, errDOTToken
		}
		text = append(text, c)
	}
	return dotToken{kind: dotID, text: string(text)}, nil
}

// numeral reads the rest of -?(.digits | digits[.digits]), which may end in its point.
func (l *dotLexer) numeral(first byte) (dotToken, error) {
	token, err := l.word(first, func(c byte) bool { return c == '.' || isDigit(c) })
	if err == nil && (!strings.ContainsFunc(token.text, unicode.IsDigit) || strings.Count(token.text, ".") > 1) {
		err = fmt.Errorf("%q, which is neither a number nor a link: -- or ->", shortened(token.text))
	}
	return token, err
}

// Package plot draws what experiments gave: one picture with a chart for all
// that its rows allow, as SVG or PNG.
//
//	err := plot.Write(w, "svg", plot.Picture{Title: "tree:3,5, seed 1", Rows: rows})
//
// Pictures are for projectors and for print in black: letters are large, and the
// strategies differ by dashes and markers too, not only by colours, which are
// those of Okabe and Ito, made for readers with any colour vision. The same rows
// give the same bytes.
package plot

import (
	"bytes"
	"errors"
	"fmt"
	"html"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
	"gonum.org/v1/plot/vg/vgsvg"

	"servent/routing/lab/experiment"
)

// A Picture is what one file shows.
type Picture struct {
	// Title stands on top: the topology, the seed. Default: none.
	Title string

	// Rows are those of one [experiment.Plan], which give charts by TTL, the load
	// and the strategies side by side; or of plans that differ in their
	// replicas, which give charts by replication. No default.
	Rows []experiment.Row
}

// MaxStrategies is how many strategies a picture can tell apart.
const MaxStrategies = 24

// ErrEmpty is the error of a Picture that has nothing to show.
var ErrEmpty = errors.New("plot: no rows to draw")

// formats are how pictures are written; a format is the extension of its files.
var formats = []struct {
	name  string
	write func(w io.Writer, f *figure) error
}{
	{"svg", writeSVG},
	{"png", writePNG},
}

// FormatOf returns the format of a file by the extension of its name, or an
// error that tells which there are.
func FormatOf(file string) (string, error) {
	format := strings.TrimPrefix(strings.ToLower(filepath.Ext(file)), ".")
	for _, f := range formats {
		if f.name == format {
			return format, nil
		}
	}
	return "", fmt.Errorf("plot: %q: a picture is an .svg or a .png file", file)
}

// Write draws p to w, in a format of [FormatOf]. It returns [ErrEmpty] of a
// picture without rows.
func Write(w io.Writer, format string, p Picture) error {
	f, err := figureOf(p)
	if err != nil {
		return err
	}
	for _, known := range formats {
		if known.name == format {
			return known.write(w, f)
		}
	}
	return fmt.Errorf("plot: no format %q", format)
}

// dpi is that of a PNG: three charts side by side are 2,880 pixels wide.
const dpi = 144

func writePNG(w io.Writer, f *figure) error {
	width, height := f.size()
	c := vgimg.NewWith(vgimg.UseWH(width, height), vgimg.UseDPI(dpi))
	f.draw(draw.New(c))
	_, err := vgimg.PngCanvas{Canvas: c}.WriteTo(w)
	return err
}

func writeSVG(w io.Writer, f *figure) error {
	width, height := f.size()
	c := vgsvg.New(width, height)
	f.draw(draw.New(c))
	var text bytes.Buffer
	if _, err := c.WriteTo(&text); err != nil {
		return err
	}
	_, err := w.Write(finishSVG(text.Bytes(), f))
	return err
}

// finishSVG adds what the library leaves out: fonts of the same widths for a
// computer that has not the one measured with, and words for a screen reader.
func finishSVG(svg []byte, f *figure) []byte {
	svg = bytes.ReplaceAll(svg, []byte("font-family:Liberation Sans;"),
		[]byte("font-family:'Liberation Sans',Arimo,Arial,Helvetica,sans-serif;"))
	var titles []string
	for _, c := range f.charts {
		titles = append(titles, c.title)
	}
	words := fmt.Sprintf("<desc>Charts: %s.</desc>\n", html.EscapeString(strings.Join(titles, "; ")))
	if f.title != "" {
		words = fmt.Sprintf("<title>%s</title>\n", html.EscapeString(f.title)) + words
	}
	head := bytes.Index(svg, []byte("<svg"))
	end := head + bytes.IndexByte(svg[head:], '>') + 1
	return slices.Concat(svg[:end], []byte("\n"+words), svg[end:])
}

// points is a length in the unit of letters.
func points(n float64) vg.Length { return vg.Points(n) }

package plot

import (
	"image/color"
	"math"
	"sync"

	"codeberg.org/go-fonts/liberation/liberationsansbold"
	"codeberg.org/go-fonts/liberation/liberationsansregular"
	stdfont "golang.org/x/image/font"
	"golang.org/x/image/font/opentype"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Sizes of letters, in points, for a picture of 1,536 points: on a wall they are
// as large as those of slides.
const (
	titleSize  = 28
	noteSize   = 20
	legendSize = 22
	chartSize  = 23 // the title of a chart
	axisSize   = 20
	tickSize   = 19
)

// colours are those of Okabe and Ito but yellow, too pale on white.
// Source: M. Okabe, K. Ito, Color Universal Design (2008).
var colours = []color.RGBA{
	{0x00, 0x72, 0xb2, 0xff}, // blue
	{0xd5, 0x5e, 0x00, 0xff}, // vermilion
	{0x00, 0x9e, 0x73, 0xff}, // bluish green
	{0x00, 0x00, 0x00, 0xff}, // black
	{0xcc, 0x79, 0xa7, 0xff}, // reddish purple
	{0xe6, 0x9f, 0x00, 0xff}, // orange
	{0x56, 0xb4, 0xe9, 0xff}, // sky blue
}

// dashes are lines and gaps, in points; nil is a line without gaps.
var dashes = [][]vg.Length{nil, {12, 6}, {3, 5}, {14, 5, 3, 5}, {22, 8}}

// markers in the order of their difference: a circle, a square, … filled, then
// hollow.
var markers = []marker{
	{corners: 0}, {corners: 4, turn: 0.125}, {corners: 3, turn: 0.25}, {corners: 4, turn: 0.25},
	{corners: 0, hollow: true}, {corners: 4, turn: 0.125, hollow: true},
	{corners: 3, turn: 0.25, hollow: true}, {corners: 4, turn: 0.25, hollow: true},
	{corners: 3, turn: 0.75},
}

// A style tells a strategy from all others, even without colours: there are as
// many pairs of marker and dashes as the product of their numbers.
type style struct {
	color  color.Color
	dashes []vg.Length
	marker marker
}

func styleOf(strategy int) style {
	return style{
		color:  colours[strategy%len(colours)],
		dashes: dashes[strategy%len(dashes)],
		marker: markers[strategy%len(markers)],
	}
}

func (s style) line() draw.LineStyle {
	return draw.LineStyle{Color: s.color, Width: points(2.5), Dashes: s.dashes}
}

// bar is how its error bars are drawn.
func (s style) bar() draw.LineStyle { return draw.LineStyle{Color: s.color, Width: points(1.5)} }

func (s style) glyph() draw.GlyphStyle {
	return draw.GlyphStyle{Color: s.color, Radius: points(6), Shape: s.marker}
}

// ruleStyle is that of lines which only lead the eye.
var ruleStyle = draw.LineStyle{Color: color.Gray{0xd0}, Width: points(1)}

// A marker is a polygon, or a circle where it has no corners.
type marker struct {
	corners int
	none    bool
	turn    float64 // of the first corner, counterclockwise from the right, in full turns
	hollow  bool
}

// DrawGlyph implements [draw.GlyphDrawer].
func (m marker) DrawGlyph(c *draw.Canvas, s draw.GlyphStyle, at vg.Point) {
	if m.none {
		return
	}
	path := m.path(s.Radius, at)
	if m.hollow {
		c.SetColor(color.White)
		c.Fill(path)
		c.SetLineStyle(draw.LineStyle{Color: s.Color, Width: points(2)})
		c.Stroke(path)
		return
	}
	c.SetColor(s.Color)
	c.Fill(path)
}

func (m marker) path(radius vg.Length, at vg.Point) vg.Path {
	var path vg.Path
	if m.corners == 0 {
		path.Move(vg.Point{X: at.X + radius, Y: at.Y})
		path.Arc(at, radius, 0, 2*math.Pi)
		path.Close()
		return path
	}
	radius *= 1.25 // as much ink as a circle has
	for i := range m.corners {
		sin, cos := math.Sincos(2 * math.Pi * (m.turn + float64(i)/float64(m.corners)))
		corner := vg.Point{X: at.X + radius*vg.Length(cos), Y: at.Y + radius*vg.Length(sin)}
		if i == 0 {
			path.Move(corner)
		} else {
			path.Line(corner)
		}
	}
	path.Close()
	return path
}

// The fonts of all letters: free, and as wide as Arial and Helvetica.
var (
	regular = font.Font{Typeface: "Liberation", Variant: "Sans"}
	bold    = font.Font{Typeface: "Liberation", Variant: "Sans", Weight: stdfont.WeightBold}
)

// letters reads the fonts, when the first picture is drawn.
var letters = sync.OnceValue(func() text.Handler {
	var faces font.Collection
	for _, f := range []struct {
		font font.Font
		ttf  []byte
	}{{regular, liberationsansregular.TTF}, {bold, liberationsansbold.TTF}} {
		face, err := opentype.Parse(f.ttf)
		if err != nil {
			panic(err) // a font of the program itself
		}
		faces = append(faces, font.Face{Font: f.font, Face: face})
	}
	return text.Plain{Fonts: font.NewCache(faces)}
})

// textStyle is that of letters of a size, in points, under the point where they
// are drawn and to the right of it.
func textStyle(size float64) text.Style {
	return text.Style{
		Color:   color.Black,
		Font:    font.From(regular, points(size)),
		XAlign:  draw.XLeft,
		YAlign:  draw.YTop,
		Handler: letters(),
	}
}

func boldStyle(size float64) text.Style {
	s := textStyle(size)
	s.Font = font.From(bold, points(size))
	return s
}

// fitting returns s, smaller where text would else be wider than room.
func fitting(s text.Style, words string, room vg.Length) text.Style {
	if width := s.Width(words); width > room {
		s.Font.Size *= room / width
	}
	return s
}

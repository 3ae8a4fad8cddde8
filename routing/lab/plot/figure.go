package plot

import (
	"fmt"
	"image/color"
	"slices"
	"strings"
	"unicode"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"servent/routing/lab/experiment"
)

// A figure is a Picture laid out: its title, what its lines mean, its charts.
type figure struct {
	title, note string
	entries     []entry
	charts      []*chart
}

// An entry of the legend names the style of a strategy.
type entry struct {
	name  string
	style style
}

// Lengths of the layout, in points.
const (
	chartWidth, chartHeight = 480, 400
	margin, gap             = 24, 24
	thumbnail               = 56 // the piece of line in the legend
	lineHeight              = 1.35
)

// figureOf chooses the charts that the rows of p allow.
func figureOf(p Picture) (*figure, error) {
	names := strategies(p.Rows)
	switch {
	case len(names) == 0:
		return nil, ErrEmpty
	case len(names) > MaxStrategies:
		return nil, fmt.Errorf("plot: %d strategies, a picture tells %d apart", len(names), MaxStrategies)
	}
	f := &figure{title: clean(p.Title, maxTitle), note: noteOf(&p.Rows[0])}
	for i, name := range names {
		f.entries = append(f.entries, entry{clean(name, maxName), styleOf(i)})
	}
	if groups := byReplicas(p.Rows); len(groups) > 1 {
		f.charts = byReplication(groups, names)
		return f, nil
	}
	f.charts = append(byTTL(p.Rows, names), loadChart(p.Rows, names))
	f.charts = append(f.charts, sideBySide(p.Rows, names)...)
	return f, nil
}

// strategies returns the strategies of rows, in their order.
func strategies(rows []experiment.Row) []string {
	var names []string
	for i := range rows {
		if name := rows[i].Strategy; !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

// rowsOf returns the rows of a strategy, in their order.
func rowsOf(rows []experiment.Row, strategy string) []*experiment.Row {
	var own []*experiment.Row
	for i := range rows {
		if rows[i].Strategy == strategy {
			own = append(own, &rows[i])
		}
	}
	return own
}

// noteOf says of what the means are.
func noteOf(r *experiment.Row) string {
	switch {
	case r.Runs > 1:
		return fmt.Sprintf("Means of %d runs; bars: standard error of the mean.", r.Runs)
	case r.Queries > 1:
		return fmt.Sprintf("Means of %d queries of one run.", r.Queries)
	}
	return "One query."
}

// Letters that a line has room for.
const (
	maxTitle = 160
	maxName  = 24
)

// clean returns text that any picture can hold, at most so many letters of it:
// a title may be the name of a file.
func clean(text string, most int) string {
	text = strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return '\ufffd'
		}
		return r
	}, strings.ToValidUTF8(text, "\ufffd"))
	if letters := []rune(text); len(letters) > most {
		return string(letters[:most-1]) + "…"
	}
	return text
}

// columns returns how many charts stand side by side.
func (f *figure) columns() int {
	switch n := len(f.charts); {
	case n <= 2:
		return n
	case n == 4:
		return 2
	}
	return 3
}

func (f *figure) rows() int { return (len(f.charts) + f.columns() - 1) / f.columns() }

// size returns the width and height of the whole picture.
func (f *figure) size() (width, height vg.Length) {
	width = points(float64(2*margin + f.columns()*chartWidth + (f.columns()-1)*gap))
	height = points(float64(2*margin+f.rows()*chartHeight+(f.rows()-1)*gap)) + f.headHeight(width)
	return width, height
}

// headHeight returns how much the title, the note and the legend take above the
// charts.
func (f *figure) headHeight(width vg.Length) vg.Length {
	_, lines := f.legendGrid(width)
	height := points(lineHeight*noteSize) + vg.Length(lines)*points(lineHeight*legendSize) + points(gap)
	if f.title != "" {
		height += points(lineHeight * titleSize)
	}
	return height
}

// legendGrid returns how many entries of the legend stand in a line, and how
// many lines there are.
func (f *figure) legendGrid(width vg.Length) (columns, lines int) {
	columns = max(1, int((width-points(2*margin))/f.entryWidth()))
	columns = min(columns, len(f.entries))
	return columns, (len(f.entries) + columns - 1) / columns
}

func (f *figure) entryWidth() vg.Length {
	widest := vg.Length(0)
	for _, e := range f.entries {
		widest = max(widest, textStyle(legendSize).Width(e.name))
	}
	return points(thumbnail+8+gap) + widest
}

// draw draws all of f on c.
func (f *figure) draw(c draw.Canvas) {
	c.SetColor(color.White)
	c.Fill(c.Path())
	head := f.headHeight(c.Size().X)
	f.drawHead(c)
	tiles := draw.Tiles{
		Cols: f.columns(), Rows: f.rows(), PadX: points(gap), PadY: points(gap),
		PadLeft: points(margin), PadRight: points(margin), PadTop: points(margin) + head, PadBottom: points(margin),
	}
	// Charts of a column are as wide as each other, those of a row as high.
	around := make([]margins, f.columns()*f.rows())
	for i, chart := range f.charts {
		around[i] = chart.margins()
	}
	for i, chart := range f.charts {
		m := around[i]
		for j := range f.charts {
			if other := around[j]; j%f.columns() == i%f.columns() {
				m.left, m.right = max(m.left, other.left), max(m.right, other.right)
			}
		}
		chart.draw(tiles.At(c, i%f.columns(), i/f.columns()), m)
	}
}

// drawHead draws the title, the note and the legend: above the charts, where
// they cover no data.
func (f *figure) drawHead(c draw.Canvas) {
	at := vg.Point{X: c.Min.X + points(margin), Y: c.Max.Y - points(margin)}
	if f.title != "" {
		c.FillText(fitting(boldStyle(titleSize), f.title, c.Size().X-points(2*margin)), at, f.title)
		at.Y -= points(lineHeight * titleSize)
	}
	c.FillText(fitting(textStyle(noteSize), f.note, c.Size().X-points(2*margin)), at, f.note)
	at.Y -= points(lineHeight * noteSize)
	columns, _ := f.legendGrid(c.Size().X)
	for i, e := range f.entries {
		x := at.X + vg.Length(i%columns)*f.entryWidth()
		y := at.Y - vg.Length(i/columns)*points(lineHeight*legendSize)
		middle := y - points(lineHeight*legendSize/2)
		c.StrokeLine2(e.style.line(), x, middle, x+points(thumbnail), middle)
		c.DrawGlyph(e.style.glyph(), vg.Point{X: x + points(thumbnail/2), Y: middle})
		c.FillText(textStyle(legendSize), vg.Point{X: x + points(thumbnail+8), Y: y}, e.name)
	}
}

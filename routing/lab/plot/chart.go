package plot

import (
	"image/color"
	"math"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// A chart is two axes and what is drawn between them. Places are parts of an
// axis, 0 to 1.
//
// It is drawn with the canvases of gonum's package plot, but without that package
// itself: its twelve fonts and four more formats would make the program larger by
// 5 MB, and every start of it slower by 10 ms.
type chart struct {
	title string
	x, y  axis
	marks []mark
}

// An axis is its title and its ticks.
type axis struct {
	title string
	ticks []tick
	rules bool // a pale line across the chart at each number
	names bool // the ticks are names: all are shown, and no line
}

// A tick is a place on an axis, and the number or name there; without one the
// tick is small.
type tick struct {
	at   float64
	text string
}

// A mark is a way through a chart, and points with error bars and words.
type mark struct {
	style  style
	way    []vg.Point
	points []vg.Point
	bars   [][2]vg.Point
	words  []string // beside the points, where there are any
}

// Lengths around the space between the axes, in points.
const (
	tickLength = 8
	axisGap    = 6  // between the axes and the data
	labelGap   = 6  // between a tick or a point and its words
	titleGap   = 12 // below the title
	capLength  = 10 // of an error bar
)

// margins are what is around the space between the axes.
type margins struct{ left, right, top, bottom vg.Length }

// margins returns what titles, numbers and words of c need.
func (c *chart) margins() margins {
	m := margins{
		right:  c.x.widest()/2 + points(labelGap),
		top:    points(lineHeight*chartSize + titleGap),
		bottom: points(axisGap + tickLength + lineHeight*(tickSize+axisSize)),
		left:   points(axisGap+tickLength+labelGap) + c.y.widest(),
	}
	if c.y.title != "" {
		m.left += points(lineHeight*axisSize + labelGap)
	}
	for _, k := range c.marks {
		for _, word := range k.words {
			m.right = max(m.right, textStyle(tickSize).Width(word)+points(2*labelGap))
		}
	}
	return m
}

// widest returns the width of the widest number or name.
func (a *axis) widest() vg.Length {
	widest := vg.Length(0)
	for _, t := range a.ticks {
		widest = max(widest, a.style().Width(t.text))
	}
	return widest
}

// draw draws c, with these margins.
func (c *chart) draw(to draw.Canvas, m margins) {
	inner := draw.Crop(to, m.left, -m.right, m.bottom, -m.top)
	title := boldStyle(chartSize)
	title.XAlign = draw.XCenter
	title = fitting(title, c.title, to.Size().X)
	// Over the data, but within the chart.
	half := title.Width(c.title) / 2
	middle := min(max(inner.Center().X, to.Min.X+half), to.Max.X-half)
	to.FillText(title, vg.Point{X: middle, Y: to.Max.Y}, c.title)
	c.drawRules(inner)
	c.x.drawBelow(inner, to.Min.Y)
	c.y.drawLeft(inner, to.Min.X)
	for i := range c.marks {
		c.marks[i].draw(inner)
	}
}

func (c *chart) drawRules(inner draw.Canvas) {
	for _, t := range c.y.ticks {
		if y := inner.Y(t.at); c.y.rules && t.text != "" {
			inner.StrokeLine2(ruleStyle, inner.Min.X, y, inner.Max.X, y)
		}
	}
	for _, t := range c.x.ticks {
		if x := inner.X(t.at); c.x.rules && t.text != "" {
			inner.StrokeLine2(ruleStyle, x, inner.Min.Y, x, inner.Max.Y)
		}
	}
}

var axisStyle = draw.LineStyle{Color: color.Black, Width: points(1.5)}

// style is that of the numbers or names. Names stay apart where they are many.
func (a *axis) style() draw.TextStyle {
	size := float64(tickSize)
	if a.names {
		size = min(size, 0.6*chartHeight/float64(len(a.ticks)))
	}
	return textStyle(size)
}

// length returns how long a tick is.
func (t tick) length() vg.Length {
	if t.text == "" {
		return points(tickLength / 2)
	}
	return points(tickLength)
}

// drawBelow draws a below inner, its title down at bottom.
func (a *axis) drawBelow(inner draw.Canvas, bottom vg.Length) {
	y := inner.Min.Y - points(axisGap)
	inner.StrokeLine2(axisStyle, inner.Min.X, y, inner.Max.X, y)
	style := a.style()
	style.XAlign = draw.XCenter
	for _, t := range a.ticks {
		x := inner.X(t.at)
		inner.StrokeLine2(axisStyle, x, y, x, y-t.length())
		inner.FillText(style, vg.Point{X: x, Y: y - points(tickLength)}, t.text)
	}
	title := textStyle(axisSize)
	title.XAlign, title.YAlign = draw.XCenter, draw.YBottom
	title = fitting(title, a.title, inner.Size().X*1.2)
	inner.FillText(title, vg.Point{X: inner.Center().X, Y: bottom}, a.title)
}

// drawLeft draws a at the left of inner, its title out at left.
func (a *axis) drawLeft(inner draw.Canvas, left vg.Length) {
	x := inner.Min.X - points(axisGap)
	inner.StrokeLine2(axisStyle, x, inner.Min.Y, x, inner.Max.Y)
	style := a.style()
	style.XAlign, style.YAlign = draw.XRight, draw.YCenter
	for _, t := range a.ticks {
		y := inner.Y(t.at)
		if !a.names {
			inner.StrokeLine2(axisStyle, x, y, x-t.length(), y)
		}
		inner.FillText(style, vg.Point{X: x - points(tickLength+labelGap/2), Y: y + raise(style)}, t.text)
	}
	title := textStyle(axisSize)
	title.Rotation = math.Pi / 2
	title.XAlign = draw.XCenter
	title = fitting(title, a.title, inner.Size().Y*1.2)
	inner.FillText(title, vg.Point{X: left, Y: inner.Center().Y}, a.title)
}

// raise is by how much letters have to be raised for their middle to be where
// the library puts that of their line.
func raise(s draw.TextStyle) vg.Length { return s.Font.Size * 0.15 }

func (k *mark) draw(inner draw.Canvas) {
	at := func(p vg.Point) vg.Point { return vg.Point{X: inner.X(float64(p.X)), Y: inner.Y(float64(p.Y))} }
	if len(k.way) > 1 {
		var way []vg.Point
		for _, p := range k.way {
			way = append(way, at(p))
		}
		inner.StrokeLines(k.style.line(), way)
	}
	for _, bar := range k.bars {
		k.drawBar(inner, at(bar[0]), at(bar[1]))
	}
	for i, p := range k.points {
		inner.DrawGlyphNoClip(k.style.glyph(), at(p))
		if i >= len(k.words) {
			continue
		}
		style := textStyle(tickSize)
		style.YAlign = draw.YCenter
		end := p
		if i < len(k.bars) {
			end = k.bars[i][1]
		}
		beside := at(end).Add(vg.Point{X: points(2 * labelGap), Y: raise(style)})
		inner.FillText(style, beside, k.words[i])
	}
}

// drawBar draws an error bar, upright or lying, with its ends.
func (k *mark) drawBar(c draw.Canvas, from, to vg.Point) {
	style := k.style.bar()
	c.StrokeLine2(style, from.X, from.Y, to.X, to.Y)
	for _, end := range []vg.Point{from, to} {
		dx, dy := points(capLength/2), vg.Length(0)
		if from.Y == to.Y {
			dx, dy = dy, dx
		}
		c.StrokeLine2(style, end.X-dx, end.Y-dy, end.X+dx, end.Y+dy)
	}
}

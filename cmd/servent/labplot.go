package main

import (
	"bytes"

	"servent/routing/lab/experiment"
	"servent/routing/lab/plot"
)

// keepPlot draws rows in a file.
func (order *labOrder) keepPlot(path string, rows []experiment.Row) error {
	format, err := plot.FormatOf(path)
	if err != nil {
		return err
	}
	picture := plot.Picture{Rows: rows}
	if len(rows) > 0 {
		picture.Title = labTitle(order, &rows[0])
	}
	var image bytes.Buffer
	if err := plot.Write(&image, format, picture); err != nil {
		return err
	}
	return order.write(path, image.Bytes())
}

// checkPlot says why no picture of so many strategies can be drawn in path.
func checkPlot(path string, strategies int) error {
	switch {
	case path == "":
		return nil
	case strategies > plot.MaxStrategies:
		return usage("--plot %s: %d strategies, a picture tells %d apart", path, strategies, plot.MaxStrategies)
	}
	if _, err := plot.FormatOf(path); err != nil {
		return usage("--plot %s: a picture is an .svg or a .png file", path)
	}
	return nil
}

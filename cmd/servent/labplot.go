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

// checkPlot says what is wrong with the name of a picture.
func checkPlot(path string) error {
	if path == "" {
		return nil
	}
	if _, err := plot.FormatOf(path); err != nil {
		return usage("--plot %s: a picture is an .svg or a .png file", path)
	}
	return nil
}

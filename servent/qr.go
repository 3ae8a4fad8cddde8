package servent

import (
	"fmt"
	"image/color"

	"github.com/boombuler/barcode/qr"
)

// QRCode returns text as a QR code: a string for each row, 1 for each dark
// module and 0 for each light one, without the frame of 4 light ones. Large
// letters and digits take less room than small letters. It fails where no code
// has room for text.
//
// Source: ISO/IEC 18004.
func QRCode(text string) ([]string, error) {
	code, err := qr.Encode(text, qr.L, qr.Auto)
	if err != nil {
		return nil, fmt.Errorf("servent: make a QR code of %d letters: %w", len(text), err)
	}
	size := code.Bounds().Dx()
	rows := make([]string, size)
	for y := range rows {
		row := make([]byte, size)
		for x := range row {
			row[x] = '0'
			if code.At(x, y) == color.Black {
				row[x] = '1'
			}
		}
		rows[y] = string(row)
	}
	return rows, nil
}

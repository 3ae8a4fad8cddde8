package share

import "servent/share/peerwire"

// metadataTwice is how often a peer is given the whole info dictionary on one
// connection: it could have us send it for as long as it likes.
const metadataTwice = 2

// answerMetadata answers a peer that asks for a piece of the info dictionary.
// Source: BEP 9.
func (u *upload) answerMetadata(payload []byte) error {
	asked, err := peerwire.ParseMetadataMessage(payload)
	to := u.conn.MetadataID()
	if err != nil || asked.Kind != peerwire.MetadataRequest || to == 0 {
		return nil // it is to be ignored: we ask for none here
	}
	answer := peerwire.MetadataMessage{Kind: peerwire.MetadataReject, Piece: asked.Piece}
	all := (len(u.offer.info) + peerwire.MetadataPiece - 1) / peerwire.MetadataPiece
	if data, ok := peerwire.CutMetadata(u.offer.info, asked.Piece); ok && u.gave < metadataTwice*all {
		u.gave++
		answer.Kind, answer.TotalSize, answer.Data = peerwire.MetadataData, int64(len(u.offer.info)), data
	}
	u.watch.beat()
	data, err := answer.AppendBinary(nil)
	if err != nil {
		return err
	}
	return u.writer.Write(peerwire.Message{Kind: peerwire.Extended, ID: to, Data: data})
}

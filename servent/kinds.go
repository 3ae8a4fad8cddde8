package servent

import (
	"context"
	"maps"
	"slices"
	"strings"

	"servent/servent/api"
)

// kinds are what type: takes beside extensions, and the extensions that each
// stands for.
var kinds = map[string]string{
	"archive":  "7z ar arj bz2 cab cpio gz lha lz4 lzh lzma rar tar tbz tgz txz xz z zip zst",
	"audio":    "aac ac3 aif aiff amr ape au flac m4a m4b mid midi mka mp2 mp3 mpc oga ogg opus ra wav wma wv",
	"disk":     "bin cue dmg hdd img iso mdf mds nrg ova qcow2 toast vdi vhd vhdx vmdk wim",
	"document": "azw azw3 chm csv djvu doc docx epub fb2 htm html key md mobi numbers odg odp ods odt org pages pdf ppt pptx ps rst rtf tex txt xls xlsx xml xps",
	"image":    "ai avif bmp cr2 dng eps gif heic heif ico jfif jpeg jpg jxl nef png psd raw svg tga tif tiff webp xcf",
	"program":  "apk appimage bat cmd com deb dll exe flatpak jar msi msix pkg ps1 rpm sh snap",
	"video":    "3g2 3gp asf avi divx f4v flv m2ts m4v mkv mov mp4 mpe mpeg mpg mts ogm ogv qt rm rmvb ts vob webm wmv",
}

// otherKinds are other words for kinds.
var otherKinds = map[string]string{
	"archives": "archive", "disks": "disk", "documents": "document", "images": "image",
	"movie": "video", "movies": "video", "music": "audio", "photo": "image", "photos": "image", "picture": "image",
	"pictures": "image", "programs": "program", "videos": "video",
}

// Kinds returns the kinds of files that type: knows, in alphabetical order.
func Kinds() []string { return slices.Sorted(maps.Keys(kinds)) }

// ListKinds returns them with the extensions that each stands for.
func (s *Servent) ListKinds(context.Context) (list api.KindList, _ error) {
	for _, name := range Kinds() {
		list.Kinds = append(list.Kinds, api.Kind{Name: name, Extensions: extensionsOf(name)})
	}
	return list, nil
}

// extensionsOf returns the extensions that one word behind type: stands for.
func extensionsOf(word string) []string {
	if kind, ok := otherKinds[word]; ok {
		word = kind
	}
	if list, ok := kinds[word]; ok {
		return strings.Fields(list)
	}
	return []string{word}
}

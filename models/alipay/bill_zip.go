package alipay

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"strings"
)

// The greatest size of a bill. A quarter of a gigabyte of text is about a million rows, which is
// more than a shop has in a day, and as much as should be held in memory. Packed it is less than a
// quarter of that.
const (
	maxBillZip   = 64 << 20
	maxBillText  = 256 << 20
	maxBillFiles = 16 // there are two
)

// billEnding is the end of the name of the list of trades. That of the summary is …业务明细(汇总).csv.
const billEnding = "业务明细.csv"

// openBill finds the list of trades in the zip. Names are GBK and serve to find it, nothing is
// written to disk.
func openBill(zipped []byte) (io.ReadCloser, error) {
	if len(zipped) > maxBillZip {
		return nil, fmt.Errorf("the zip is larger than %d MiB", maxBillZip>>20)
	}
	// The files are counted by the marks of their headers, because reading the directory of the zip
	// takes memory for each of them.
	if bytes.Count(zipped, []byte("PK\x01\x02")) > maxBillFiles {
		return nil, fmt.Errorf("the zip holds more than %d files", maxBillFiles)
	}
	archive, err := zip.NewReader(bytes.NewReader(zipped), int64(len(zipped)))
	if err != nil {
		return nil, fmt.Errorf("this is no whole zip: %w", err)
	}
	var found []*zip.File
	for _, file := range archive.File {
		if strings.HasSuffix(toUTF8(file.Name, ""), billEnding) {
			found = append(found, file)
		}
	}
	if len(found) != 1 {
		return nil, fmt.Errorf("the zip holds %d files …%s, want one", len(found), billEnding)
	}
	// Package zip stops at the size that the header states, so a false one does not get further.
	if size := found[0].UncompressedSize64; size > maxBillText {
		return nil, fmt.Errorf("…%s has %d MiB unpacked, at most %d are read", billEnding, size>>20, maxBillText>>20)
	}
	return found[0].Open()
}

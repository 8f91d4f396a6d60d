package views

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"slices"
	"testing"
)

// BenchmarkCompress is what a page of My Orders costs at gzip's levels, beside what it costs to
// render it, and how many bytes it spares the line.
func BenchmarkCompress(b *testing.B) {
	orders := sampleMyOrders()
	orders.Orders = slices.Concat(orders.Orders, orders.Orders)
	var page bytes.Buffer
	b.Run("render", func(b *testing.B) {
		for b.Loop() {
			page.Reset()
			if err := MyOrdersPage(orders).Render(b.Context(), &page); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(float64(page.Len()), "bytes")
	})
	for _, level := range []int{gzip.BestSpeed, 5, 6, gzip.BestCompression} {
		b.Run(fmt.Sprintf("level=%d", level), func(b *testing.B) {
			var out bytes.Buffer
			z, err := gzip.NewWriterLevel(&out, level)
			if err != nil {
				b.Fatal(err)
			}
			for b.Loop() {
				out.Reset()
				z.Reset(&out)
				if _, err := z.Write(page.Bytes()); err != nil {
					b.Fatal(err)
				}
				if err := z.Close(); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(page.Len()-out.Len()), "spared")
		})
	}
}

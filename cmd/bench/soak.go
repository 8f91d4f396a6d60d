package main

import (
	"context"
	"fmt"
	"runtime"
	"time"
)

// soakReports is how often a soak prints its memory.
const soakReports = 10

// soak prints (g): memory and goroutines of shop and load generator while notifies and pages go on
// for the time given.
func (b *bench) soak(ctx context.Context) error {
	if b.soakTime == 0 {
		return nil
	}
	request, err := b.readerPage(ctx)
	if err != nil {
		return err
	}
	fmt.Printf("\n(g) soak of %s, %d connections\n%8s %10s %10s %12s %12s\n",
		b.soakTime, sizeConns, "after", "heap MB", "system MB", "goroutines", "notifies+pages/s")
	begin := time.Now()
	for i := range soakReports {
		until := b.soakTime * time.Duration(i+1) / soakReports
		var served float64
		turns := 0
		for turns == 0 || time.Since(begin) < until {
			notifies, err := b.notifyShop(ctx, sizeConns, distinctCourses)
			if err != nil {
				return err
			}
			pages, err := b.pagesOf(ctx, b.caller, sizeConns, request)
			if err != nil {
				return err
			}
			served += notifies.rate + pages.rate
			turns++
		}
		b.printMemory(time.Since(begin), served/float64(2*turns))
	}
	return nil
}

func (b *bench) printMemory(after time.Duration, rate float64) {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	heap, system := float64(m.HeapAlloc)/(1<<20), float64(m.Sys)/(1<<20)
	fmt.Printf("%8s %10.1f %10.1f %12d %12.0f\n",
		after.Round(time.Second), heap, system, runtime.NumGoroutine(), rate)
}

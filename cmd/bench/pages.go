package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"

	"luffy/models"
)

// measurePages prints (c) pages of My Orders beside bare handlers with the same queries and the same
// bytes, and (d) the statements of one page.
func (b *bench) measurePages(ctx context.Context) error {
	request, err := b.readerPage(ctx)
	if err != nil {
		return err
	}
	page, err := b.caller.call(ctx, request)
	if err != nil {
		return err
	}
	plain, prepared := make([]comparison, len(b.conns)), make([]comparison, len(b.conns))
	for i, conns := range b.conns {
		taken, err := b.comparePages(ctx, conns, request, b.barePage(page, b.plain), b.barePage(page, b.prepare()))
		if err != nil {
			return err
		}
		plain[i], prepared[i] = comparison{taken[0], taken[1]}, comparison{taken[0], taken[2]}
	}
	title := fmt.Sprintf("(c) pages of My Orders a second, 10 orders of 3 courses, %d bytes", len(page))
	b.printTable(title, plain)
	b.printTable(title+", against bare SQL that prepares", prepared)
	return b.countStatements(ctx, request)
}

// comparePages measures the shop's page and those of the handlers.
func (b *bench) comparePages(
	ctx context.Context, conns int, request []byte, bare ...http.Handler,
) (taken []sample, err error) {
	of := func(c *caller) func() (sample, error) {
		return func() (sample, error) { return b.pagesOf(ctx, c, conns, request) }
	}
	measurements := []func() (sample, error){of(b.caller)}
	for _, handler := range bare {
		server := httptest.NewServer(handler)
		defer server.Close()
		caller := newCaller(server)
		defer func() { err = errors.Join(err, caller.close()) }()
		measurements = append(measurements, of(caller))
	}
	return inTurns(b.rounds, measurements...)
}

// pagesOf asks for the page over and over.
func (b *bench) pagesOf(ctx context.Context, c *caller, conns int, request []byte) (sample, error) {
	return drive(conns, 0, b.pages, func(int) error { _, err := c.call(ctx, request); return err })
}

// countStatements asks the database server how many statements a page took.
func (b *bench) countStatements(ctx context.Context, request []byte) error {
	fmt.Println("\n(d) SQL statements of one page of My Orders, session and counts included")
	for _, orders := range []int{models.OrdersPerPage, 10_000} {
		if err := b.addPaidOrders(ctx, orders); err != nil {
			return err
		}
		// The first visit of a student with thousands of new orders stores their tally.
		if _, err := b.caller.call(ctx, request); err != nil {
			return err
		}
		before, err := b.questions(ctx)
		if err != nil {
			return err
		}
		if _, err := b.caller.call(ctx, request); err != nil {
			return err
		}
		after, err := b.questions(ctx)
		if err != nil {
			return err
		}
		fmt.Printf("%8d orders: %d\n", orders, after-before-1) // the second question counts itself
	}
	return nil
}

func (b *bench) questions(ctx context.Context) (int, error) {
	var name string
	var n int
	err := b.sql.QueryRowContext(ctx, "SHOW GLOBAL STATUS LIKE 'Questions'").Scan(&name, &n)
	return n, err
}

package main

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"luffy/models"
	"luffy/models/payment"
)

// order shows what the shop knows of an order, or which orders a student has; "order ask" asks Alipay.
func (p program) order(ctx context.Context, args []string) error {
	switch {
	case len(args) == 2 && args[0] == "ask":
		return p.askOrder(ctx, args[1])
	case len(args) != 1 || args[0] == "ask":
		return errUsage
	}
	return p.onSchema(ctx, func(db *models.DB) error {
		found, err := db.FindOrder(ctx, args[0])
		if errors.Is(err, models.ErrNotFound) {
			return p.ordersOf(ctx, db, args[0])
		}
		if err != nil {
			return err
		}
		if err := printOrder(p.stdout, found); err != nil {
			return err
		}
		return p.printActs(ctx, db, found.OrderNumber)
	})
}

// askOrder asks Alipay about every attempt to pay the order, and says what became of it.
func (p program) askOrder(ctx context.Context, name string) error {
	return p.onPayments(ctx, func(payments *payment.Service, db *models.DB) error {
		found, err := db.FindOrder(ctx, name)
		if err != nil {
			return fmt.Errorf("order %s: %w", name, err)
		}
		act := models.StaffAct{DoneBy: operator(), Act: models.ActAsk, OrderNumber: found.OrderNumber}
		if err := db.NoteAct(ctx, act); err != nil {
			return err
		}
		answers, err := payments.AskOrder(ctx, found.OrderView)
		for _, a := range answers {
			fmt.Fprintf(p.stdout, "%s: Alipay says %s", a.OutTradeNo, a.State)
			if a.Outcome != "" {
				fmt.Fprintf(p.stdout, ", here %s", a.Outcome)
			}
			fmt.Fprintln(p.stdout)
		}
		return err
	})
}

// maxActs bounds the list of what staff did about an order.
const maxActs = 50

// printActs prints what staff did about an order, oldest first like the order's other tables.
func (p program) printActs(ctx context.Context, db *models.DB, number string) error {
	acts, err := db.ActsOf(ctx, number, maxActs)
	if err != nil || len(acts) == 0 {
		return err
	}
	rows := [][]string{{"DONE", "BY", "ACT", "AMOUNT", "NOTE"}}
	for _, a := range slices.Backward(acts) {
		rows = append(rows, []string{moment(&a.DoneAt), dash(a.DoneBy), string(a.Act), a.Amount.String(), dash(a.Note)})
	}
	fmt.Fprintln(p.stdout)
	return printTable(p.stdout, rows...)
}

// maxOrders bounds the list of a student's orders.
const maxOrders = 50

func (p program) ordersOf(ctx context.Context, db *models.DB, student string) error {
	orders, err := db.OrdersOf(ctx, student, maxOrders)
	if err != nil {
		return fmt.Errorf("%q is neither an order, nor a trade of one, nor a student: %w", student, err)
	}
	if len(orders) == 0 {
		fmt.Fprintln(p.stdout, "no orders")
		return nil
	}
	rows := [][]string{{"PLACED", "ORDER", "STATE", "AMOUNT", "GIVEN BACK", "COURSES"}}
	for _, o := range orders {
		rows = append(rows, []string{
			moment(&o.CreatedAt), o.OrderNumber, o.OrderStatus.String(), o.RealPrice.String(),
			o.RefundedAmount.String(), o.OrderTitle,
		})
	}
	return printTable(p.stdout, rows...)
}

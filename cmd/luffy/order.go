package main

import (
	"context"
	"errors"
	"fmt"

	"luffy/models"
	"luffy/models/payment"
)

// order shows what the shop knows of an order, or which orders a student has; "order ask" asks Alipay.
func (p program) order(ctx context.Context, args []string) error {
	if len(args) == 2 && args[0] == "ask" {
		return p.askOrder(ctx, args[1])
	}
	if len(args) != 1 {
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
		return printOrder(p.stdout, found)
	})
}

// askOrder asks Alipay about every attempt to pay the order, and says what became of it.
func (p program) askOrder(ctx context.Context, name string) error {
	return p.onPayments(ctx, func(payments *payment.Service, db *models.DB) error {
		found, err := db.FindOrder(ctx, name)
		if err != nil {
			return fmt.Errorf("order %s: %w", name, err)
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

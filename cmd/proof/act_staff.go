package main

import (
	"context"
	"fmt"
)

func refundLine(_ context.Context, w *world, p *purchase) error {
	_, _, err := w.run("refund", p.order.OrderNumber, "--line", "1", "--reason", "换课")
	return err
}

// refundUnlessStored asks again where nobody can see that it was asked for.
func refundUnlessStored(ctx context.Context, w *world, p *purchase) error {
	stored, err := w.count(ctx, `
		SELECT COUNT(*) FROM ly_refund f JOIN ly_payment p ON p.id = f.payment_id
		WHERE p.out_trade_no = ?`, p.order.OrderNumber)
	if err != nil || stored > 0 {
		return err
	}
	return w.must("refund", p.order.OrderNumber, "--line", "1", "--reason", "换课")
}

func approve(_ context.Context, w *world, p *purchase) error {
	_, _, err := w.run("refund", "approve", p.order.OrderNumber)
	return err
}

// approveAgain may find all requests decided.
func approveAgain(_ context.Context, w *world, p *purchase) error {
	return w.must("refund", "approve", p.order.OrderNumber)
}

// refundOutside gives a part of the order back in Alipay's console, and returns when the shop was told.
func refundOutside(ctx context.Context, w *world, p *purchase) error {
	before := len(w.alipay.Deliveries(p.order.OrderNumber))
	if err := w.alipay.RefundOutside(p.order.OrderNumber, 10_00); err != nil {
		return err
	}
	told := func() bool { return len(w.alipay.Deliveries(p.order.OrderNumber)) > before }
	return until(ctx, "the notify of a refund", told)
}

func reconcile(_ context.Context, w *world, p *purchase) error {
	_, _, err := w.run("reconcile", p.date)
	return err
}

// reconcileTwice compares the day again, and once more: then nothing may be open.
func reconcileTwice(_ context.Context, w *world, p *purchase) error {
	for range 2 {
		if err := w.must("reconcile", p.date); err != nil {
			return err
		}
	}
	return nil
}

func settle(_ context.Context, w *world, p *purchase) error {
	_, _, err := w.run("reconcile", "settle", p.open, "--note", "测试")
	return err
}

// settleAgain closes the difference unless it is closed, and compares the day once more: it stays closed.
func settleAgain(ctx context.Context, w *world, p *purchase) error {
	open, err := w.count(ctx, "SELECT COUNT(*) FROM ly_bill_difference WHERE closed_at IS NULL")
	if err == nil && open > 0 {
		err = w.must("reconcile", "settle", p.open, "--note", "测试")
	}
	if err != nil {
		return err
	}
	return w.must("reconcile", p.date)
}

// must runs a command that has to succeed.
func (w *world) must(args ...string) error {
	code, said, err := w.run(args...)
	if err == nil && code != 0 {
		err = fmt.Errorf("luffy %v: exit %d: %s", args, code, said)
	}
	return err
}

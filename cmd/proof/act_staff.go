package main

import (
	"context"
	"fmt"
)

func refundLine(_ context.Context, w *world, p *purchase) error {
	_, _, err := w.run("refund", p.order.OrderNumber, "--line", "1", "--reason", "换课")
	return err
}

// refundUnlessStored asks for the refund again if the first request left no trace.
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

// approveAgain approves the order's requests once more. They may all be decided already.
func approveAgain(_ context.Context, w *world, p *purchase) error {
	return w.must("refund", "approve", p.order.OrderNumber)
}

// refundOutside gives a part of the order back in Alipay's console, and returns when the shop has
// got the notify.
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

// reconcileTwice compares the day again twice. After that nothing may be open.
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

// settleAgain closes the difference if it is still open, and compares the day once more: the difference
// must stay closed.
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

// must runs a command and returns an error unless it succeeds.
func (w *world) must(args ...string) error {
	code, said, err := w.run(args...)
	if err == nil && code != 0 {
		err = fmt.Errorf("luffy %v: exit %d: %s", args, code, said)
	}
	return err
}

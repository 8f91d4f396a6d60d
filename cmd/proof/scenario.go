package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"

	"luffy/models"
)

// scenario is something that the program does in transactions and during which it dies.
type scenario struct {
	name string
	what string
	// prepare makes what the scenario begins with.
	prepare func(context.Context, *world) (*purchase, error)
	// act makes the program work, and returns when the program has answered or died.
	act func(context.Context, *world, *purchase) error
	// again is what people do when the program runs again after the crash.
	again func(context.Context, *world, *purchase) error
	// ends is the final state of the order, wherever the program has died.
	ends models.OrderStatus
	// command: act runs a command. Otherwise the shop serves, without jobs, because their
	// statements would come at any time.
	command bool
	// jobs: the shop serves with jobs, and one of them does the work. Only statements that change
	// something are counted, because jobs read all the time.
	jobs bool
	// yesterday: everything is prepared at noon yesterday, in a new world each time.
	yesterday bool
}

var scenarios = []scenario{
	{
		name: "fulfil", what: "a notify pays an order",
		prepare: prepareLink, act: payAndTell, again: nothing, ends: models.OrderPaid,
	},
	{
		name: "return", what: "a student comes back from paying before any notify",
		prepare: preparePaidUntold, act: comeBack, again: nothing, ends: models.OrderPaid,
	},
	{
		name: "poll", what: "the result page asks about a payment",
		prepare: preparePaidUntold, act: lookAtResult, again: nothing, ends: models.OrderPaid,
	},
	{
		name: "ask", what: "the job asks about a payment",
		prepare: preparePaidUntold, act: askDue, again: nothing, ends: models.OrderPaid, jobs: true,
	},
	{
		name: "late", what: "a notify pays a closed order, which cannot be had any more",
		prepare: prepareLate, act: payAndTell, again: nothing, ends: models.OrderCancelled,
	},
	{
		name: "granted", what: "a notify pays a closed order, which can still be had",
		prepare: prepareCancelled, act: payAndTell, again: nothing, ends: models.OrderPaid,
	},
	{
		name: "place", what: "a student places an order",
		prepare: prepareForm, act: placeOrder, again: placeAgainAndPay, ends: models.OrderPaid,
	},
	{
		name: "free", what: "a student places an order of 0.00",
		prepare: prepareFreeForm, act: placeOrder, again: placeOrderAgain, ends: models.OrderPaid,
	},
	{
		name: "close", what: "a student cancels an order",
		prepare: prepareOpened, act: cancelOrder, again: cancelAgain, ends: models.OrderCancelled,
	},
	{
		name: "timeout", what: "the job closes an order whose time is over",
		prepare: prepareOpened, act: timeOut, again: nothing, ends: models.OrderTimedOut, jobs: true,
	},
	{
		name: "refund", what: "luffy refund gives a line back",
		prepare: preparePaid, act: refundLine, again: refundUnlessStored, ends: models.OrderPaid, command: true,
	},
	{
		name: "approve", what: "luffy refund approve grants a request",
		prepare: prepareRequest, act: approve, again: approveAgain, ends: models.OrderPaid, command: true,
	},
	{
		name: "outside", what: "a notify tells of a refund made in Alipay's console",
		prepare: preparePaid, act: refundOutside, again: nothing, ends: models.OrderPaid,
	},
	{
		name: "surplus", what: "a second payment comes, and the job gives it back",
		prepare: prepareTwo, act: payTwice, again: nothing, ends: models.OrderPaid, jobs: true,
	},
	{
		name: "reconcile", what: "luffy reconcile compares a day",
		prepare: prepareDay, act: reconcile, again: reconcileTwice, ends: models.OrderPaid, command: true, yesterday: true,
	},
	{
		name: "settle", what: "luffy reconcile settle closes a difference",
		prepare: prepareDifference, act: settle, again: settleAgain, ends: models.OrderPaid, command: true, yesterday: true,
	},
}

var errNoScenario = errors.New("no such scenario")

func scenarioNamed(name string) (scenario, error) {
	i := slices.IndexFunc(scenarios, func(s scenario) bool { return s.name == name })
	if i < 0 {
		return scenario{}, fmt.Errorf("%q: %w", name, errNoScenario)
	}
	return scenarios[i], nil
}

// purchase is an order with what its student needs for the next steps.
type purchase struct {
	order models.Order
	link  string     // to the cashier
	back  string     // from there: path and query of Alipay's return
	form  url.Values // of an order that is to be placed
	date  string     // of the bill
	open  string     // the ID of a difference with the bill
}

package main

import (
	"context"
	"fmt"
	"net/url"
	"slices"

	"luffy/models"
)

// scenario is something that the program does in transactions, and dies while doing.
type scenario struct {
	name string
	what string
	// prepare makes what must be there before.
	prepare func(context.Context, *world) (*purchase, error)
	// act makes the program work, and returns when it has answered or died.
	act func(context.Context, *world, *purchase) error
	// again is what people do after the crash, when the program runs again.
	again func(context.Context, *world, *purchase) error
	// command: act runs a command. Else the shop serves, without jobs, whose statements would come at any time.
	command bool
	// yesterday: what is prepared happens at noon yesterday, in a new world each time.
	yesterday bool
}

var scenarios = []scenario{
	{name: "fulfil", what: "a notify pays an order", prepare: prepareLink, act: payAndTell, again: nothing},
	{name: "late", what: "a notify pays a closed order, which cannot be had any more", prepare: prepareLate, act: payAndTell, again: nothing},
	{name: "place", what: "a student places an order", prepare: prepareForm, act: placeOrder, again: placeAgainAndPay},
	{name: "free", what: "a student places an order of 0.00", prepare: prepareFreeForm, act: placeOrder, again: placeOrderAgain},
	{name: "close", what: "a student cancels an order", prepare: prepareOpened, act: cancelOrder, again: cancelAgain},
	{name: "refund", what: "luffy refund gives a line back", prepare: preparePaid, act: refundLine, again: refundUnlessStored, command: true},
	{
		name: "reconcile", what: "luffy reconcile compares a day", prepare: prepareDay, act: reconcile, again: reconcileTwice,
		command: true, yesterday: true,
	},
}

func scenarioNamed(name string) (scenario, error) {
	i := slices.IndexFunc(scenarios, func(s scenario) bool { return s.name == name })
	if i < 0 {
		return scenario{}, fmt.Errorf("no scenario %q", name)
	}
	return scenarios[i], nil
}

// purchase is an order with what its student needs to go on.
type purchase struct {
	order models.Order
	link  string     // to the cashier
	form  url.Values // of an order that is to be placed
	date  string     // of the bill
}

package handlers_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"

	"luffy/models/alipay/sandbox"
)

// payLink is a link to the cashier, taken apart.
type payLink struct {
	address string
	params  url.Values
	biz     map[string]string
	number  string // out_trade_no
}

// payLink reads the redirect to the cashier.
func (p *page) payLink() payLink {
	p.t.Helper()
	address := p.redirect()
	u, err := url.Parse(address)
	if err != nil {
		p.t.Fatal(err)
	}
	link := payLink{address: address, params: u.Query()}
	if err := json.Unmarshal([]byte(link.params.Get("biz_content")), &link.biz); err != nil {
		p.t.Fatalf("%s leads to %s: %v", p.url.Path, address, err)
	}
	link.number = link.biz["out_trade_no"]
	return link
}

// pay pays at the simulator's cashier as a buyer does and gives the success page.
func (b *browser) pay(link payLink) *page {
	b.t.Helper()
	cashier := b.follow(b.get(link.address))
	cashier.want(http.StatusOK)
	who := []string{"buyer", sandbox.BuyerRich}
	if strings.HasPrefix(cashier.url.Path, "/cashier/") {
		cashier = b.follow(b.submit(cashier, cashier.url.Path+"/login", who...))
		who = nil
	}
	paid := b.follow(b.submit(cashier, cashier.url.Path+"/pay", append(who, "password", sandbox.Password)...))
	paid.want(http.StatusOK)
	return paid
}

// back leaves the success page the way the simulator offers; nil when it offers none.
func (b *browser) back(paid *page) *page {
	b.t.Helper()
	way, offered := paid.Find("#back-to-shop").Attr("href")
	if !offered {
		return nil
	}
	return b.get(paid.link(way))
}

// payAt pays and gives the address of Alipay's return.
func (b *browser) payAt(link payLink) (returnURL string) {
	b.t.Helper()
	return b.back(b.pay(link)).redirect()
}

// buy orders what is in the cart and pays it; the address is that of Alipay's return.
func (b *browser) buy(changes ...string) (link payLink, returnURL string) {
	b.t.Helper()
	link = b.order(changes...).payLink()
	return link, b.payAt(link)
}

func resultPath(number string) string { return "/orders/" + number + "/result" }

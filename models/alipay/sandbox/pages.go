package sandbox

import (
	"bytes"
	"errors"
	"html/template"
	"net/http"
	"time"

	"luffy/models/alipay"
)

var pages = parsePages("cashier.html", "wap.html", "paid.html", "notice.html", "admin.html", "admin_trade.html")

func parsePages(names ...string) map[string]*template.Template {
	shared := template.Must(template.New("layout").Funcs(template.FuncMap{
		"yuan": alipay.FormatAmount,
		"time": func(t time.Time) string {
			if t.IsZero() {
				return "—"
			}
			return alipay.FormatTime(t)
		},
	}).ParseFS(pageFiles, "pages/layout.html"))
	all := map[string]*template.Template{}
	for _, name := range names {
		all[name] = template.Must(template.Must(shared.Clone()).ParseFS(pageFiles, "pages/"+name))
	}
	return all
}

// render writes a complete page or none.
func (s *Sandbox) render(w http.ResponseWriter, status int, name string, data any) {
	var page bytes.Buffer
	if err := pages[name].ExecuteTemplate(&page, "layout", data); err != nil {
		s.log.Error("render", "page", name, "error", err)
		http.Error(w, "page broken", http.StatusInternalServerError)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; img-src data:; frame-ancestors 'none'")
	w.WriteHeader(status)
	w.Write(page.Bytes())
}

// notice is a page that only says something: an error, or an end.
type notice struct {
	Title   string
	Text    string
	SubCode string
	Link    string // where the one button leads; "" = no button
	Label   string
}

// renderRefusal tells the buyer that the gateway has refused a page request. Like the real gateway it
// does so with status 200. exit leads back to the shop, if it is known.
func (s *Sandbox) renderRefusal(w http.ResponseWriter, err error, exit string) {
	r := asRefusal(err)
	title := "无法付款"
	switch {
	case errors.Is(err, errLinkExpired):
		title = "订单已超时"
	case errors.Is(err, errTradePaid):
		title = "订单已支付"
	case errors.Is(err, errTradeClosed):
		title = "订单已关闭"
	}
	s.render(w, http.StatusOK, "notice.html", notice{
		Title: title, Text: r.SubMsg, SubCode: r.SubCode, Link: exit, Label: "返回商家",
	})
}

// asRefusal returns the refusal in err. Any other error is the simulator's own failure.
func asRefusal(err error) *refusal {
	if r, ok := errors.AsType[*refusal](err); ok {
		return r
	}
	return errSystem
}

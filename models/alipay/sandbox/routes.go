package sandbox

import (
	"embed"
	"net/http"
)

const (
	gatewayPath  = "/gateway.do"
	downloadPath = "/billdownload"
)

//go:embed pages
var pageFiles embed.FS

// Handler serves the gateway, the cashier pages and the admin side. Pages of other sites may post only
// to the gateway, because that is how a shop opens the cashier.
func (s *Sandbox) Handler() http.Handler {
	own := http.NewServeMux()
	for _, kind := range []string{"/cashier", "/wap"} {
		own.HandleFunc("GET "+kind+"/{token}", s.visitPage(s.showVisit))
		own.HandleFunc("POST "+kind+"/{token}/login", s.visitPage(s.postLogin))
		own.HandleFunc("POST "+kind+"/{token}/pay", s.visitPage(s.postPay))
		own.HandleFunc("POST "+kind+"/{token}/abandon", s.visitPage(s.postAbandon))
		own.HandleFunc("POST "+kind+"/{token}/skip-return", s.visitPage(s.postSkipReturn))
		own.HandleFunc("GET "+kind+"/{token}/return", s.visitPage(s.sendBack))
	}
	own.HandleFunc("GET "+downloadPath, s.serveDownload)
	own.HandleFunc("GET /admin", s.showAdmin)
	own.HandleFunc("GET /admin/trades/{out_trade_no}", s.showAdminTrade)
	s.routeAdminAPI(own)
	own.HandleFunc("GET /style.css", func(w http.ResponseWriter, r *http.Request) {
		http.ServeFileFS(w, r, pageFiles, "pages/style.css")
	})
	own.Handle("GET /{$}", http.RedirectHandler("/admin", http.StatusFound))

	all := http.NewServeMux()
	all.HandleFunc("GET "+gatewayPath, s.serveGateway)
	all.HandleFunc("POST "+gatewayPath, s.serveGateway)
	all.Handle("/", http.NewCrossOriginProtection().Handler(http.MaxBytesHandler(own, maxForm)))
	return all
}

// maxForm bounds what the cashier and the admin side read.
const maxForm = 64 << 10

package sandbox

import (
	"crypto/rand"
	"maps"
	"net/http"
	"time"
)

// downloadAge is how long the address of a bill can be opened, by the virtual clock.
const downloadAge = 30 * time.Second

// download is a bill that can be fetched at its address.
type download struct {
	file  []byte
	until time.Time
}

// offer makes a bill available for one download and returns the token of its address. The address is
// lost when the process ends.
func (s *Sandbox) offer(b bill) (token string) {
	d := download{file: b.faults.alterArchive(b.archive()), until: b.exported.Add(downloadAge)}
	if b.faults.on(BillExpiredURL) {
		d.until = b.exported
	}
	token = rand.Text()
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.clock.now()
	maps.DeleteFunc(s.downloads, func(_ string, d download) bool { return expired(d.until, now) })
	s.downloads[token] = d
	return token
}

func (s *Sandbox) serveDownload(w http.ResponseWriter, r *http.Request) {
	file, ok := s.takeDownload(r.URL.Query().Get("token"))
	if !ok {
		s.render(w, http.StatusForbidden, "notice.html", notice{
			Title: "下载地址无效", Text: "账单的下载地址只能用一次，并且只在 30 秒内有效。请重新查询下载地址。",
		})
		return
	}
	w.Header().Set("Content-Type", "application/octet-stream")
	w.Header().Set("Content-Disposition", `attachment; filename="bill.zip"`)
	w.Header().Set("Cache-Control", "no-store")
	w.Write(file)
}

func (s *Sandbox) takeDownload(token string) (file []byte, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	d, known := s.downloads[token]
	delete(s.downloads, token)
	return d.file, known && !expired(d.until, s.clock.now())
}

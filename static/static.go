// Package static embeds the style sheet, the script and the pictures, and serves each under a name
// with a hash of its content. A changed file has a new address, so browsers may cache files for ever.
package static

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"strconv"
	"strings"
)

// Prefix is the path below which Handler expects its requests.
const Prefix = "/static/"

//go:embed *.css *.js img/*.svg
var files embed.FS

var contentTypes = map[string]string{
	".css": "text/css; charset=utf-8",
	".js":  "text/javascript; charset=utf-8",
	".svg": "image/svg+xml",
}

// asset is one file as it is sent to browsers.
type asset struct {
	contentType string
	plain       []byte
	gzipped     []byte
}

var (
	urls   = map[string]string{} // name → address
	assets = map[string]asset{}  // address → file
)

func init() {
	err := fs.WalkDir(files, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		return add(name)
	})
	if err != nil {
		panic(fmt.Sprintf("static: the embedded files cannot be prepared: %v", err))
	}
}

func add(name string) error {
	plain, err := files.ReadFile(name)
	if err != nil {
		return err
	}
	gzipped, err := compress(plain)
	if err != nil {
		return err
	}
	sum := sha256.Sum256(plain)
	ext := path.Ext(name)
	url := Prefix + strings.TrimSuffix(name, ext) + "." + hex.EncodeToString(sum[:4]) + ext
	urls[name] = url
	assets[url] = asset{contentType: contentTypes[ext], plain: plain, gzipped: gzipped}
	return nil
}

func compress(plain []byte) ([]byte, error) {
	var b bytes.Buffer
	w, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(plain); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// URL returns the address of a file such as "shop.css" or "img/go.svg": "/static/shop.3f2a9c1b.css".
// It is empty when there is no such file.
func URL(name string) string { return urls[name] }

// Handler serves the addresses that URL gives, and nothing else: names without their hash, folders
// and anything unknown are 404.
func Handler() http.Handler { return http.HandlerFunc(serve) }

func serve(w http.ResponseWriter, r *http.Request) {
	file, ok := assets[r.URL.Path]
	if !ok {
		http.NotFound(w, r)
		return
	}
	header := w.Header()
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		header.Set("Allow", "GET, HEAD")
		http.Error(w, http.StatusText(http.StatusMethodNotAllowed), http.StatusMethodNotAllowed)
		return
	}
	body := file.plain
	if acceptsGzip(r.Header.Get("Accept-Encoding")) {
		body = file.gzipped
		header.Set("Content-Encoding", "gzip")
	}
	header.Set("Vary", "Accept-Encoding")
	header.Set("Cache-Control", "public, max-age=31536000, immutable")
	header.Set("Content-Type", file.contentType)
	header.Set("Content-Length", strconv.Itoa(len(body)))
	header.Set("X-Content-Type-Options", "nosniff")
	if r.Method == http.MethodGet {
		_, _ = w.Write(body) // a visitor who hung up needs no answer
	}
}

// acceptsGzip reads an Accept-Encoding header; "gzip;q=0" refuses it.
func acceptsGzip(accept string) bool {
	for part := range strings.SplitSeq(accept, ",") {
		coding, weight, _ := strings.Cut(part, ";")
		if strings.EqualFold(strings.TrimSpace(coding), "gzip") {
			weight = strings.TrimSpace(weight)
			return strings.TrimRight(weight, ".0") != "q="
		}
	}
	return false
}

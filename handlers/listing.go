package handlers

import (
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"
)

// maxSearch is the longest search in characters; a course's name is no longer.
const maxSearch = 128

// searchWords reads ?q=, which may be anything.
func searchWords(c echo.Context) string {
	words := []rune(strings.TrimSpace(strings.ToValidUTF8(c.QueryParam("q"), "")))
	return string(words[:min(len(words), maxSearch)])
}

// pageNo reads ?page=; what is no number is the first page.
func pageNo(c echo.Context) int {
	n, _ := strconv.Atoi(c.QueryParam("page"))
	return n
}

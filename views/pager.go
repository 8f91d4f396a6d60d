package views

import "strings"

// Pager leads through the pages of a list.
type Pager struct {
	Path  string // address of the list, without ?page=
	Page  int    // from 1
	Pages int
	Total int    // rows over all pages
	Unit  string // 门课程
}

func (p Pager) href(page int) string {
	if page == 1 {
		return p.Path
	}
	mark := "?"
	if strings.Contains(p.Path, "?") {
		mark = "&"
	}
	return p.Path + mark + "page=" + id(int64(page))
}

package views

import "net/http"

// Error is the page for every refusal and failure; the handler supplies the words.
type Error struct {
	Page
	Status      int    // 404
	Title       string // the heading: 页面不存在
	Sentence    string // what happened
	Advice      string // what to do now
	OrderNumber string // of the order that the request was about; empty for none
	Back        Link   // where to go on; the zero Link leads to the course list
}

// ours reports whether the fault is the shop's and not the visitor's.
func (e Error) ours() bool { return e.Status >= http.StatusInternalServerError }

func (e Error) back() Link {
	if e.Back.Href == "" {
		return Link{Text: "返回课程列表", Href: "/"}
	}
	return e.Back
}

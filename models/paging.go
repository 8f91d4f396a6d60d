package models

import "strings"

// clampPage returns the page to show, from 1, and how many pages so many rows make, at least 1. A
// page past the end becomes the last.
func clampPage(page, rows, perPage int) (shown, pages int) {
	pages = max(1, (rows+perPage-1)/perPage)
	return min(max(page, 1), pages), pages
}

// maxListed bounds the lists that are not paged.
const maxListed = 200

// likeEscaper makes text stand for itself in LIKE … ESCAPE '!'.
var likeEscaper = strings.NewReplacer("!", "!!", "%", "!%", "_", "!_")

package views

import (
	"cmp"
	"strconv"
	"strings"
	"time"

	"luffy/models"
	"luffy/static"
)

const placeholder = "img/placeholder.svg"

// seenAtOnce is how many courses or orders of a list are visible when the page opens.
const seenAtOnce = 2

// pictureURL finds the address of a picture, whose forms the package comment lists.
func pictureURL(name string) string {
	if strings.HasPrefix(name, "/") && !strings.HasPrefix(name, "//") {
		return name
	}
	return cmp.Or(static.URL(name), static.URL(placeholder))
}

// pictureAlt names a course's picture, or says that there is none.
func pictureAlt(name, course string) string {
	if pictureURL(name) == static.URL(placeholder) {
		return course + "（暂无封面）"
	}
	return course + " 封面"
}

// machineTime is the form that <time datetime> wants, with Beijing's offset.
func machineTime(t time.Time) string { return t.In(models.Beijing).Format(time.RFC3339) }

// minuteText shows a time as students read it: 2026-11-22 22:30.
func minuteText(t time.Time) string { return t.In(models.Beijing).Format("2006-01-02 15:04") }

// dayText shows a day: 2026-11-22.
func dayText(t time.Time) string { return t.In(models.Beijing).Format(time.DateOnly) }

// endText shows the end of a right: only the day while it is far away, and to the minute when it is
// near, because a right ends in the middle of a day.
func endText(access Access, end time.Time) string {
	if access == AccessLive {
		return dayText(end)
	}
	return minuteText(end)
}

// deadlineText shows only the clock for a deadline of today, and the date too for any other.
func deadlineText(deadline, now time.Time) string {
	if dayText(deadline) == dayText(now) {
		return deadline.In(models.Beijing).Format("15:04")
	}
	return minuteText(deadline)
}

// millis is a time in Unix milliseconds, for the script's countdown.
func millis(t time.Time) string { return strconv.FormatInt(t.UnixMilli(), 10) }

// id writes a number for an address or a form value.
func id(n int64) string { return strconv.FormatInt(n, 10) }

// off shows a reduction, with a minus sign.
func off(f models.Fen) string { return "−" + f.Yuan() }

// offOrUnused is off where nothing may be taken away, too.
func offOrUnused(f models.Fen) string {
	if f == 0 {
		return "未使用"
	}
	return off(f)
}

// paragraphs splits a lesson's text at its empty lines.
func paragraphs(text string) []string {
	var out []string
	for p := range strings.SplitSeq(strings.ReplaceAll(text, "\r\n", "\n"), "\n\n") {
		if p = strings.TrimSpace(p); p != "" {
			out = append(out, p)
		}
	}
	return out
}

// pageTitle is the page's number for the title of a list; empty for the first page.
func pageTitle(no int) string {
	if no <= 1 {
		return ""
	}
	return "，第 " + strconv.Itoa(no) + " 页"
}

// maxQuoted is how many characters of a search are repeated. An order number has fewer.
const maxQuoted = 40

// quoted repeats the words of a search, the beginning of very long ones.
func quoted(words string) string {
	if all := []rune(words); len(all) > maxQuoted {
		words = string(all[:maxQuoted]) + "…"
	}
	return "“" + words + "”"
}

package models

import "context"

// tellRenewed sets LineView.Renewed: it marks the lines of a student's orders whose right has ended or
// ends soon while another purchase keeps the course open for longer. It takes one statement, and none
// if no right has ended or ends soon.
func (db *DB) tellRenewed(ctx context.Context, user int64, orders ...OrderView) error {
	now := db.Now()
	var ending []*LineView
	var courses []int64
	for _, o := range orders {
		for i := range o.Lines {
			line := &o.Lines[i]
			if line.Granted && line.OutTime != nil && line.OutTime.Before(now.Add(EndingSoon)) {
				ending, courses = append(ending, line), append(courses, line.CourseID)
			}
		}
	}
	rights, err := db.Rights(ctx, user, courses...)
	for _, line := range ending {
		right := rights[line.CourseID]
		line.Renewed = right.Live(now) && (right.ForEver || right.End.After(*line.OutTime))
	}
	return err
}

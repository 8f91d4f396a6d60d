package server

import (
	"context"
	"errors"
	"io"
	"testing"
	"testing/synctest"
	"time"

	"luffy/cmd/internal/settings"
	"luffy/models"
	"luffy/models/modelstest"
	"luffy/models/modelstest/logwatch"
)

// TestRepeat: a pass that fails does not end the job, the end of the context does.
func TestRepeat(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, stop := context.WithCancel(t.Context())
		passes, ended := 0, false
		s := &Server{log: logwatch.New(t, io.Discard)}
		go func() {
			s.repeat(ctx, ctx, job{"failing", time.Minute, func(context.Context) error {
				passes++
				return errors.New("not now")
			}})
			ended = true
		}()
		<-time.After(3*time.Minute + time.Second)
		stop()
		synctest.Wait()
		if passes != 3 || !ended {
			t.Errorf("got %d passes, ended %t; want 3 and the end", passes, ended)
		}
	})
}

func TestStudentsAreCounted(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s settings.Settings, db *models.DB) {
		fixture, student := modelstest.Shop(t, db), modelstest.Student(t, db, "nami")
		modelstest.Paid(t, db, student, fixture.Plain.For(30), fixture.Rate.For(0))
		r := serve(t, newShop(t, s))
		until(t, "both courses to count their student", func() bool {
			list, err := db.Courses(t.Context(), models.CourseFilter{})
			return err == nil && list.Courses[0].Students == 1 && list.Courses[2].Students == 1
		})
		r.stop()
		if err := <-r.ended; err != nil {
			t.Errorf("Serve: %v", err)
		}
	})
}

// A tally that the old version has left wrong, while a new one was rolled in, is counted anew once the
// last replica has started.
func TestStartForgetsTallies(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s settings.Settings, db *models.DB) {
		modelstest.Paid(t, db, modelstest.Student(t, db, "nami"), modelstest.Shop(t, db).Plain.For(30))
		for _, statement := range []string{
			"INSERT INTO ly_order_tally (user_id, shelf, n) SELECT id, 0, 1 FROM ly_user",
			"UPDATE ly_user SET orders_tallied = 1",
		} {
			if _, err := db.SQL().ExecContext(t.Context(), statement); err != nil {
				t.Fatal(err)
			}
		}
		s.Jobs = "off"
		r := serve(t, newShop(t, s))
		until(t, "the wrong tally to be forgotten", func() bool {
			findings, err := db.Audit(t.Context())
			return err == nil && len(findings) == 0
		})
		r.stop()
		if err := <-r.ended; err != nil {
			t.Errorf("Serve: %v", err)
		}
	})
}

func TestJobsOff(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s settings.Settings, _ *models.DB) {
		for setting, want := range map[string]bool{"on": true, "off": false} {
			s.Jobs = setting
			shop := newShop(t, s)
			if got := len(shop.jobs) > 0; got != want {
				t.Errorf("LUFFY_JOBS=%s: got %d jobs", setting, len(shop.jobs))
			}
			if err := shop.db.Close(); err != nil {
				t.Error(err)
			}
		}
	})
}

package models

import (
	"cmp"
	"context"
	"fmt"

	"gorm.io/gorm"
)

// Import writes a catalogue from ReadCatalogue in one transaction. Rows that it does not name stay as
// they are.
func (db *DB) Import(ctx context.Context, c Catalogue) error {
	return db.inTx(ctx, func(tx transaction) error {
		for i, course := range c.Courses {
			if err := tx.importCourse(course, i); err != nil {
				return fmt.Errorf("course %q: %w", course.Name, err)
			}
		}
		for _, activity := range c.Activities {
			if err := tx.importActivity(activity); err != nil {
				return fmt.Errorf("activity %q: %w", activity.Name, err)
			}
		}
		for _, coupon := range c.Coupons {
			if err := tx.importCoupon(coupon); err != nil {
				return fmt.Errorf("coupon %q: %w", coupon.Name, err)
			}
		}
		return nil
	})
}

// named finds the row with that name, or creates it. MySQL's collation finds more than the same name:
// it ignores case and accents and takes all characters beyond U+FFFF, such as emoji, for one. A name
// that only looks equal to MySQL is refused with ErrCatalogue.
func named(chain *gorm.DB, row any, name *string) error {
	asked := *name
	if err := chain.Where("name = ?", asked).FirstOrCreate(row).Error; err != nil {
		return err
	}
	if *name != asked {
		return fmt.Errorf("%w: the database cannot tell %q from %q, which it has", ErrCatalogue, asked, *name)
	}
	return nil
}

func (tx transaction) importCourse(c CatalogueCourse, position int) error {
	category, teacher := Category{Name: c.Category}, Teacher{Name: c.Teacher.Name}
	if err := named(tx.DB, &category, &category.Name); err != nil {
		return err
	}
	about := columns{"title": c.Teacher.Title, "brief": c.Teacher.Brief}
	if err := named(tx.Assign(about), &teacher, &teacher.Name); err != nil {
		return err
	}
	course := Course{Name: c.Name}
	err := named(tx.Attrs(columns{"created_at": tx.now}).Assign(columns{
		"category_id": category.ID, "teacher_id": teacher.ID, "course_img": c.Img, "brief": c.Brief,
		"price": Fen(*c.Price), "published": !c.Withdrawn, "position": position,
	}), &course, &course.Name)
	if err != nil {
		return err
	}
	if err := tx.importTerms(course.ID, c.Terms); err != nil {
		return err
	}
	return tx.importChapters(course.ID, c.Chapters)
}

// importTerms keeps the rows of terms that stay, because carts refer to them by ID, and deletes those
// that the file no longer has.
func (tx transaction) importTerms(course int64, terms []CatalogueTerm) error {
	days := []int{0}
	for _, t := range terms {
		days = append(days, t.Days)
		row := CourseExpire{CourseID: course, ExpireTime: t.Days}
		err := tx.Where("course_id = ? AND expire_time = ?", course, t.Days).
			Assign(columns{"expire_text": t.Text, "price": Fen(*t.Price)}).FirstOrCreate(&row).Error
		if err != nil {
			return err
		}
	}
	return tx.Where("course_id = ? AND expire_time NOT IN ?", course, days).Delete(&CourseExpire{}).Error
}

// importChapters replaces the outline of a course. A lesson whose name and chapter stay keeps its ID,
// because what students have opened is stored by ID.
func (tx transaction) importChapters(course int64, chapters []CatalogueChapter) error {
	ids, err := tx.dropChapters(course)
	if err != nil {
		return err
	}
	for i, chapter := range chapters {
		row := Chapter{CourseID: course, Name: chapter.Name, Position: i + 1}
		for j, l := range chapter.Lessons {
			name := lessonName{chapter.Name, l.Name}
			row.Lessons = append(row.Lessons, Lesson{
				ID: ids[name], Name: l.Name, Minutes: l.Minutes, Content: l.Content, Position: j + 1,
			})
			delete(ids, name)
		}
		if err := tx.Create(&row).Error; err != nil {
			return err
		}
	}
	return nil
}

// lessonName identifies a lesson within its course.
type lessonName struct{ chapter, lesson string }

// dropChapters deletes the outline of a course and returns the IDs that its lessons had.
func (tx transaction) dropChapters(course int64) (map[lessonName]int64, error) {
	var old []Chapter
	if err := tx.Preload("Lessons").Where("course_id = ?", course).Find(&old).Error; err != nil {
		return nil, err
	}
	ids := map[lessonName]int64{}
	for _, chapter := range old {
		for _, l := range chapter.Lessons {
			ids[lessonName{chapter.Name, l.Name}] = l.ID
		}
		if err := tx.Where("chapter_id = ?", chapter.ID).Delete(&Lesson{}).Error; err != nil {
			return nil, err
		}
	}
	return ids, tx.Where("course_id = ?", course).Delete(&Chapter{}).Error
}

func (tx transaction) importActivity(a CatalogueActivity) error {
	activity := Activity{Name: a.Name}
	set := columns{"start_time": a.Start.UTC(), "end_time": a.End.UTC(), "published": true}
	if err := named(tx.Assign(set), &activity, &activity.Name); err != nil {
		return err
	}
	if err := tx.Where("activity_id = ?", activity.ID).Delete(&Discount{}).Error; err != nil {
		return err
	}
	for _, d := range a.Discounts {
		var course Course
		if err := tx.Take(&course, "name = ?", d.Course).Error; err != nil || course.Name != d.Course {
			return fmt.Errorf("course %q: %w", d.Course, cmp.Or(found(err), ErrNotFound))
		}
		row := Discount{
			ActivityID: activity.ID, CourseID: course.ID,
			DiscountType: discountTypes[d.Type], Sale: d.Sale, ConditionPrice: Fen(d.From),
		}
		if err := tx.Create(&row).Error; err != nil {
			return err
		}
	}
	return nil
}

func (tx transaction) importCoupon(c CatalogueCoupon) error {
	kind := Coupon{Name: c.Name}
	set := columns{"sale": c.Sale, "condition_price": Fen(c.From), "days": c.Days}
	return named(tx.Assign(set), &kind, &kind.Name)
}

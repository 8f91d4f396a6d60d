package handlers

import (
	"bytes"
	"errors"
	"net/http"

	"github.com/labstack/echo/v4"

	"luffy/models"
	"luffy/views"
)

// maxExport bounds a table that is made for a download, in bytes: some forty thousand rows.
const maxExport = 8 << 20

// errExportTooLarge means that a table would be larger than maxExport.
var errExportTooLarge = errors.New("the table is too large for a download")

// export is GET /staff/export. The table is sent only once all of it is made: half a table would look
// like a whole one.
func (s *shop) export(c echo.Context) error {
	name := c.QueryParam("period")
	period, err := models.ParsePeriod(name)
	if err != nil {
		return s.showBills(c, s.lastBillDate(), views.FieldErrors{"period": "请把月份写成 2026-11，或把日期写成 2026-11-21。"})
	}
	var b bytes.Buffer
	table, err := views.NewMovementTable(&b)
	if err != nil {
		return err
	}
	err = s.db.EachMovement(c.Request().Context(), period, func(m models.Movement) error {
		if b.Len() > maxExport {
			return errExportTooLarge
		}
		return table.Write(m)
	})
	if errors.Is(err, errExportTooLarge) {
		return s.showBills(c, s.lastBillDate(), views.FieldErrors{
			"period": "这张表太大，不能下载：一个月可以按天下载，一天请管理员运行命令 luffy export " + name + "。",
		})
	}
	if err != nil {
		return err
	}
	if err := table.End(); err != nil {
		return err
	}
	if err := s.note(c, models.StaffAct{Act: models.ActExport, Period: name}); err != nil {
		return err
	}
	c.Response().Header().Set(echo.HeaderContentDisposition, `attachment; filename="luffy-`+name+`.csv"`)
	return c.Blob(http.StatusOK, "text/csv; charset=utf-8", b.Bytes())
}

package views

import (
	"cmp"
	"time"

	"luffy/models"
)

// Acts is the page GET /staff/acts: what staff did, newest first.
type Acts struct {
	Page
	Acts  []Act
	Older bool  // it does not begin with the latest
	Next  int64 // the ID before which the older ones begin; 0 if there are none
}

func (a Acts) title() string {
	if a.Older {
		return "更早的操作记录"
	}
	return "操作记录"
}

// Act is one thing that somebody of the staff did.
type Act struct {
	At          time.Time
	By          string
	Act         models.ActKind
	OrderNumber string     // empty if it is about no order
	Period      string     // a day or a month; empty if it is about none
	Amount      models.Fen // 0 for none
	Note        string
}

// day is the day whose bill the act is about; empty for none, and for a month.
func (a Act) day() string {
	if len(a.Period) == len(time.DateOnly) {
		return a.Period
	}
	return ""
}

func actWord(a models.ActKind) string {
	return cmp.Or(map[models.ActKind]string{
		models.ActRefund: "退款", models.ActApproveRefund: "同意退款申请", models.ActRejectRefund: "拒绝退款申请",
		models.ActSettleRefund: "登记用其他方式退款", models.ActAsk: "向支付宝查询", models.ActCompare: "核对账单",
		models.ActSettleDifference: "关闭账单差异", models.ActExport: "导出收款和退款",
	}[a], string(a))
}

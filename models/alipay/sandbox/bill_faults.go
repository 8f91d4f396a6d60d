package sandbox

import (
	"cmp"
	"slices"
	"time"
)

// alterRows leaves out, changes and adds rows. s.mu is held.
func (s *Sandbox) alterRows(rows []billRow, b bill) []billRow {
	var kept []billRow
	for _, r := range rows {
		on, missing := faulty{outTradeNo: r.OutTradeNo}, BillTradeMissing
		if r.Refund {
			missing = BillRefundMissing
		}
		if _, hit := s.takeFault(missing, on); hit {
			continue
		}
		if r.Refund {
			if _, hit := s.takeFault(BillRefundNameless, on); hit {
				r.OutRequestNo = ""
			}
		} else if f, hit := s.takeFault(BillAmount, on); hit {
			r.Amount, _ = parseFen(cmp.Or(f.Value, forged["total_amount"]))
			r.Fee = -serviceFee(r.Amount)
		}
		kept = append(kept, r)
	}
	if f, hit := b.faults[BillTradeAdded]; hit {
		noon := b.from.Add(12 * time.Hour)
		kept = append(kept, billRow{
			TradeNo: newTradeNo(noon), OutTradeNo: cmp.Or(f.Value, forged["out_trade_no"]), Subject: "不存在的交易",
			Buyer: "*某(188****0000)", CreatedAt: noon, FinishedAt: noon, Amount: 1_00, Fee: -serviceFee(1_00),
		})
	}
	return kept
}

// alterColumns changes which columns there are, and their order.
func (faults faultSet) alterColumns(columns []billColumn) []billColumn {
	if f, hit := faults[BillMissingColumns]; hit {
		columns = slices.DeleteFunc(columns, named(cmp.Or(f.Value, "商户订单号")))
	}
	if faults.on(BillExtraColumns) {
		columns = slices.Insert(columns, 0, billColumn{"序号", constant("1\t")})
		columns = append(columns, billColumn{"实收净额（元）", constant("0.00")}, billColumn{"交易方式", constant("扫码")})
	}
	if faults.on(BillReordered) {
		slices.Reverse(columns)
	}
	return columns
}

// cutInList means that the list ends early, while the archive is complete.
func (faults faultSet) cutInList() bool {
	f, hit := faults[BillCutOff]
	return hit && f.Value == ""
}

// alterArchive changes what is downloaded.
func (faults faultSet) alterArchive(archive []byte) []byte {
	if faults.on(BillCutOff) && !faults.cutInList() {
		archive = archive[:len(archive)/2]
	}
	if faults.on(BillNotZip) {
		archive = []byte("<!doctype html><title>系统繁忙</title><p>系统繁忙，请稍后再试")
	}
	return archive
}

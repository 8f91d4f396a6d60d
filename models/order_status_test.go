package models_test

import (
	"testing"

	"luffy/models"
)

func TestOrderStatusString(t *testing.T) {
	t.Parallel()
	for status, want := range map[models.OrderStatus]string{
		0: "未支付", 1: "已支付", 2: "已取消", 3: "超时取消", 4: "已退款", 5: "状态未知", -1: "状态未知",
	} {
		if got := status.String(); got != want {
			t.Errorf("%d: got %q, want %q", status, got, want)
		}
	}
}

package alipay

import (
	"errors"
	"io"
	"net/http"
	"reflect"
	"strings"
	"testing"
)

// TestUnprovenAnswers: whatever Alipay has not provably said about this trade leaves the outcome open.
func TestUnprovenAnswers(t *testing.T) {
	t.Parallel()
	notExist := `{"code":"40004","msg":"Business Failed","sub_code":"ACQ.TRADE_NOT_EXIST"}`
	good := signedAnswer(t, methodQuery, queryNode, queryNode)
	field := func(old, new string) string {
		node := strings.Replace(queryNode, old, new, 1)
		return signedAnswer(t, methodQuery, node, node)
	}
	tests := map[string]http.HandlerFunc{
		"unsigned success":       answerRaw(200, `{"alipay_trade_query_response":`+queryNode+`}`),
		"unsigned not exist":     answerRaw(200, `{"alipay_trade_query_response":`+notExist+`}`),
		"unsigned gateway error": answerRaw(200, `{"error_response":`+notExist+`}`),
		"badly signed error":     answerRaw(200, `{"error_response":`+notExist+`,"sign":"AAAA"}`),
		"tampered":               answerRaw(200, strings.Replace(good, "TRADE_SUCCESS", "TRADE_CLOSED", 1)),
		"signed by another key": answerRaw(
			200, `{"alipay_trade_query_response":`+queryNode+`,"sign":"`+mustSign(t, queryNode, appKey())+`"}`,
		),
		"other node": answerRaw(200, signedAnswer(t, methodClose, notExist, notExist)),
		"second node": answerRaw(
			200, strings.Replace(good, `,"sign"`, `,"alipay_trade_query_response":`+notExist+`,"sign"`, 1),
		),
		"another trade":        answerRaw(200, field(testNo, "20190929151453000001000021")),
		"number missing":       answerRaw(200, field(`"out_trade_no":"`+testNo+`",`, "")),
		"empty number":         answerRaw(200, field(testNo, "")),
		"sum missing":          answerRaw(200, field(`"total_amount":"310.00",`, "")),
		"sum is zero":          answerRaw(200, field(`"310.00"`, `"0.00"`)),
		"sum is a number":      answerRaw(200, field(`"310.00"`, "310.00")),
		"odd sum":              answerRaw(200, field("310.00", "310.001")),
		"odd time":             answerRaw(200, field("2019-09-29 15:15:50", "soon")),
		"no object":            answerRaw(200, signedAnswer(t, methodQuery, `"10000"`, `"10000"`)),
		"page of a proxy":      answerRaw(502, "<html>502 Bad Gateway</html>"),
		"good, but not 200":    answerRaw(500, good),
		"page with status 200": answerRaw(200, "<html>维护中</html>"),
		"oversized":            answerRaw(200, good+strings.Repeat(" ", maxAnswer)),
		"empty":                answerRaw(200, ""),
		"redirect": func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/gateway.do" {
				http.Redirect(w, r, "/elsewhere", http.StatusTemporaryRedirect)
				return
			}
			io.WriteString(w, good)
		},
		"cut connection": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "5000")
			io.WriteString(w, good[:100])
		},
	}
	for name, gateway := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			trade, err := gatewayClient(t, gateway).Query(t.Context(), testNo)
			if !errors.Is(err, ErrUnknown) || !reflect.DeepEqual(trade, Trade{}) {
				t.Errorf("Query = %+v, %v, want nothing and ErrUnknown", trade, err)
			}
			if _, ok := errors.AsType[*Error](err); ok || IsTradeNotExist(err) {
				t.Errorf("Query: %v can be taken for Alipay's word", err)
			}
		})
	}
}

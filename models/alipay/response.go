package alipay

import (
	"bytes"
	"crypto/rsa"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// errorNode holds failures that the gateway met before it knew the method.
const errorNode = "error_response"

// VerifyResponse finds the node of method ("alipay.trade.query") in a gateway answer and tells
// whether one of the Alipay public keys signed it. It gives the node's bytes as they were received,
// possibly in GBK. An empty method takes the only *_response node there is. The error wraps a
// Refusal.
func VerifyResponse(body []byte, method string, keys ...*rsa.PublicKey) ([]byte, error) {
	if len(body) > maxAnswer {
		return nil, ErrTooLarge
	}
	answer, err := readEnvelope(body)
	if err != nil {
		return nil, err
	}
	name := nodeName(method)
	if method == "" {
		if name, err = onlyNode(answer); err != nil {
			return nil, err
		}
	}
	return verifyNode(answer, name, keys)
}

func verifyNode(answer envelope, name string, keys []*rsa.PublicKey) ([]byte, error) {
	node, ok := answer[name]
	if !ok {
		return nil, fmt.Errorf("%w: %q", ErrNoNode, name)
	}
	sign := answer.text("sign")
	if sign == "" {
		return nil, ErrNoSign
	}
	err := verify(node, sign, keys)
	if errors.Is(err, ErrSignature) {
		// The gateway may escape slashes after it has signed; the official SDKs try this second
		// text, too.
		err = verify(bytes.ReplaceAll(node, []byte(`\/`), []byte(`/`)), sign, keys)
	}
	if err != nil {
		return nil, err
	}
	return node, checkShape(name, node)
}

func nodeName(method string) string {
	return strings.ReplaceAll(method, ".", "_") + "_response"
}

func onlyNode(answer envelope) (string, error) {
	var names []string
	for name := range answer {
		if strings.HasSuffix(name, "_response") {
			names = append(names, name)
		}
	}
	if len(names) != 1 {
		slices.Sort(names)
		return "", fmt.Errorf("%w: one *_response is expected, it has %d %q", ErrNoNode, len(names), names)
	}
	return names[0], nil
}

// shape says which fields identify the answers of one method.
type shape struct {
	needs  []string // on success
	cannot []string
}

// shapes holds the methods that the client calls. A node's name lies outside the signature, so
// whoever can alter answers could pass off a genuine answer of one method as that of another. trade_no
// is needed of nothing that may be said before there is a real trade.
var shapes = map[string]shape{
	nodeName(methodQuery): {
		needs:  []string{"out_trade_no", "trade_status", "total_amount"},
		cannot: []string{"fund_change", "refund_status"},
	},
	nodeName(methodClose): {
		needs: []string{"out_trade_no"},
		cannot: []string{"total_amount", "receipt_amount", "buyer_pay_amount", "refund_amount", "refund_fee", "trans_amount",
			"send_back_fee", "fund_change", "fund_bill_list", "trade_status", "refund_status", "buyer_logon_id"},
	},
	nodeName(methodRefund): {
		needs:  []string{"out_trade_no", "trade_no", "refund_fee"},
		cannot: []string{"trade_status", "refund_status"},
	},
	nodeName(methodRefundQuery): {
		cannot: []string{"fund_change", "trade_status", "buyer_logon_id", "bill_download_url", "bill_file_code"},
	},
	nodeName(methodBill): {
		cannot: []string{"out_trade_no", "trade_no"},
	},
}

func checkShape(name string, node []byte) error {
	want, ok := shapes[name]
	if !ok {
		return nil
	}
	fields, err := readEnvelope(node)
	if err != nil {
		return err
	}
	for _, field := range want.cannot {
		if _, ok := fields[field]; ok {
			return fmt.Errorf("%w: %s in %s", ErrOtherMethod, field, name)
		}
	}
	if fields.text("code") != codeSuccess {
		return nil
	}
	for _, field := range want.needs {
		if _, ok := fields[field]; !ok {
			return fmt.Errorf("%w: %s has no %s", ErrOtherMethod, name, field)
		}
	}
	return nil
}

// nodeText returns a verified node as UTF-8 JSON. Some answers come in GBK although utf-8 was asked for.
func nodeText(node []byte) []byte {
	if utf8.Valid(node) {
		return node
	}
	return []byte(fromGBK(string(node)))
}

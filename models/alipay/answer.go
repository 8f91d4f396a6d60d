package alipay

import (
	"encoding/json"
	"errors"
	"fmt"
)

// answerNode returns the verified node of method, or of an error_response that stands in its place.
// What an unproven answer claims goes into the error as text only, so that nobody acts on it.
func (c *Client) answerNode(body []byte, method string) ([]byte, error) {
	node, err := VerifyResponse(body, method, c.alipayPublicKeys...)
	if err == nil {
		return node, nil
	}
	answer, malformed := readEnvelope(body)
	if malformed != nil {
		return nil, err
	}
	name := nodeName(method)
	if errors.Is(err, ErrNoNode) && answer[errorNode] != nil {
		name = errorNode
		if node, err = verifyNode(answer, name, c.alipayPublicKeys); err == nil {
			return node, nil
		}
	}
	if claim, unreadable := readHead(answer[name]); unreadable == nil {
		return nil, fmt.Errorf("%w; unproven, it says %v", err, claim.failure(method))
	}
	return nil, err
}

// readAnswer reads a verified node into out, or returns the failure that it reports. The node must be
// about the trade that was asked for, because the signature of an answer does not cover the question.
func readAnswer(method string, node []byte, asked callContent, out any) error {
	head, err := readHead(node)
	if err != nil {
		return unknown(method, err)
	}
	if !head.answers(asked) {
		return unknown(method, fmt.Errorf("%w: the answer is about %q %q", ErrFields, head.OutTradeNo, head.OutRequestNo))
	}
	failure := head.failure(method)
	if failure.unsettled() {
		return unknown(method, failure)
	}
	if failure.Code != codeSuccess {
		return failure
	}
	if err := json.Unmarshal(nodeText(node), out); err != nil {
		return unknown(method, fmt.Errorf("%w: %w", ErrFields, err))
	}
	return nil
}

// answerHead is what answers of all methods have in common.
type answerHead struct {
	Code         string `json:"code"`
	Msg          string `json:"msg"`
	SubCode      string `json:"sub_code"`
	SubMsg       string `json:"sub_msg"`
	OutTradeNo   string `json:"out_trade_no"`
	OutRequestNo string `json:"out_request_no"`
}

func readHead(node []byte) (answerHead, error) {
	var head answerHead
	if err := json.Unmarshal(nodeText(node), &head); err != nil {
		return answerHead{}, fmt.Errorf("%w: %w", ErrFields, err)
	}
	return head, nil
}

// answers tells whether the numbers in the answer are those of the question. Failures may leave
// them out.
func (h answerHead) answers(asked callContent) bool {
	return (h.OutTradeNo == "" || h.OutTradeNo == asked.OutTradeNo) &&
		(h.OutRequestNo == "" || asked.OutRequestNo == "" || h.OutRequestNo == asked.OutRequestNo)
}

func (h answerHead) failure(method string) *Error {
	return &Error{Method: method, Code: h.Code, Msg: h.Msg, SubCode: h.SubCode, SubMsg: h.SubMsg}
}

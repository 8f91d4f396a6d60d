// Sells through the simulator with the official SDK, and judges the links of the shop's client with it. What is needed comes as JSON on
// standard input; each line of standard output is a fault.
import http from 'node:http';
import { AlipaySdk } from 'alipay-sdk';

const given = JSON.parse(await new Response(process.stdin).text());
const sdkWith = (alipayPublicKey) => new AlipaySdk({
  appId: given.appId, privateKey: given.appPrivateKey, keyType: 'PKCS8', alipayPublicKey, gateway: given.gateway,
});
const sdk = sdkWith(given.alipayPublicKey);
const want = (ok, what, got) => ok || console.log(what, JSON.stringify(got));
const form = (fields) => ({
  method: 'POST', redirect: 'manual', headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: new URLSearchParams(fields),
});

// The shop's links, under the app's own key: Alipay verifies a request as the SDK verifies a message that keeps its sign_type.
for (const link of given.links) {
  want(sdkWith(given.appPublicKey).checkNotifySignV2(Object.fromEntries(new URL(link).searchParams)), 'a link of the shop is refused:', link);
}

let notified;
const notify = new Promise((resolve) => { notified = resolve; });
const shop = http.createServer(async (request, answer) => {
  notified(Object.fromEntries(new URLSearchParams(await new Response(request).text())));
  answer.end('success');
});
await new Promise((resolve) => shop.listen(0, '127.0.0.1', resolve));
const shopURL = `http://127.0.0.1:${shop.address().port}`;

const trade = {
  bizContent: { out_trade_no: 'NODE1', total_amount: '10.00', subject: given.subject, product_code: 'FAST_INSTANT_TRADE_PAY' },
  returnUrl: `${shopURL}/return`, notifyUrl: `${shopURL}/notify`,
};
let answer = await fetch(sdk.pageExecute('alipay.trade.page.pay', 'GET', trade), { redirect: 'manual' });
want(answer.headers.get('location'), 'page pay by GET:', answer.status);

const page = sdk.pageExecute('alipay.trade.page.pay', 'POST', trade);
const plain = (text) => text.replaceAll('&quot;', '"').replaceAll('&amp;', '&');
const fields = [...page.matchAll(/name="([^"]+)" value="([^"]*)"/g)].map(([, name, value]) => [name, plain(value)]);
answer = await fetch(plain(/action="([^"]+)"/.exec(page)[1]), form(fields));
const cashier = answer.headers.get('location');
want(cashier, 'page pay by POST:', answer.status);

await fetch(`${cashier}/login`, form({ buyer: given.buyer }));
await fetch(`${cashier}/pay`, form({ password: given.password }));
answer = await fetch(`${cashier}/return`, { redirect: 'manual' });
const back = Object.fromEntries(new URL(answer.headers.get('location')).searchParams);
want(sdk.checkNotifySignV2(back) && back.total_amount === '10.00', 'return:', back);
const message = await notify;
want(sdk.checkNotifySignV2(message) && message.trade_status === 'TRADE_SUCCESS' && message.subject === given.subject, 'notify:', message);
want(!sdk.checkNotifySignV2({ ...message, total_amount: '0.01' }), 'a forged notify is believed:', message);

const day = given.day;
for (const [method, bizContent, good] of [
  ['alipay.trade.query', { out_trade_no: 'NODE1' }, (r) => r.code === '10000' && r.tradeStatus === 'TRADE_SUCCESS'],
  ['alipay.trade.query', { out_trade_no: 'NOBODY' }, (r) => r.subCode === 'ACQ.TRADE_NOT_EXIST'],
  ['alipay.trade.refund', { out_trade_no: 'NODE1', refund_amount: '1.00', out_request_no: 'R1' }, (r) => r.fundChange === 'Y'],
  ['alipay.trade.fastpay.refund.query', { out_trade_no: 'NODE1', out_request_no: 'R1' }, (r) => r.refundStatus === 'REFUND_SUCCESS'],
  ['alipay.trade.close', { out_trade_no: 'NODE1' }, (r) => r.code === '40004'],
  ['alipay.data.dataservice.bill.downloadurl.query', { bill_type: 'trade', bill_date: day }, (r) => r.billDownloadUrl],
]) {
  try {
    const result = await sdk.exec(method, { bizContent }, { validateSign: true });
    want(good(result), `${method}:`, result);
  } catch (error) {
    want(false, `${method}:`, error.message);
  }
}
shop.close();
shop.closeAllConnections();

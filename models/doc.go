// Package models holds the shop's tables, every query and every transaction. It knows neither HTTP
// nor Alipay.
//
// Each file is about one table, or one thing that is done:
//   - what is sold: course*, catalogue and import (a file of courses), offer, discount, coupon,
//     rule_text (what students read of discounts and coupons), and students, who are counted
//   - the way to an order: cart, quote, seal, place_order, already
//   - the order: order*, hide_order, closing; of these order_shelf, order_window, order_tally and
//     my_orders make the pages of My Orders
//   - its payment: payment*, asks, confirm, fulfil, late, brought_over
//   - its refund: refund*
//   - what a student has: user, account, credit, ledger, my_coupons, user_course, owned_courses,
//     renewed, lesson_seen
//   - the login: username, password*, mobile, session, limit, throttle
//   - the books, for staff: audit, backlog, unnotified, bill_*, movement*, staff_act
//   - what goes wrong around the jobs: clock_ahead (their times were set by a clock that was ahead) and
//     stranded (payments were begun under an app that is not configured any more)
//   - the database: db, tx, errors, prepared, statement_log, unavailable, mysql_*, sqlite*
//   - what all of them use: fen, beijing, paging
//
// A statement is written in one of four ways:
//   - Rows of one table are read and written by the ORM's chains: Where with Take, Find, Create and
//     Updates.
//   - Queries that join tables, sum up or select a page are SQL, run by Raw and Scan.
//   - In a transaction, statements that change rows by arithmetic or several at once, and all those of
//     a payment, bypass the ORM by exec, execOne and query: its reflection took as much time there as
//     the driver.
//   - The most requested pages read by DB.query, whose statements stay prepared at the database.
package models

// A module of its own, so that the shop does not depend on the clients that it is compared with.
module luffy/cmd/internal/oracle

go 1.26.0

require (
	github.com/smartwalle/alipay/v3 v3.2.30
	github.com/smartwalle/nsign v1.0.9
	luffy v0.0.0
)

require (
	github.com/smartwalle/ncrypto v1.0.4 // indirect
	github.com/smartwalle/ngx v1.1.1 // indirect
	golang.org/x/text v0.43.0 // indirect
)

replace luffy => ../../..

# Starts a private MariaDB server. The command after -- finds its address in LUFFY_TEST_MARIADB.
WITH_MARIADB := go run ./models/modelstest/mariadb

# The folder that make screenshots writes to.
FOLDER := screenshots

.PHONY: help run test race proof bench cluster cluster-test oracles screenshots build generate lint

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' Makefile

run: ## start the shop and an Alipay simulator with sample courses; needs only Go
	@go run ./cmd/demo

test: ## run every test on SQLite, on a private MariaDB and in Chromium
	@.ci/setup
	$(WITH_MARIADB) -- go test -timeout 40m ./...
	@.ci/setup report

# This is not part of test because it takes four times as long and needs a C compiler.
race: ## run every test under the race detector; needs a C compiler
	@.ci/setup
	$(WITH_MARIADB) -- go test -race -timeout 40m ./...
	@.ci/setup report

proof: ## kill the shop at every statement, break its database, simulate weeks of trade; PROOF="-h" lists its options
	@.ci/setup
	$(WITH_MARIADB) -- go run ./cmd/proof $(PROOF)
	go run ./cmd/simulation $(SIMULATION)

bench: ## measure payments and My Orders on a MariaDB that flushes every commit; BENCH="-sizes 50000,5000000 -soak 10m"
	@.ci/setup
	$(WITH_MARIADB) --durable -- go run ./cmd/bench $(BENCH)

screenshots: ## take a picture of every page in every state; FOLDER=screenshots
	go test ./cmd/demo -run '^TestPages$$' -count=1 -screenshots $(abspath $(FOLDER))
	@echo "the pictures are in $(abspath $(FOLDER))"

cluster: ## start two replicas of the shop on three Galera nodes and print their addresses
	@.ci/setup galera
	go build -o bin/ ./cmd/luffy
	@go run ./cmd/cluster

cluster-test: ## kill, cut off and hang replicas and nodes of such a shop under load, then check its books
	@.ci/setup galera
	LUFFY_TEST_GALERA=1 go test -count=1 -timeout 20m -v -run TestGalera ./cmd/cluster

# The oracles are a module of their own, so that the other clients are no dependencies of the shop.
oracles: ## compare our Alipay client and simulator with two clients that others wrote; needs node
	cd cmd/internal/oracle && npm ci && go test -count=1 -v ./...

build: ## build bin/luffy and bin/alipay-sandbox
	go build -o bin/ ./cmd/luffy ./cmd/alipay-sandbox

generate: ## generate the Go files of the templ components
	go tool templ generate -path views

lint: ## check gofmt, vet and the rules in .golangci.yaml; make test checks those in cmd/internal/rules
	go tool -modfile=.ci/tools.mod golangci-lint run

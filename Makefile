# Each target is one line in `make help`. All tools are found or fetched: see tools/ and gateway-image/install-envoy.
MVN := tools/mvn -B -ntp
GOLDEN := -Ddatapath.golden=rewrite -Dsurefire.failIfNoSpecifiedTests=false

.DEFAULT_GOAL := help
.PHONY: help build test demo images bench lint mutation format golden crds clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

build: ## Compile and package, without tests
	@$(MVN) -q -DskipTests package
	@tools/warm-up operator/target/datapath-operator-*-runner.jar

test: ## Run every test, with a real Envoy and real S3 servers, and say how many of each tier ran
	@.ci/test

demo: ## Four S3 nodes, two gateways, one node lost: see what clients notice
	@e2e/run dev.datapath.e2e.demo.Demo

images: ## Build the container images of gateway and operator (FRESH=1: with the newest Debian packages)
	@tools/images $(if $(FRESH),--fresh)

bench: ## Measure data plane and control plane (20 minutes; BENCH=quick: 9; BENCH=detection; BENCH=cluster: in a cluster); writes docs/benchmarks.md
	@e2e/bench $(BENCH)

lint: ## Formatting, Error Prone, NullAway, shell scripts
	@$(MVN) -q -DskipTests clean test-compile
	@if command -v shellcheck >/dev/null; then shellcheck $(SCRIPTS); else echo "shellcheck is not installed: scripts not checked"; fi

mutation: ## Measure what the tests of engine, status and reconcilers notice (PIT; more than an hour), see operator/target/pit-reports
	@$(MVN) -pl crds,operator test-compile org.pitest:pitest-maven:mutationCoverage

format: ## Rewrite Java sources in the house format
	@$(MVN) -q spotless:apply

golden: crds ## Rewrite the expected outputs of golden tests, and the CRDs; read the diff before you commit it
	@$(MVN) -q -pl crds,operator,helm test $(GOLDEN) -Dtest='*GoldenTest,*CrdDriftTest'
	@git --no-pager diff --stat

crds: ## Rewrite the CRD YAML from the API types, and its copy in the chart
	@$(MVN) -q -pl crds,helm test -Dtest='*CrdDriftTest' $(GOLDEN)
	@git --no-pager diff --stat -- crds helm

clean: ## Remove what was built (fetched tools stay in .tools/)
	@rm -rf target crds/target operator/target helm/target e2e/target

SCRIPTS := $(wildcard tools/*) gateway-image/install-envoy $(wildcard gateway-image/rootfs/datapath/*) .ci/run .ci/test .ci/bare .ci/test-summary bin/datapath e2e/run e2e/bench e2e/cluster-environment e2e/cluster-images

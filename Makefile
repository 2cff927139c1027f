# Two commands do everything on a fresh machine: `make run` and `make test`.
.PHONY: run test program build setup bench clean

setup:
	@scripts/setup.sh

program: setup
	@cmake --preset release >/dev/null
	@cmake --build --preset release --target stargate

build: program
	@cmake --build --preset release

run: program
	@build/release/stargate plan -o out/plan

test: build
	@ctest --preset release

bench: setup
	@cmake --preset release -DSTARGATE_BENCH=ON >/dev/null
	@cmake --build --preset release

clean:
	@rm -rf build out

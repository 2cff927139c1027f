#!/usr/bin/env bash
# The rooms' tests under the address and undefined-behaviour sanitizers, then a minute of changed files for each reader (two
# at a time). Half an hour and more on two cores from nothing; run before a release.
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/setup.sh
cmake --preset asan >/dev/null
rooms=$(cd src && ls ./*/*_test.cpp | cut -d/ -f2 | sort -u | sed 's/$/_test/')
# shellcheck disable=SC2086
cmake --build --preset asan --target $rooms fuzz
rooms=$(printf '%s\n' $rooms | sed 's/_test$//' | paste -sd'|')
ctest --preset asan --tests-regex "^($rooms)\$"
build/asan/fuzz formats | xargs -P 2 -I '{}' build/asan/fuzz '{}' 'cases/fuzz/{}' --seconds 60

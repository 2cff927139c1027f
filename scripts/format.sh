#!/usr/bin/env bash
# Formats the C++ sources, or with --check says which are not formatted and where lines are longer than 120 columns (also
# in Python and JavaScript). One clang-format for everybody: version 19, Debian 13's package clang-format-19.
set -euo pipefail
cd "$(dirname "$0")/.."
tool=$(command -v clang-format-19 || command -v clang-format || true)
if [ -z "$tool" ] || ! "$tool" --version | grep -q 'version 19\.'; then
  echo "format: clang-format 19 is not installed (Debian's package clang-format-19)"
  exit 2
fi
mapfile -t sources < <(git ls-files '*.cpp' '*.h')
if [ "${1:-}" != --check ]; then
  "$tool" -i "${sources[@]}"
  exit 0
fi
failed=0
for source in "${sources[@]}"; do
  cmp -s "$source" <("$tool" "$source") || { echo "not formatted: $source"; failed=1; }
done
mapfile -t scripts < <(git ls-files 'scripts/*.py' 'tools/*.py' 'web/*.js' 'web/**/*.js' 'web/*.mjs' 'scripts/*.mjs')
long=$(awk 'length($0) > 120 { print FILENAME ":" FNR ": " length($0) " columns" }' "${sources[@]}" "${scripts[@]}")
if [ -n "$long" ]; then
  printf '%s\n' "$long"
  failed=1
fi
exit $failed

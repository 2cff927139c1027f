#!/usr/bin/env bash
# Installs what Stargate is built with (--bench: also what the benchmarks need). Safe to run again: what is there already is left alone.
# Debian 13: from the suite itself. Debian 12: what 12 lacks comes from 13, added at low pin priority
# with the mirror address that the machine's own apt sources name. Elsewhere: says what is missing and stops.
set -euo pipefail
say() { printf 'setup: %s\n' "$*"; }

# Everywhere from the machine's own suite. (libxlsxwriter's pkg-config file names minizip on Debian 13.)
common=(cmake ninja-build ccache make pkg-config nlohmann-json3-dev libnetcdf-dev zlib1g-dev libpugixml-dev
        libxlsxwriter-dev libminizip-dev libcpp-httplib-dev libsqlite3-dev librandom123-dev libsuitesparse-dev coinor-libipopt-dev python3)
# Debian 12 has no HiGHS and no g++ 14, and its toml11, Catch2 and CLI11 are a major version behind.
recent=(g++-14 libhighs-dev libtoml11-dev catch2 libcli11-dev)
if [ "${1:-}" = --bench ]; then common+=(libbenchmark-dev); fi

missing() { for p in "$@"; do
  [ "$(dpkg-query -W -f='${db:Status-Status}' "$p" 2>/dev/null || true)" = installed ] || printf '%s\n' "$p"; done; }
older() { # recent packages installed, but from the older suite
  for p in "$@"; do
    v=$(dpkg-query -W -f='${Version}' "$p" 2>/dev/null || true)
    case "$p" in
      catch2) dpkg --compare-versions "${v:-0}" ge 3 || printf '%s\n' "$p" ;;
      libtoml11-dev) dpkg --compare-versions "${v:-0}" ge 4 || printf '%s\n' "$p" ;;
      libcli11-dev) dpkg --compare-versions "${v:-0}" ge 2.4 || printf '%s\n' "$p" ;;
      g++-14) dpkg --compare-versions "${v:-0}" ge 14 || printf '%s\n' "$p" ;;
      libhighs-dev) dpkg --compare-versions "${v:-0}" ge 1.10 || printf '%s\n' "$p" ;;
    esac
  done; }

if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
  say "this is not a Debian system. Stargate needs these (Debian's names): ${common[*]} ${recent[*]}"
  say "install their equivalents (g++ 14 or newer, HiGHS 1.10, toml11 4, Catch2 3, CLI11 2.4), then run 'cmake --workflow --preset release'."
  exit 1
fi

mapfile -t need_common < <(missing "${common[@]}")
mapfile -t need_recent < <(older "${recent[@]}")
if [ ${#need_common[@]} -eq 0 ] && [ ${#need_recent[@]} -eq 0 ]; then
  say "everything needed is installed."
  exit 0
fi
. /etc/os-release
if [ "$(id -u)" -ne 0 ]; then
  say "missing packages: ${need_common[*]} ${need_recent[*]}"
  say "not running as root: install them with 'sudo $0', or ask your administrator, then run make again."
  exit 1
fi

export DEBIAN_FRONTEND=noninteractive
suite_option=()
if [ "${VERSION_CODENAME:-}" = bookworm ] && [ ${#need_recent[@]} -gt 0 ]; then
  suite_option=(-t trixie)
  list=/etc/apt/sources.list.d/stargate-trixie.list
  if [ ! -e "$list" ] || [ ! -e /etc/apt/preferences.d/stargate-trixie ]; then
    # The mirror: the first address that a source of suite bookworm names (deb822 or one-line form).
    mapfile -t sources < <(find /etc/apt -maxdepth 2 \( -name '*.list' -o -name '*.sources' \) | sort)
    mirror=$(awk '
      /^[[:space:]]*#/ { next }
      /^URIs:/ { uri = $2 }
      /^Suites:/ && / bookworm([[:space:]]|$)/ && uri != "" { print uri; exit }
      /^deb[[:space:]]/ { sub(/\[[^]]*\][[:space:]]*/, ""); if ($3 == "bookworm") { print $2; exit } }
      ' "${sources[@]}")
    if [ -z "$mirror" ]; then
      say "no apt source of suite bookworm found, so there is no mirror to take Debian 13 from. Needed from it: ${need_recent[*]}"
      exit 1
    fi
    say "Debian 12: adding the Debian 13 suite at low priority, for: ${need_recent[*]}"
    printf 'Package: *\nPin: release n=trixie\nPin-Priority: 50\n' >/etc/apt/preferences.d/stargate-trixie
    printf 'deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] %s trixie main\n' "$mirror" >"$list.part"
    mv "$list.part" "$list"
  fi
fi
say "refreshing package lists"
apt-get update -qq
if [ ${#need_common[@]} -gt 0 ]; then
  say "installing: ${need_common[*]}"
  apt-get install -y -qq --no-install-recommends "${need_common[@]}" >/dev/null
fi
if [ ${#need_recent[@]} -gt 0 ]; then
  say "installing: ${need_recent[*]}"
  apt-get install -y -qq --no-install-recommends "${suite_option[@]}" "${need_recent[@]}" >/dev/null
fi
say "done."

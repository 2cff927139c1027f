#!/usr/bin/env bash
# Proves README's two commands on fresh machines: debootstrap of a Debian suite in a folder, a plain clone of this
# checkout's HEAD inside (and of shared/ beside it, where there is one), then 'git' and 'make' installed as README
# presumes, 'make run', 'make test', and nothing else done by hand.
#   scripts/fresh_machine.sh [trixie|bookworm ...]     both without an argument; needs root and debootstrap
# Environment: FRESH_ROOT, the folder for the machines (kept only where FRESH_KEEP=1); FRESH_MIRROR, a Debian mirror
# (default: the first that this machine's own apt sources name).
set -euo pipefail
here=$(cd "$(dirname "$0")/.." && pwd)
say() { printf 'fresh machine: %s\n' "$*"; }
[ "$(id -u)" -eq 0 ] || { say "needs root, for debootstrap and chroot"; exit 1; }
command -v debootstrap >/dev/null || { say "needs debootstrap (a Debian package)"; exit 1; }
root=${FRESH_ROOT:-$(mktemp -d)}
mirror=${FRESH_MIRROR:-$(awk '/^URIs:/ { print $2; exit } /^deb[[:space:]]/ { sub(/\[[^]]*\][[:space:]]*/, ""); print $2; exit }' \
  $(find /etc/apt -maxdepth 2 \( -name '*.list' -o -name '*.sources' \) | sort))}
[ -n "$mirror" ] || { say "no mirror found; name one in FRESH_MIRROR"; exit 1; }
suites=("$@")
[ ${#suites[@]} -gt 0 ] || suites=(trixie bookworm)

failed=0
for suite in "${suites[@]}"; do
  machine=$root/$suite
  leave() { for m in proc dev/pts dev; do umount -l "$machine/$m" 2>/dev/null || true; done
            [ "${FRESH_KEEP:-0}" = 1 ] || rm -rf "$machine"; }
  trap leave EXIT
  say "$suite: debootstrap"
  mkdir -p "$machine"
  debootstrap --variant=minbase --include=ca-certificates "$suite" "$machine" "$mirror" >"$root/$suite.log" 2>&1 ||
    { tail -n 5 "$root/$suite.log"; exit 1; }
  # How this machine reaches its mirror (a proxy, a certificate) belongs to the machine, not to the product.
  cp -L /etc/resolv.conf "$machine/etc/resolv.conf" 2>/dev/null || true
  cp -r /etc/apt/apt.conf.d/. "$machine/etc/apt/apt.conf.d/" 2>/dev/null || true
  cp -r /usr/local/share/ca-certificates/. "$machine/usr/local/share/ca-certificates/" 2>/dev/null || true
  mount -t proc proc "$machine/proc"
  mount --bind /dev "$machine/dev"
  inside() { chroot "$machine" /usr/bin/env -i HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin TERM=dumb \
               http_proxy="${http_proxy:-}" https_proxy="${https_proxy:-}" bash -euc "$1"; }
  inside 'update-ca-certificates >/dev/null 2>&1 || true
          apt-get update -qq && apt-get install -y -qq --no-install-recommends git make >/dev/null' >>"$root/$suite.log" 2>&1
  mkdir -p "$machine/home/stargate"
  git clone -q "$here" "$machine/home/stargate/project"
  [ ! -d "$here/../shared" ] || cp -r "$here/../shared" "$machine/home/stargate/shared"
  for command in 'make run' 'make test'; do
    began=$(date +%s)
    if inside "cd /home/stargate/project && $command" >"$root/$suite-${command#make }.log" 2>&1; then
      say "$suite: '$command' passed in $(($(date +%s) - began)) s"
    else
      say "$suite: '$command' FAILED:"
      tail -n 15 "$root/$suite-${command#make }.log"
      failed=1
      break
    fi
  done
  leave
  trap - EXIT
done
exit $failed

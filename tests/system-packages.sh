#!/usr/bin/env bash
# Installs what the tests need beyond Python, where that may be done (Debian as
# root); otherwise names what is missing. With CI=true a missing one is a failure.
set -u
missing=()
command -v chromium >/dev/null || missing+=(chromium)
command -v virtuoso-t >/dev/null || missing+=(virtuoso-opensource)
fc-list 2>/dev/null | grep -qi 'CJK' || missing+=(fonts-noto-cjk)
[ ${#missing[@]} -eq 0 ] && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  echo "Installing ${missing[*]} ..."
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq && apt-get install -y -qq --no-install-recommends "${missing[@]}" fontconfig >/dev/null && exit 0
fi
echo "Not installed: ${missing[*]}. The tests that need them will not run." >&2
[ "${CI:-}" = true ] && exit 1
exit 0

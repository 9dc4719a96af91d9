#!/bin/bash
# tools.sh COMMAND:PACKAGE...: installs Debian's packages for the commands that are missing. Only root on a system with
# apt-get can; whoever cannot is told what to install. Exit status 1 when one is still missing.
set -euo pipefail

missing=()
for pair; do
  PATH=$PATH:/usr/sbin:/sbin command -v "${pair%%:*}" >/dev/null || missing+=("${pair#*:}")
done
[ ${#missing[@]} -gt 0 ] || exit 0
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
  echo "tools: needs what Debian calls: ${missing[*]}. As root: apt-get install --no-install-recommends ${missing[*]}" >&2
  exit 1
fi

# The lock waits for a package run that is already under way.
apt() { DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=120 -o APT::Sandbox::User=root -o Acquire::Retries=3 "$@" </dev/null >&2; }

echo "tools: installing ${missing[*]}" >&2
apt update || echo "tools: apt-get update failed, going on with the package lists at hand" >&2
apt install -y --no-install-recommends "${missing[@]}" || { echo "tools: apt-get install ${missing[*]} failed" >&2; exit 1; }

#!/bin/bash
# test.sh [unit|conformance|packages|guest|all]: builds, runs the tests, ends with "N passed, N failed, N skipped".
#   unit         tests/RingThree.Tests
#   conformance  tests/RingThree.Conformance on the simulated host, and the demo
#   packages     what is shipped, as somebody gets it who has no clone (tests/packages.sh)
#   guest        the same on real PCI devices: QEMU's, through VFIO, in a Linux guest (tests/guest)
# Results as XML and the guests' logs: artifacts/test-results. Exit status 1 when anything failed.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

part=${1:-all}
case $part in
  unit | conformance | packages | guest | all) ;;
  *) sed -n '2,7p' "${BASH_SOURCE[0]}" | sed 's/^# //' >&2; exit 64 ;;
esac

# No build process may outlive this script: it would keep a caller's pipe open.
export MSBUILDDISABLENODEREUSE=1 DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_SKIP_FIRST_TIME_EXPERIENCE=1
unset RINGTHREE_CONFORMANCE

results=$PWD/artifacts/test-results
share=$PWD/artifacts/guest
bin=bin/Release/net10.0
passed=0 failed=0 skipped=0 details=''

say() { printf '\n== %s\n' "$*"; }
note() { details+="$*"$'\n'; }

fail() {
  failed=$((failed + 1))
  note "FAILED $*"
}

# limited SECONDS COMMAND...: in the foreground, so that Ctrl-C still ends it.
limited() { timeout --foreground -k 10 "$@"; }

# One program whose success is one test.
check() { # NAME STATUS
  if [ "$2" = 0 ]; then passed=$((passed + 1)); else fail "$1: exit status $2"; fi
}

# Adds up an xunit XML file. A run that broke off or ran nothing at all is a failure whatever it left behind.
count() { # NAME STATUS FILE
  local totals p=0 f=0 s=0
  if ! [ -s "$3" ] || ! grep -q '</assemblies>' "$3"; then
    fail "$1: no complete results, exit status $2"
    return
  fi
  totals=$(awk -v run="$1" '
    function attribute(name) {
      if (!match($0, " " name "=\"[^\"]*\"")) return ""
      return plain(substr($0, RSTART + length(name) + 3, RLENGTH - length(name) - 4))
    }
    function plain(s) {
      gsub(/&quot;/, "\"", s); gsub(/&apos;/, "\047", s); gsub(/&lt;/, "<", s); gsub(/&gt;/, ">", s); gsub(/&amp;/, "\\&", s)
      return s
    }
    function text(tag,   i, s) {
      if (!(i = index($0, "<" tag "><![CDATA["))) return ""
      s = substr($0, i + length(tag) + 11)
      return substr(s, 1, index(s, "]]>") - 1)
    }
    BEGIN { RS = "<test |<error " }
    { $0 = " " $0 }
    NR == 1 { print attribute("passed") + 0, attribute("failed") + attribute("errors"), attribute("skipped") + 0; next }
    attribute("result") == "Skip" { print "skipped " run ": " attribute("name") ": " text("reason"); next }
    index($0, "<failure") {
      s = text("message"); gsub(/\n/, "\n    ", s)
      print "FAILED " run ": " attribute("name") "\n    " s
    }' "$3")
  read -r p f s <<<"$totals"
  passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
  if [ "$totals" != "${totals#*$'\n'}" ]; then note "${totals#*$'\n'}"; fi
  if [ $((p + f + s)) = 0 ]; then
    fail "$1: ran no tests"
  elif [ "$2" != 0 ] && [ "$f" = 0 ]; then
    fail "$1: exit status $2, though no test failed"
  fi
}

finish() {
  if [ -n "$details" ]; then printf '\n%s' "$details"; fi
  printf '\n%d passed, %d failed, %d skipped\n' "$passed" "$failed" "$skipped"
  [ "$failed" = 0 ] || exit 1
  exit 0
}

build() {
  say build
  # The lock files are the truth about packages: a restore that disagrees with them must fail.
  limited 600 dotnet restore RingThree.slnx --locked-mode -v q &&
    limited 900 dotnet build RingThree.slnx -c Release --no-restore -warnaserror --nologo -v q
}

unit() {
  say unit
  local status=0
  limited 600 dotnet "tests/RingThree.Tests/$bin/RingThree.Tests.dll" -noColor -noLogo -xml "$results/unit.xml" || status=$?
  count unit "$status" "$results/unit.xml"
}

conformance() {
  say "conformance, simulated host"
  local status=0
  # A test that only one host can answer carries the trait Host with that host's name.
  limited 600 dotnet "tests/RingThree.Conformance/$bin/RingThree.Conformance.dll" -noColor -noLogo \
    -trait- Host=guest -trait- Host=no-iommu -trait- Host=no-intremap -trait- Host=many \
    -xml "$results/conformance.xml" || status=$?
  count conformance "$status" "$results/conformance.xml"

  say "demo, simulated host"
  status=0
  limited 60 dotnet "src/RingThree.Cli/$bin/ring3.dll" demo || status=$?
  check demo "$status"
}

packages() {
  say packages
  local status=0 name each
  limited 900 tests/packages.sh "$results/packages.tsv" || status=$?
  while IFS=$'\t' read -r name each; do check "packages: $name" "$each"; done <"$results/packages.tsv"
  if [ "$status" != 0 ] || ! [ -s "$results/packages.tsv" ]; then fail "packages: packages.sh ended with $status"; fi
}

# Compiled ahead of time, since the guest's processor is slow. A restore for one runtime is another restore: it has
# intermediate folders and a lock file of its own and leaves the ordinary build's alone.
publish() { # PROJECT FOLDER
  rm -rf "${share:?}/$2"
  limited 600 dotnet publish "$1" -c Release -r linux-x64 --no-self-contained -p:PublishReadyToRun=true \
    --artifacts-path "$PWD/artifacts/guest-build" -p:NuGetLockFilePath=obj/guest.lock.json \
    -o "$share/$2" --nologo -v q
}

# One boot with the results named after it. The dll's status comes by a file, as the boot may run more than it.
# The reporter is verbose because a test that hangs or crashes the guest leaves nothing but the last line.
boot() { # TOPOLOGY WHAT SECONDS ARGUMENTS... (WHAT for the tests' RINGTHREE_CONFORMANCE, ARGUMENTS for xunit)
  local name=$1 what=$2 seconds=$3 status=0 after='' log
  shift 3
  say "guest: $name"
  rm -f "$share"/*.xml "$share"/*.status "$share"/fidelity-*.md
  [ "$name" = main ] && after='dotnet /out/cli/ring3.dll demo 0000:00:02.0; echo $? >demo.status'
  RINGTHREE_CONFORMANCE=$what tests/guest/boot.sh --topology "$name" --timeout "$seconds" --share "$share" -- \
    sh -c 'dotnet /out/app/RingThree.Conformance.dll -noColor -noLogo -reporter verbose -xml /out/results.xml "$@"; echo $? >tests.status; '"$after" \
    sh "$@" || status=$?
  for log in console command qemu; do cp "$share/$log.log" "$results/guest-$name.$log.log" || true; done
  for table in "$share"/fidelity-*.md; do if [ -e "$table" ]; then cp "$table" "$results/"; fi; done
  if [ -e "$share/results.xml" ]; then cp "$share/results.xml" "$results/guest-$name.xml"; fi
  if [ -s "$share/tests.status" ]; then status=$(cat "$share/tests.status"); fi
  count "guest $name" "$status" "$results/guest-$name.xml"
  if [ -n "$after" ]; then check "guest demo" "$(cat "$share/demo.status" 2>/dev/null || echo "none: it did not end")"; fi
}

guest() {
  say "guest: prepare"
  local status=0 sample
  limited 900 tests/guest/prepare.sh 2>&1 | tee "$results/guest-prepare.log" || status=$?
  if [ "$status" = 77 ]; then
    skipped=$((skipped + 1))
    note "skipped guest: $(sed -n 's/^guest: //p' "$results/guest-prepare.log" | tail -n 1)"
    return
  fi
  if [ "$status" != 0 ]; then fail "guest: prepare.sh ended with $status"; return; fi
  if ! { publish tests/RingThree.Conformance app && publish src/RingThree.Cli cli; }; then
    fail "guest: publish"
    return
  fi
  rm -rf "${share:?}/samples"
  mkdir "$share/samples"
  for sample in first-interrupt sixty-lines shared-line PciDiag; do
    if ! publish "samples/$sample" one || ! cp -r "$share/one/." "$share/samples/"; then
      fail "guest: publish $sample"
      return
    fi
  done

  boot main guest 600 -trait- Host=sim -trait- Host=no-iommu -trait- Host=no-intremap -trait- Host=many
  boot no-iommu no-iommu 120 -trait Host=no-iommu
  boot no-intremap no-intremap 120 -trait Host=no-intremap
  boot many many 600 -trait Host=many
}

if ! dotnet --version >/dev/null 2>&1; then
  echo "test.sh: needs a .NET SDK $(sed -n 's/.*"version": *"\([^"]*\)".*/\1/p' global.json) or a later one of its major version" >&2
  fail "no .NET SDK"
  finish
fi
rm -rf "$results"
mkdir -p "$results" "$share"
if [ "$part" != guest ]; then
  if ! build; then
    fail build
    finish
  fi
fi
case $part in
  all) unit; conformance; packages; guest ;;
  *) "$part" ;;
esac
finish

#!/bin/bash
# test.sh [unit|conformance|packages|mutations|guest|all]: builds, runs the tests, ends with "N passed, N failed, N skipped".
#   unit         tests/RingThree.Tests
#   conformance  tests/RingThree.Conformance on the simulated host, and the demo
#   packages     what is shipped, as somebody gets it who has no clone (tests/packages.sh)
#   mutations    whether three defects put in on purpose are found; the commit chooses which (tests/mutations/run.sh)
#   guest        the same on real PCI devices: QEMU's, through VFIO, in Linux guests with two kernels (tests/guest)
# test.sh --repeat N [--load K]: unit and conformance N times, beside K processes that keep the processors busy, and a
# list of what was not green every time (tests/repeat.sh).
# The conformance tests run in an order that RINGTHREE_SEED gives; without it the commit does. --orders N boots the
# guests for the tests on the main topology N times, each in another order.
# Results as XML and the guests' logs: artifacts/test-results. Exit status 1 when anything failed.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

usage() {
  sed -n '2,/^set/p' "${BASH_SOURCE[0]}" | sed -n 's/^# //p' >&2
  exit 64
}

part=all repeat='' load=0 orders=1
while [ $# -gt 0 ]; do
  case $1 in
    unit | conformance | packages | mutations | guest | all) part=$1; shift ;;
    --repeat | --load | --orders) [[ ${2:-} =~ ^[1-9][0-9]*$ ]] || usage; declare "${1#--}=$2"; shift 2 ;;
    *) usage ;;
  esac
done

# No build process may outlive this script: it would keep a caller's pipe open.
export MSBUILDDISABLENODEREUSE=1 DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_SKIP_FIRST_TIME_EXPERIENCE=1
unset RINGTHREE_CONFORMANCE

results=$PWD/artifacts/test-results
share=$PWD/artifacts/guest
bin=bin/Release/net10.0
commit=$(git -c safe.directory='*' rev-parse HEAD 2>/dev/null || echo 0)
seed=${RINGTHREE_SEED:-$((16#${commit:0:7}))}
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

# Adds up an xunit XML file. A run that broke off or ran nothing at all is a failure whatever it left behind; what it
# had printed until then (the verbose reporter's lines) counts.
count() { # NAME STATUS FILE [LOG]
  local totals p=0 f=0 s=0
  if ! [ -s "$3" ] || ! grep -q '</assemblies>' "$3"; then
    if [ -s "${4:-}" ]; then count_lines "$1" "$4"; fi
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

count_lines() { # NAME LOG
  local totals p f s
  totals=$(awk -v run="$1" '
    / \[STARTING\]/ { running[$1] = $0 }
    / \[SKIP\]/ { skipped++; sub(/^ +/, ""); print "skipped " run ": " $0 }
    / \[FAIL\]/ { failed++; sub(/^ +/, ""); print "FAILED " run ": " $0; next }
    / \[FINISHED\]/ { ended++; delete running[$1] }
    END {
      for (name in running) { sub(/^ +/, "", running[name]); print "FAILED " run ": " running[name] ", and never ended" }
      print ended - failed - skipped, failed + 0, skipped + 0
    }' "$2")
  read -r p f s <<<"${totals##*$'\n'}"
  passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
  note "${totals%$'\n'*}"
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
  limited 1800 dotnet "tests/RingThree.Tests/$bin/RingThree.Tests.dll" -noColor -noLogo -xml "$results/unit.xml" || status=$?
  count unit "$status" "$results/unit.xml"
}

conformance() {
  say "conformance, simulated host"
  local status=0
  # A test that only one host can answer carries the trait Host with that host's name.
  echo "order: RINGTHREE_SEED=$seed"
  limited 1800 dotnet "tests/RingThree.Conformance/$bin/RingThree.Conformance.dll" ":$seed" -noColor -noLogo \
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
  limited 2400 tests/packages.sh "$results/packages.tsv" || status=$?
  while IFS=$'\t' read -r name each; do check "packages: $name" "$each"; done <"$results/packages.tsv"
  if [ "$status" != 0 ] || ! [ -s "$results/packages.tsv" ]; then fail "packages: packages.sh ended with $status"; fi
}

mutations() {
  say "mutations: three of $(find tests/mutations/list -type f | wc -l)"
  local status=0 name found
  limited 1200 tests/mutations/run.sh --three "$commit" "$results/mutations.tsv" || status=$?
  while IFS=$'\t' read -r name found; do check "mutations: $name" "$found"; done <"$results/mutations.tsv"
  if [ "$status" != 0 ] && ! grep -q $'\t1$' "$results/mutations.tsv"; then fail "mutations: run.sh ended with $status"; fi
}

# Compiled ahead of time, since the guest's processor is slow. A restore for one runtime is another restore: it has
# intermediate folders and a lock file of its own and leaves the ordinary build's alone.
publish() { # PROJECT FOLDER
  rm -rf "${share:?}/$2"
  limited 600 dotnet publish "$1" -c Release -r linux-x64 --no-self-contained -p:PublishReadyToRun=true \
    --artifacts-path "$PWD/artifacts/guest-build" -p:NuGetLockFilePath=obj/guest.lock.json \
    -o "$share/$2" --nologo -v q
}

# Compiled for good, without a runtime: as a driver may be shipped, too.
compile() { # PROJECT FOLDER
  rm -rf "${share:?}/$2"
  limited 900 dotnet publish "$1" -c Release -r linux-x64 -p:Aot=true --artifacts-path "$PWD/artifacts/guest-build" \
    -p:NuGetLockFilePath=obj/aot.lock.json -o "$share/$2" --nologo -v q
}

# One boot with the results named after it. The dll's status comes by a file, as the boot may run more than it.
# The reporter is verbose because a test that hangs or crashes the guest leaves nothing but its lines.
boot() { # TOPOLOGY KERNEL WHAT ARGUMENTS... (WHAT for the tests' RINGTHREE_CONFORMANCE, ARGUMENTS for xunit)
  local topology=$1 kernel=$2 what=$3 status=0 after='' log name="$1, Linux $2, order $seed" file="guest-$1-$2-$seed"
  shift 3
  say "guest: $name (RINGTHREE_SEED)"
  rm -f "$share"/*.xml "$share"/*.status "$share"/fidelity-*.md
  [ "$topology" = main ] && after='dotnet /out/cli/ring3.dll demo 0000:00:02.0; echo $? >demo.status'
  RINGTHREE_CONFORMANCE=$what tests/guest/boot.sh --topology "$topology" --kernel "$kernel" --share "$share" -- \
    sh -c 'dotnet /out/app/RingThree.Conformance.dll "$@" -noColor -noLogo -reporter verbose -xml /out/results.xml; echo $? >tests.status; '"$after" \
    sh ":$seed" "$@" || status=$?
  for log in console command qemu; do cp "$share/$log.log" "$results/$file.$log.log" || true; done
  for table in "$share"/fidelity-*.md; do
    if [ -e "$table" ]; then mkdir -p "$results/$kernel" && cp "$table" "$results/$kernel/"; fi
  done
  if [ -e "$share/results.xml" ]; then cp "$share/results.xml" "$results/$file.xml"; fi
  if [ -s "$share/tests.status" ]; then status=$(cat "$share/tests.status"); fi
  count "guest $name" "$status" "$results/$file.xml" "$results/$file.command.log"
  if [ -n "$after" ]; then check "guest demo, Linux $kernel" "$(cat "$share/demo.status" 2>/dev/null || echo "none: it did not end")"; fi
}

# Whether there is a guest with that kernel.
prepare() { # KERNEL
  local status=0 log="$results/guest-prepare-$1.log"
  limited 900 tests/guest/prepare.sh "$1" 2>&1 | tee "$log" || status=$?
  [ "$status" != 0 ] || return 0
  if [ "$status" = 77 ]; then
    skipped=$((skipped + 1))
    note "skipped guest, Linux $1: $(sed -n 's/^guest: //p' "$log" | tail -n 1)"
  else
    fail "guest, Linux $1: prepare.sh ended with $status"
  fi
  return 1
}

guest() {
  say "guest: prepare"
  local kernel kernels=() order sample
  for kernel in 6.1 6.12; do
    if prepare "$kernel"; then kernels+=("$kernel"); fi
  done
  [ ${#kernels[@]} -gt 0 ] || return 0
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

  if ! compile samples/first-interrupt native; then
    fail "guest: compile first-interrupt"
    return
  fi

  for kernel in "${kernels[@]}"; do
    for ((order = 0; order < orders; order++)); do
      boot main "$kernel" guest -trait- Host=sim -trait- Host=no-iommu -trait- Host=no-intremap -trait- Host=many
      seed=$((seed + 1))
    done
    boot many "$kernel" many -trait Host=many
  done
  boot no-iommu "${kernels[0]}" no-iommu -trait Host=no-iommu
  boot no-intremap "${kernels[0]}" no-intremap -trait Host=no-intremap
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
  # What tests run beside the repository's own programs. Who may not install it skips those tests.
  tests/tools.sh lspci:pciutils script:bsdutils || true
fi
if [ -n "$repeat" ]; then exec tests/repeat.sh "$repeat" "$load" "$results"; fi
case $part in
  all) unit; conformance; packages; mutations; guest ;;
  *) "$part" ;;
esac
finish

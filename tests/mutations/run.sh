#!/bin/bash
# tests/mutations/run.sh [NAME...]            all defects, or those named
# tests/mutations/run.sh --three COMMIT FILE  three of them, which the commit's hash chooses; FILE: name, tab, 0 when found
# Puts one defect at a time into a copy of the sources and runs the unit tests and the conformance suite on the simulated
# host: first the classes that its file names, and when those stay green (but with --three) all others. A defect is found
# when an assertion fails. A run that the time limit ends is not that, except where the defect is a hang.
# Prints a line a defect with the test that found it. Exit status 1 when one was not found.
#
# A file in list/ is one defect. Its first line names the source file, the second is "seen by" and classes, the third
# "hangs" where that is what the defect does; then '<<<<', the lines to replace (found exactly once in the source), '====',
# what they become, and '>>>>'.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
export MSBUILDDISABLENODEREUSE=1 DOTNET_NOLOGO=1
unset RINGTHREE_CONFORMANCE

names=("$@") all=yes table=/dev/null
if [ "${1:-}" = --three ]; then
  all=no table=$3
  mapfile -t names < <(cd "$here/list" && printf '%s\n' * | while read -r name; do echo "$(sha256sum <<<"$2 $name") $name"; done | sort | awk '{ print $NF }' | head -n 3)
elif [ $# = 0 ]; then
  mapfile -t names < <(cd "$here/list" && printf '%s\n' *)
fi
: >"$table"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# It is built once; then only the library with the defect is, and handed to the two suites. Programs that a test starts
# have their own copy of it, without the defect.
(cd "$root" && git -c safe.directory='*' ls-files -z --cached --others --exclude-standard | xargs -0 cp --parents -t "$work")

# build LOG PROJECT [OPTION...]: prints why it does not build, or nothing. Without analyzers: those judge style.
build() {
  local log=$1 project=$2
  shift 2
  dotnet build "$work/$project" -c Release -p:RunAnalyzers=false "$@" --nologo -v q >"$log" 2>&1 && return
  grep -m 1 'error' "$log" | sed 's/^.*error /does not build: error /; s/ \[.*//'
}

# hand_out PROJECT FOLDER: that library to both suites, which are not built again for it.
hand_out() {
  local suite
  for suite in RingThree.Tests RingThree.Conformance; do cp "$2/${1##*/}.dll" "$work/tests/$suite/bin/Release/net10.0/"; done
}

# run SECONDS LOG [CLASS...]: what failed first, or nothing. Only these classes, or everything.
run() {
  local seconds=$1 log=$2 project status filter=() class
  shift 2
  for class; do filter+=(-class "*.$class"); done
  : >"$log"
  for project in RingThree.Tests RingThree.Conformance; do
    status=0
    timeout -k 5 "$seconds" dotnet "$work/tests/$project/bin/Release/net10.0/$project.dll" -noColor -noLogo -stopOnFail "${filter[@]}" \
      -trait- Host=guest -trait- Host=no-iommu -trait- Host=no-intremap -trait- Host=many >>"$log" 2>&1 || status=$?
    if [ "$status" = 0 ]; then continue; fi
    grep -m 1 -F ' [FAIL]' "$log" | sed 's/ \[FAIL\].*//; s/^ *//; s/^RingThree\.//' ||
      if [ "$status" = 124 ] || [ "$status" = 137 ]; then echo "hangs"; else echo "$project ends with $status"; fi
    return
  done
}

# The control: the same without a defect. Its time is the measure for the others', five times and two minutes, as what a defect breaks often waits for the ends of several waits.
limit=0
control() { # [CLASS...]
  local started=$SECONDS found
  found=$(run 3600 "$work/control.log" "$@")
  if [ -n "$found" ]; then
    cat "$work/control.log" >&2
    echo "red without any defect: $found" >&2
    exit 1
  fi
  limit=$((5 * (SECONDS - started) + 120))
}

seen_by() { sed -n 's/^seen by //p' "$here/list/$1"; }

# examine NAME: the test that finds it, or what is wrong, after a word: found, or not.
examine() {
  local text target project old new content found
  text=$(<"$here/list/$1")
  project=$(cut -d / -f 1,2 <<<"${text%%$'\n'*}") target=$work/${text%%$'\n'*}
  old=${text#*$'<<<<\n'} old=${old%%$'\n===='*}
  new=${text#*$'====\n'} new=${new%$'>>>>'} new=${new%$'\n'}
  content=$(<"$target")
  if [ "$content" = "${content/"$old"/}" ] || [ "${content/"$old"/}" != "${content//"$old"/}" ]; then
    echo "not STALE: its lines are not found exactly once"
    return
  fi
  printf '%s\n' "${content/"$old"/"$new"}" >"$target"
  found=$(build "$work/build.log" "$project" --no-restore --no-dependencies)
  if [ -z "$found" ]; then
    hand_out "$project" "$work/$project/bin/Release/net10.0"
    # shellcheck disable=SC2046 # Class names have no spaces.
    found=$(run "$limit" "$work/$1.log" $(seen_by "$1"))
    if [ -z "$found" ] && [ "$all" = yes ]; then
      found=$(run 900 "$work/$1.log")
      [ -z "$found" ] || found="$found (of the classes it names, none)"
    fi
  fi
  printf '%s\n' "$content" >"$target"
  hand_out "$project" "$work/clean"
  case $found in
    '') echo "not NOT FOUND" ;;
    'does not build'*) echo "not STALE: $found" ;;
    hangs)
      if grep -qx hangs "$here/list/$1"; then echo "found by a hang"; else echo "not HANGS, and no assertion failed in $limit s"; fi ;;
    *' ends with '*) echo "not BREAKS OFF: $found" ;;
    *) echo "found $found" ;;
  esac
}

for project in tests/RingThree.Tests tests/RingThree.Conformance; do
  found=$(build "$work/build.log" "$project")
  if [ -n "$found" ]; then echo "$found" >&2; exit 1; fi
done
cp -r "$work/tests/RingThree.Tests/bin/Release/net10.0" "$work/clean"
mapfile -t classes < <(for name in "${names[@]}"; do seen_by "$name"; done | tr ' ' '\n' | sort -u)
control "${classes[@]}"
echo "control: green; limit $limit s"

missed=0
for name in "${names[@]}"; do
  found=$(examine "$name")
  printf '%-36s %s\n' "$name" "${found#* }"
  if [ "${found%% *}" = found ]; then status=0; else status=1 missed=1; fi
  printf '%s\t%s\n' "$name" "$status" >>"$table"
done
exit $missed

#!/bin/bash
# tests/packages.sh RESULTS: the packages as somebody gets them who has no clone. Packs all of them, makes a driver of the template,
# builds and runs it and its tests, installs the tool and runs that. Writes a line "NAME<TAB>STATUS" to RESULTS for each check,
# what went wrong to stderr. Everything happens in a folder of its own: nobody's packages, templates or tools are touched.
#
# What is not ours (xunit.v3 and what that needs) comes from this machine's package cache, where restoring the repository has put it: the
# global-packages folder of 'dotnet nuget locals'. Only the compiler of the tool that is compiled ahead of time is fetched, once.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 1

results=$1
work=$(mktemp -d "${TMPDIR:-/tmp}/ringthree-packages-XXXXXX")
trap 'rm -rf "$work"' EXIT
: >"$results"

cache=$(dotnet nuget locals global-packages --list --force-english-output | sed 's/^global-packages: //')
version=$(sed -n 's|.*<BaseVersion>\(.*\)</BaseVersion>.*|\1|p' Directory.Build.props).$(src/version.sh)
compiled='' # the systems that this machine can link for
if command -v gcc >/dev/null; then compiled+=" linux-$(uname -m | sed 's/x86_64/x64/; s/aarch64/arm64/')"; fi
for processor in x86_64:x64 aarch64:arm64; do
  if command -v "${processor%:*}-linux-gnu-gcc" >/dev/null && [ "${processor%:*}" != "$(uname -m)" ]; then compiled+=" linux-${processor#*:}"; fi
done
name=Acme.Adc-8 # no identifier, on purpose: types are called Acme_Adc_8

# Packages of an earlier run must not be taken for these: ours come from here alone, unpacked in a folder that was empty.
export NUGET_PACKAGES=$work/packages DOTNET_CLI_HOME=$work/home
export DOTNET_GENERATE_ASPNET_CERTIFICATE=false DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_SKIP_FIRST_TIME_EXPERIENCE=1
export MSBUILDDISABLENODEREUSE=1
feed() {
  cat >"$work/nuget.config" <<END
<configuration>
  <packageSources><clear /><add key="here" value="$work/feed" /><add key="cache" value="$cache" /></packageSources>
  <packageSourceMapping>
    <clear />
    <packageSource key="here"><package pattern="RingThree*" /><package pattern="ring3*" /></packageSource>
    <packageSource key="cache"><package pattern="*" /></packageSource>
  </packageSourceMapping>
</configuration>
END
}

# run COMMAND...: what it printed is in $said afterwards, and on stderr when it failed.
said=''
run() {
  local status=0
  said=$(timeout -k 10 "${limit:-300}" "$@" 2>&1 </dev/null) || status=$?
  if [ "$status" != 0 ]; then printf '%s\n%s: exit status %d\n' "$said" "$*" "$status" >&2; fi
  return "$status"
}

# says TEXT...: each was printed by the last command.
says() {
  local text
  for text; do
    case $said in *"$text"*) ;; *) printf 'not said: %s, but:\n%s\n' "$text" "$said" >&2; return 1 ;; esac
  done
}

# The repository's own packages are where they always are: only what is made of ours has folders of its own.
packed() {
  limit=1500 run env -u DOTNET_CLI_HOME NUGET_PACKAGES="$cache" ./pack.sh "$work/feed" || return
  case $said in *warning*) printf '%s\n' "$said" >&2; return 1 ;; esac
}

expected() {
  local id expected=''
  for id in RingThree RingThree.DefaultHosts RingThree.Interop RingThree.Linux RingThree.Simulation RingThree.WinDriver; do
    expected+="$id.$version.nupkg"$'\n'"$id.$version.snupkg"$'\n'
  done
  expected+="RingThree.Templates.$version.nupkg"$'\n'"ring3.$version.nupkg"$'\n'
  for id in ${compiled:+any $compiled}; do expected+="ring3.$id.$version.nupkg"$'\n'; done
  diff <(printf %s "$expected" | LC_ALL=C sort) <(cd "$work/feed" && printf '%s\n' * | LC_ALL=C sort) >&2
}

template() {
  run dotnet new install "$work/feed/RingThree.Templates.$version.nupkg" --debug:custom-hive "$work/hive" || return
  run dotnet new ring3-driver --name "$name" --vendor-id 0xABCD --device-id 12ef --output "$work/driver" --debug:custom-hive "$work/hive"
}

# Everything is named as it was asked for, and nothing as the template is.
named() {
  local left
  left=$(cd "$work/driver" && grep -rniE 'my-?card|10ee|7adc|_VERSION' . ; find "$work/driver" -iname '*my*card*' -o -name .template.config)
  if [ -n "$left" ]; then printf 'left of the template:\n%s\n' "$left" >&2; return 1; fi
  grep -q "\"RingThree.DefaultHosts\" Version=\"$version\"" "$work/driver/Directory.Packages.props" &&
    grep -q 'new(0xABCD, 0x12EF)' "$work/driver/$name/Acme_Adc_8Driver.cs"
}

built() {
  (cd "$work/driver" && run dotnet build -warnaserror --nologo -v q)
}

# What was restored is what was packed: the generator, documentation and a description come with the library.
contents() {
  local id file
  for file in analyzers/dotnet/cs/RingThree.Generators.dll lib/net10.0/RingThree.dll lib/net10.0/RingThree.xml README.md; do
    [ -s "$work/packages/ringthree/$version/$file" ] || { echo "RingThree has no $file" >&2; return 1; }
  done
  for id in RingThree.DefaultHosts RingThree.Interop RingThree.Linux RingThree.Simulation; do
    for file in "lib/net10.0/$id.dll" "lib/net10.0/$id.xml" README.md; do
      [ -s "$work/packages/${id,,}/$version/$file" ] || { echo "$id has no $file" >&2; return 1; }
    done
  done
  # It names no folder of the machine that built it.
  ! grep -rqaF "$PWD/" "$work"/packages/ringthree*/ || { echo "a package names $PWD" >&2; return 1; }
}

program() {
  cd "$work/driver" || return
  run dotnet run --no-build --project "$name" && says 'abcd:12ef' "host 'sim'" 'cafe0001' 'measured: 7 14 21 28 35 42 49 56'
}

# As on a machine without that card: one line that says so, and exit status 1.
mistake() {
  cd "$work/driver" || return
  said=$(dotnet run --no-build --project "$name" -- ffff:ff:1f.7 2>&1 </dev/null)
  [ $? = 1 ] && says 'ffff:ff:1f.7' 'there is no such function' && [ "$(wc -l <<<"$said")" = 1 ]
}

tests() {
  cd "$work/driver" || return
  run dotnet test --no-build && says 'total: 4' 'failed: 0' 'succeeded: 4'
}

# A package of a newer state is newer, with a clone and without.
rises() {
  local before after archive=$work/archive
  mkdir -p "$archive" && cp -r --parents src/version.sh src/RingThree/Pci samples/edu templates Directory.*.props "$archive" || return
  find "$archive" -type f -exec touch -d @1800000000 {} +
  before=$("$archive/src/version.sh") && touch -d @1800000007 "$archive/src/RingThree/Pci/PciAddress.cs" && after=$("$archive/src/version.sh") || return
  [ "$before $after" = '64310400 64310407' ] || { echo "an archive: $before, $after" >&2; return 1; }
  (
    cd "$archive" && git init -q . && git add -A && git -c user.name=x -c user.email=x@y -c commit.gpgsign=false commit -qm x --date @1700000000 || exit
    before=$(src/version.sh) && echo >>src/RingThree/Pci/PciAddress.cs && touch -d @1900000000 src/RingThree/Pci/PciAddress.cs && after=$(src/version.sh) || exit
    [ "$before" = $(($(git log -1 --format=%ct) - 1735689600)) ] && [ "$after" = 164310400 ] || { echo "a clone: $before, $after" >&2; exit 1; }
  )
}

tool() {
  run dotnet tool install ring3 --version "$version" --tool-path "$work/tools" --configfile "$work/nuget.config" || return
  run "$work/tools/ring3" list --host sim && says 'sim:edu' '1234:11e8' 'sim:nvme'
}

demo() {
  run "$work/tools/ring3" demo && says 'All checks passed.'
}

# Both say the same: the one that was installed, compiled ahead of time, and the one that the runtime compiles.
same() {
  local line ours theirs
  [[ $(readlink -f "$work/tools/ring3") = *linux-* ]] || { echo 'what is installed is not compiled for this system' >&2; return 1; }
  # What differs from run to run: how long it took.
  both() {
    ours=$(PATH=$work/tools:$PATH timeout 120 bash -c "$1; echo status \$?" 2>&1 </dev/null | sed -E 's/[0-9.]+ us each */T/g')
    theirs=$(timeout 120 bash -c "ring3() { dotnet src/RingThree.Cli/bin/Release/net10.0/ring3.dll \"\$@\"; }; $1; echo status \$?" 2>&1 </dev/null | sed -E 's/[0-9.]+ us each */T/g')
    diff <(printf '%s\n' "$ours") <(printf '%s\n' "$theirs") >&2 || { echo "differs: $1" >&2; return 1; }
  }
  for line in 'ring3' 'ring3 --version' 'ring3 list' 'ring3 list --json' 'ring3 list --host sim' 'ring3 list --host sim --json' 'ring3 lsit' 'ring3 show' 'ring3 show moon' \
    'for a in /sys/bus/pci/devices/*; do ring3 show ${a##*/}; ring3 show ${a##*/} --json; done' 'ring3 show sim:nvme' 'ring3 show sim:e1000e --json' 'ring3 doctor' 'ring3 doctor --json' \
    'ring3 demo' 'ring3 demo --json' 'ring3 read sim:edu STATUS --map samples/edu/edu.svd' 'ring3 map samples/edu/edu.svd --json' 'ring3 read ffff:ff:1f.7 bar0+0' \
    'ring3 watch sim:edu bar0+0 --for 10ms | cut -c 16-' 'ring3 memory --windows tests/RingThree.Tests/Memory/windows-ranges.txt --json' 'ring3 completion zsh' \
    'ring3 listen sim:edu --ack "r32 bar0+0x24; mask 0xff; wb32 bar0+0x64" --stimulus "w32 bar0+0x60 1" --count 1 --for 20s | grep -o "#1 .*read 0x1"'; do
    both "$line" || return
  done
}

# Whoever looks sees the same of a running program: which events there are, with which words and fields.
monitors() {
  local ours theirs program=$work/monitored
  run dotnet build tests/RingThree.Monitored -c Release -o "$program" --nologo -v q || return
  mkdir "$work/ports"
  export TMPDIR=$work/ports
  exec 3> >(exec dotnet "$program/monitored.dll" >"$work/monitored.log")
  until grep -q 'at work' "$work/monitored.log"; do sleep 0.2; done
  # Numbers and times apart; a rate is there from the second count of a session on.
  seen() { timeout 120 "$@" monitor --json --level info --interval 200ms --count 60 --for 100s 2>>"$work/monitor.errors" | sed -E 's/"perSecond":[0-9.]+,//; s/[0-9]+/N/g' | sort -u; }
  ours=$(seen "$work/tools/ring3")
  theirs=$(seen dotnet src/RingThree.Cli/bin/Release/net10.0/ring3.dll)
  exec 3>&-
  [ "$(wc -l <<<"$ours")" -ge 6 ] && diff <(printf '%s\n' "$ours") <(printf '%s\n' "$theirs") >&2 || { cat "$work/monitor.errors" >&2; return 1; }
}

# Nothing to debug with: a tool is run.
lean() {
  ! grep -laE '[.](pdb|dbg)' "$work"/feed/ring3.*.nupkg >&2
}

check() { # NAME COMMAND: in a shell of its own, as it may go elsewhere
  ( "$2" )
  printf '%s\t%d\n' "$1" $? >>"$results"
}

feed
check 'dotnet pack, locked, without a warning' packed
check 'the packages that there are' expected
check 'dotnet new ring3-driver' template
check 'names in what the template makes' named
check 'it builds without a warning' built
check 'what is in the packages' contents
check 'its program on the model of its card' program
check 'its program without its card' mistake
check 'its tests' tests
check 'dotnet tool install ring3, ring3 list' tool
check 'ring3 demo, installed' demo
check 'no symbols in the packages of the tool' lean
check 'versions that rise' rises
if [ -n "$compiled" ]; then
  check 'the compiled tool says what the portable one says' same
  check 'ring3 monitor, compiled' monitors
fi

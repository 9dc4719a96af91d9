#!/bin/bash
# pack.sh [FOLDER]: makes all packages, in artifacts/packages unless a folder is named. The tool is compiled ahead of time for linux-x64 and
# linux-arm64 where this machine can link for them, beside the portable one; 'dotnet tool install ring3' takes what fits.
# Linking needs gcc, and for the other processor its cross compiler (Debian: gcc-x86-64-linux-gnu, gcc-aarch64-linux-gnu).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

folder=$(realpath -m "${1:-artifacts/packages}")
export MSBUILDDISABLENODEREUSE=1 DOTNET_NOLOGO=1

# The lock files are the truth about packages.
dotnet pack -c Release -o "$folder" -p:RestoreLockedMode=true -warnaserror --nologo -v q

# Only what can be linked is named: who has another system gets the portable one.
systems=() linkers=()
for system in linux-x64:x86_64 linux-arm64:aarch64; do
  processor=${system#*:}
  if [ "$processor" = "$(uname -m)" ]; then linker=gcc; else linker=$processor-linux-gnu-gcc; fi
  if command -v "$linker" >/dev/null; then
    systems+=("${system%:*}") linkers+=("$linker")
  else
    echo "pack.sh: no compiled tool for ${system%:*}: there is no $linker" >&2
  fi
done
[ ${#systems[@]} -gt 0 ] || exit 0

# A restore for one system is another restore: folders and lock file of its own.
tool() { # ARGUMENTS...
  dotnet pack src/RingThree.Cli -c Release -o "$folder" --artifacts-path artifacts/compiled -p:NuGetLockFilePath=obj/compiled.lock.json \
    -p:CompiledFor="$(IFS=+; echo "${systems[*]}")" -warnaserror --nologo -v q "$@"
}
for i in "${!systems[@]}"; do
  tool -r "${systems[i]}" -p:CppCompilerAndLinker="${linkers[i]}" -p:ObjCopyName="${linkers[i]/%gcc/objcopy}"
done
tool -r any
tool

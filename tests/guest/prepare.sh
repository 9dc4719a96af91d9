#!/bin/bash
# prepare.sh [KERNEL]: makes the guest with Debian's kernel of that line (6.1, which is the default, or 6.12): vmlinux and
# a small root (initrd.gz). Prints the folder they lie in.
# Everything goes into a cache folder, nothing into the system's /boot or /lib/modules.
# A guest once made is kept until the files here change; remove the cache folder to get a newer kernel.
# Exit status 77: this machine cannot run such guests; the reason is on stderr.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cache=${RINGTHREE_CACHE:-${XDG_CACHE_HOME:-${HOME:-/tmp}/.cache}/ringthree}

kernel=${1:-6.1}

# Every guest loads these. What they depend on is in the modules themselves; what a kernel has built in is left out.
modules=(virtio_pci 9pnet_virtio 9p vfio_iommu_type1 vfio-pci uio_pci_generic pci-stub)

# What a machine in use has: drivers that own the topology 'many's functions, and a file system. Not in the initrd: the
# other topologies' devices are to have no driver. First come the checksums that others ask for without depending on them.
drivers=(
  crct10dif_generic crc32c_generic crc64_rocksoft_generic
  nvme e1000e e1000 vmxnet3 virtio_net xhci-pci snd-hda-codec-generic snd-hda-intel ahci sd_mod lpc_ich i2c-i801 ext4
)

skip() {
  echo "guest: $*" >&2
  exit 77
}

refreshed=no
refresh() {
  [ "$refreshed" = no ] && [ "$(id -u)" = 0 ] || return 1
  refreshed=yes
  apt update || echo "guest: apt-get update failed, going on with the package lists at hand" >&2
}

# apt-get, as root or not; the lock waits for a package run that is already under way.
apt() { apt-get -qq -o DPkg::Lock::Timeout=120 -o APT::Sandbox::User=root -o Acquire::Retries=3 "$@" </dev/null >&2; }

# The package that a meta package of this kernel line stands for.
kernel_package() {
  { apt-cache depends "linux-image-$kernel-amd64" linux-image-amd64 2>/dev/null || true; } |
    awk -v name="^linux-image-${kernel//./\\.}\\.[^-]*(-[0-9]+)?-amd64\$" '$1 == "Depends:" && $2 ~ name { print $2 }' | sort -V | tail -n 1
}

# download FOLDER PACKAGE: the package file, in a folder of its own so that its name need not be known.
download() {
  mkdir -p "$1"
  (cd "$1" && apt download "$2") || { refresh && (cd "$1" && apt download "$2"); } ||
    skip "could not download the package $2"
}

# The bzImage carries the kernel proper, compressed. QEMU starts the plain ELF at once (PVH), which saves 6 s a boot.
# Offsets from the boot protocol: setup_sects at 0x1f1, payload_offset and payload_length at 0x248.
extract_vmlinux() { # BZIMAGE OUTPUT
  local setup offset length unpack
  setup=$(od -An -tu1 -j $((0x1f1)) -N1 "$1")
  read -r offset length < <(od -An -tu4 -j $((0x248)) -N8 "$1")
  # The payload ends with its size, which is no part of the compressed stream.
  dd if="$1" of="$2.packed" bs=64K iflag=skip_bytes,count_bytes skip=$(((setup + 1) * 512 + offset)) count=$((length - 4)) status=none
  case $(od -An -tx1 -N4 "$2.packed") in
    ' fd 37 7a 58') unpack=xz ;;
    ' 28 b5 2f fd') unpack=zstd ;;
    *) skip "the kernel in $1 is compressed in a way that is not known here" ;;
  esac
  "$unpack" -dc <"$2.packed" >"$2"
  rm "$2.packed"
  [ "$(head -c 4 "$2" | tr -d '\177')" = ELF ] || skip "no ELF kernel in $1"
}

# copy_modules KERNEL_TREE FOLDER MODULE...: they and what they need, unpacked, into a folder whose order is the load order.
copy_modules() {
  local tree folder=$2 file module number=10
  local -A files=() copied=()
  tree=$(echo "$1"/lib/modules/*)
  shift 2
  mkdir -p "$folder"
  while read -r file; do
    module=${file##*/} module=${module%.xz} module=${module%.ko}
    files[${module//-/_}]=$file
  done < <(find "$tree/kernel" -name '*.ko' -o -name '*.ko.xz')
  for module; do copy_module "${module//-/_}"; done
}

copy_module() { # NAME, as modules name each other; the variables are copy_modules'
  local file=${files[$1]:-} needed
  [ -z "${copied[$1]:-}" ] || return 0
  copied[$1]=yes
  if [ -z "$file" ]; then
    grep -q "/$1\.ko\$" <(tr - _ <"$tree/modules.builtin") || skip "the kernel $kernel has no module $1" # no pipe: grep leaves early, and tr would fail of it
    return 0
  fi
  case $file in
    *.xz) xz -dc "$file" ;;
    *) cat "$file" ;;
  esac >"$folder/$1"
  for needed in $(tr '\0' '\n' <"$folder/$1" | sed -n 's/^depends=//p' | tr ,- ' _'); do copy_module "$needed"; done
  mv "$folder/$1" "$folder/$number-$1.ko"
  number=$((number + 1))
}

make_initrd() { # ROOT KERNEL_TREE BUSYBOX_TREE OUTPUT
  local root=$1
  mkdir -p "$root"/{bin,proc,sys,dev,tmp,run,usr,out}
  cp "$3/bin/busybox" "$root/bin/busybox"
  cp "$here/init" "$root/init"
  cp "$here/bind-driver" "$root/bin/bind-driver"
  chmod 755 "$root/init" "$root/bin/"*
  copy_modules "$2" "$root/modules" "${modules[@]}"
  (cd "$root" && find . | LC_ALL=C sort | cpio --quiet -o -H newc -R 0:0) | gzip -n >"$4"
}

"$here/../tools.sh" qemu-system-x86_64:qemu-system-x86 cpio:cpio xz:xz-utils zstd:zstd udevadm:udev || skip "needs: apt-get install --no-install-recommends qemu-system-x86 cpio xz-utils zstd udev"
key=$(cat "$here/prepare.sh" "$here/init" "$here/bind-driver" | sha256sum | cut -c 1-16)
guest=$cache/guest-$kernel-$key
if [ ! -e "$guest" ]; then
  command -v apt-get >/dev/null || skip "needs apt-get to fetch a Debian 12 kernel"
  mkdir -p "$cache"
  exec 9>"$cache/lock"
  flock 9 # A second run waits here and then finds the guest made.
fi
if [ ! -e "$guest" ]; then
  rm -rf "$cache"/tmp.* # Left over by a run that was killed: we hold the lock.
  work=$(mktemp -d "$cache/tmp.XXXXXX")
  trap 'rm -rf "$work"' EXIT
  package=$(kernel_package)
  if [ -z "$package" ] && refresh; then package=$(kernel_package); fi
  [ -n "$package" ] || skip "this system's package lists offer no linux-image-$kernel.*-amd64 (Debian 12); try apt-get update"

  # The packages outlive the guest: a change in init must not cost another 70 MB.
  for name in "$package" busybox-static; do
    [ -e "$cache/deb-$name" ] && continue
    echo "guest: downloading $name" >&2
    download "$work/deb" "$name"
    mv "$work/deb" "$cache/deb-$name"
  done
  dpkg-deb -x "$cache/deb-$package"/*.deb "$work/kernel"
  dpkg-deb -x "$cache/deb-busybox-static"/*.deb "$work/busybox"

  mkdir "$work/guest"
  extract_vmlinux "$(echo "$work"/kernel/boot/vmlinuz-*)" "$work/guest/vmlinux"
  make_initrd "$work/root" "$work/kernel" "$work/busybox" "$work/guest/initrd.gz"
  copy_modules "$work/kernel" "$work/guest/drivers" "${drivers[@]}"
  basename -a "$cache/deb-$package"/*.deb "$cache/deb-busybox-static"/*.deb >"$work/guest/packages"
  mv "$work/guest" "$guest"
fi
echo "$guest"

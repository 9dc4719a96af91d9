#!/bin/bash
# Makes the guest: a kernel (vmlinux) and a small root (initrd.gz), and prints the folder they lie in.
# Everything goes into a cache folder, nothing into the system's /boot or /lib/modules.
# A guest once made is kept until the files here change; remove the cache folder to get a newer kernel.
# Exit status 77: this machine cannot run guests; the reason is on stderr.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cache=${RINGTHREE_CACHE:-${XDG_CACHE_HOME:-${HOME:-/tmp}/.cache}/ringthree}

# In load order: the guest has no depmod, and nothing in Debian's kernel has these built in.
modules=(
  drivers/virtio/{virtio_ring,virtio,virtio_pci_modern_dev,virtio_pci_legacy_dev,virtio_pci}
  fs/netfs/netfs fs/fscache/fscache net/9p/9pnet net/9p/9pnet_virtio fs/9p/9p
  virt/lib/irqbypass
  drivers/vfio/{vfio,vfio_iommu_type1,vfio_virqfd} drivers/vfio/pci/{vfio-pci-core,vfio-pci}
  drivers/uio/{uio,uio_pci_generic} drivers/pci/pci-stub
)

# What a machine in use has, in load order: drivers that own the topology 'many's functions, and a file system. Not in the
# initrd: the other topologies' devices are to have no driver.
drivers=(
  crypto/{crct10dif_common,crct10dif_generic,crc32c_generic} lib/{crc-t10dif,crc64} crypto/crc64_rocksoft_generic lib/crc64-rocksoft block/t10-pi
  drivers/nvme/host/{nvme-core,nvme}
  drivers/net/ethernet/intel/{e1000e/e1000e,e1000/e1000} drivers/net/vmxnet3/vmxnet3
  net/core/failover drivers/net/{net_failover,virtio_net}
  drivers/usb/common/usb-common drivers/usb/core/usbcore drivers/usb/host/{xhci-hcd,xhci-pci}
  sound/soundcore sound/core/{snd,snd-timer,snd-pcm,snd-hwdep} sound/hda/{snd-hda-core,snd-intel-sdw-acpi,snd-intel-dspcfg}
  drivers/leds/trigger/ledtrig-audio sound/pci/hda/{snd-hda-codec,snd-hda-codec-generic,snd-hda-intel}
  drivers/scsi/{scsi_common,scsi_mod} drivers/ata/{libata,libahci,ahci} drivers/scsi/sd_mod
  drivers/mfd/lpc_ich drivers/i2c/i2c-smbus drivers/i2c/busses/i2c-i801
  lib/crc16 fs/mbcache fs/jbd2/jbd2 fs/ext4/ext4
)

skip() {
  echo "guest: $*" >&2
  exit 77
}

# apt-get, as root or not; the lock waits for a package run that is already under way.
apt() { apt-get -qq -o DPkg::Lock::Timeout=120 -o APT::Sandbox::User=root -o Acquire::Retries=3 "$@" </dev/null >&2; }

refreshed=no
refresh() {
  [ "$refreshed" = no ] && [ "$(id -u)" = 0 ] || return 1
  refreshed=yes
  apt update || echo "guest: apt-get update failed, going on with the package lists at hand" >&2
}

install_tools() {
  local missing=() pair
  for pair in qemu-system-x86_64:qemu-system-x86 cpio:cpio lspci:pciutils xz:xz-utils; do
    PATH=$PATH:/usr/sbin:/sbin command -v "${pair%%:*}" >/dev/null || missing+=("${pair#*:}")
  done
  [ ${#missing[@]} -gt 0 ] || return 0
  command -v apt-get >/dev/null || skip "needs what Debian calls: ${missing[*]}"
  [ "$(id -u)" = 0 ] || skip "needs: sudo apt-get install --no-install-recommends ${missing[*]}"
  echo "guest: installing ${missing[*]}" >&2
  refresh || true
  DEBIAN_FRONTEND=noninteractive apt install -y --no-install-recommends "${missing[@]}" ||
    skip "apt-get install ${missing[*]} failed"
}

# The package the meta package linux-image-amd64 stands for; only 6.1 has the module list above.
kernel_package() {
  { apt-cache depends linux-image-amd64 2>/dev/null || true; } |
    awk '$1 == "Depends:" && $2 ~ /^linux-image-6\.1\..*-amd64$/ { print $2 }' | sort -V | tail -n 1
}

# download FOLDER PACKAGE: the package file, in a folder of its own so that its name need not be known.
download() {
  mkdir -p "$1"
  (cd "$1" && apt download "$2") || { refresh && (cd "$1" && apt download "$2"); } ||
    skip "could not download the package $2"
}

# The bzImage carries the kernel proper as XZ. QEMU starts the plain ELF at once (PVH), which saves 6 s a boot.
# Offsets from the boot protocol: setup_sects at 0x1f1, payload_offset and payload_length at 0x248.
extract_vmlinux() {
  local setup offset length
  setup=$(od -An -tu1 -j $((0x1f1)) -N1 "$1")
  read -r offset length < <(od -An -tu4 -j $((0x248)) -N8 "$1")
  dd if="$1" of="$2.xz" bs=64K iflag=skip_bytes,count_bytes skip=$(((setup + 1) * 512 + offset)) count="$length" status=none
  # The payload ends with its size, which is no part of the XZ stream.
  xz -dc --single-stream "$2.xz" >"$2"
  rm "$2.xz"
  [ "$(head -c 4 "$2" | tr -d '\177')" = ELF ] || skip "no XZ compressed ELF kernel in $1"
}

# copy_modules KERNEL_TREE FOLDER MODULE...: into a folder whose order is the load order.
copy_modules() {
  local number=10 tree folder=$2 module
  tree=$(echo "$1"/lib/modules/*/kernel)
  shift 2
  mkdir -p "$folder"
  for module; do
    cp "$tree/$module.ko" "$folder/$number-${module##*/}.ko"
    number=$((number + 1))
  done
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

install_tools
key=$(cat "$here/prepare.sh" "$here/init" "$here/bind-driver" | sha256sum | cut -c 1-16)
guest=$cache/guest-$key
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
  [ -n "$package" ] || skip "this system's package lists offer no linux-image-6.1.*-amd64 (Debian 12); try apt-get update"

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

#!/bin/bash
# boot.sh [--topology main|no-iommu|no-intremap|many] [--kernel 6.1|6.12] [--silence SECONDS] --share DIR -- COMMAND...
# Boots a guest of prepare.sh, runs COMMAND in it as root with DIR as /out and as working directory, powers off,
# and ends with COMMAND's exit status. The host's /usr and its dotnet are there, read-only, at their own paths.
# It is stopped once the kernel and COMMAND have printed nothing for SECONDS (300), however long it has run.
# 124: it was stopped; 70: it ended without a status; 77: prepare.sh says there can be no guest.
# DIR keeps what was said: console.log (the kernel), command.log (COMMAND), qemu.log.
# DIR/topology.txt names the devices ("edu-a 0000:00:02.0"). RINGTHREE_* variables are passed on.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
topology=main kernel=6.1 silence=300 share='' with_drivers=no

usage() {
  sed -n 2p "${BASH_SOURCE[0]}" | sed 's/^# //' >&2
  exit 64
}

while [ $# -gt 0 ]; do
  case $1 in
    --topology | --kernel | --silence | --share) [ $# -ge 2 ] || usage; declare "${1#--}=$2"; shift 2 ;;
    --) shift; break ;;
    *) usage ;;
  esac
done
if [ -z "$share" ] || [ $# = 0 ]; then usage; fi
mkdir -p "$share"
share=$(cd "$share" && pwd)

# Every device has its address: the interrupt line follows from it, and 9p must not take a free slot of the tests'.
# Slots 2 and 6 share a line (slot mod 4), as do 1 and 5 behind the bridge; the latter two share a group as well.
# shellcheck disable=SC2054 # The commas belong to QEMU.
# 16 MiB of memory that Linux leaves alone: reserved physical memory as a driver's user makes it.
kernel_options=
case $topology in
  main)
    kernel_options='memmap=16M$0x20000000'
    devices=(
      -device intel-iommu,intremap=on
      -device edu,bus=pcie.0,addr=2 -device edu,bus=pcie.0,addr=6
      -device nvme,bus=pcie.0,addr=4,serial=x
      -device pcie-root-port,id=rootport,bus=pcie.0,addr=5,chassis=1,slot=1 -device e1000e,bus=rootport
      -device nec-usb-xhci,bus=pcie.0,addr=7,msi=on,msix=off
      -device pci-testdev,bus=pcie.0,addr=0xb,membar=64K
      -device pcie-pci-bridge,id=bridge,bus=pcie.0,addr=0xc
      -device edu,bus=bridge,addr=1 -device edu,bus=bridge,addr=5
    ) ;;
  many)
    # A machine in use: switches, bridges, a second root bus, cards of many kinds, each with the driver a machine gives it.
    with_drivers=yes
    devices=(
      -device intel-iommu,intremap=on
      -device pcie-root-port,id=rp1,bus=pcie.0,addr=1,chassis=1,slot=1
      -device x3130-upstream,id=up,bus=rp1
      -device xio3130-downstream,id=down1,bus=up,addr=0,chassis=2,slot=2 -device xio3130-downstream,id=down2,bus=up,addr=1,chassis=3,slot=3
      -device nvme-subsys,id=subsystem
      -device nvme,serial=a,bus=down1,subsys=subsystem,sriov_max_vfs=2,sriov_vq_flexible=4,sriov_vi_flexible=2,max_ioqpairs=6,msix_qsize=7
      -device e1000e,bus=down2
      -device edu,bus=pcie.0,addr=2 -device edu,bus=pcie.0,addr=6
      -device pcie-root-port,id=rp2,bus=pcie.0,addr=3,chassis=4,slot=4 -device virtio-net-pci,bus=rp2
      -device vmxnet3,bus=pcie.0,addr=4
      -device pcie-root-port,id=rp3,bus=pcie.0,addr=5,chassis=5,slot=5 -device qemu-xhci,bus=rp3
      -audiodev none,id=silence -device intel-hda,bus=pcie.0,addr=7 -device hda-duplex,audiodev=silence
      -device i82801b11-bridge,id=old,bus=pcie.0,addr=8 -device e1000,bus=old,addr=1
      -device pcie-pci-bridge,id=bridge,bus=pcie.0,addr=9 -device edu,bus=bridge,addr=1 -device e1000,bus=bridge,addr=2 -device edu,bus=bridge,addr=5
      -device pxb-pcie,id=second,bus=pcie.0,addr=0xa,bus_nr=0x40
      -device pcie-root-port,id=rp4,bus=second,addr=0,chassis=6,slot=6
      -drive "if=none,id=disk1,format=raw,file=${share//,/,,}/disk1.img" -device nvme,serial=b,bus=rp4,drive=disk1
      -drive "if=none,id=disk2,format=raw,file=${share//,/,,}/disk2.img" -device ide-hd,bus=ide.0,drive=disk2
    ) ;;
  no-iommu) devices=(-device edu,bus=pcie.0,addr=2) ;;
  no-intremap) devices=(-device intel-iommu,intremap=off -device edu,bus=pcie.0,addr=2) ;;
  *) usage ;;
esac

guest=$("$here/prepare.sh" "$kernel")
rm -f "$share"/{exit-status,stopped,topology.txt,guest.env,disk1.img,disk2.img}
: >"$share/command.log"
: >"$share/console.log"

# folder SLOT TAG PATH OPTIONS: one 9p share. A comma in a path would end QEMU's option; two mean one.
shares=()
folder() {
  shares+=(-fsdev "local,id=$2,path=${3//,/,,},security_model=none,multidevs=remap$4"
    -device "virtio-9p-pci,bus=pcie.0,addr=$1,fsdev=$2,mount_tag=$2")
}
folder 0x10 host /usr ,readonly=on
folder 0x11 out "$share" ''

if [ "$with_drivers" = yes ]; then
  truncate -s 16M "$share"/disk{1,2}.img # empty, and gone with the guest
  folder 0x13 drivers "$guest/drivers" ,readonly=on
  echo "drivers=yes" >>"$share/guest.env"
fi

quote() { printf "'%s' " "${@//\'/\'\\\'\'}"; }

path=/usr/sbin:/usr/bin:/bin
if dotnet=$(command -v dotnet); then
  root=$(dirname "$(readlink -f "$dotnet")")
  path=$root:$path
  case $root in
    /usr/*) ;;
    *)
      folder 0x12 dotnet "$root" ,readonly=on
      echo "dotnet_root=$(quote "$root")" >>"$share/guest.env" ;;
  esac
fi
{
  echo "export PATH=$(quote "$path") HOME=/tmp TERM=dumb DOTNET_EnableDiagnostics=0 DOTNET_NOLOGO=1"
  for name in $(compgen -e RINGTHREE_ || true); do
    echo "export $name=$(quote "${!name}")"
  done
  echo "exec $(quote "$@")"
} >"$share/guest-command.sh"

# The kernel's check of its timer panics when a busy host keeps QEMU from running in that moment: no_timer_check.
# One CPU: two vCPUs of an emulated machine are slower than one. No KVM asked for: the same everywhere.
qemu-system-x86_64 -nodefaults -no-user-config -display none -no-reboot \
  -serial "file:${share//,/,,}/console.log" -monitor none -m 1024 -smp 1 -machine q35,accel=tcg -cpu max \
  -kernel "$guest/vmlinux" -initrd "$guest/initrd.gz" \
  -append "console=ttyS0 panic=-1 oops=panic no_timer_check intel_iommu=on quiet $kernel_options" \
  "${devices[@]}" "${shares[@]}" </dev/null >"$share/qemu.log" 2>&1 &
qemu=$!
trap 'kill "$qemu" 2>/dev/null || true' EXIT

# Both logs grow while anything happens.
watch() {
  local size='' last='' quiet=0
  while sleep 1 && kill -0 "$qemu" 2>/dev/null; do
    size=$(stat -c %s "$share/console.log" "$share/command.log")
    if [ "$size" != "$last" ]; then last=$size quiet=0; else quiet=$((quiet + 1)); fi
    if [ "$quiet" -ge "$silence" ]; then
      : >"$share/stopped"
      kill "$qemu"
      sleep 5
      kill -KILL "$qemu" 2>/dev/null
    fi
  done
}
watch &
tail -q -s 0.2 -n +1 -f --pid="$qemu" "$share/command.log"
ended=0
wait "$qemu" || ended=$?
trap - EXIT
rm -f "$share"/disk{1,2}.img

if [ -s "$share/exit-status" ]; then exit "$(cat "$share/exit-status")"; fi
status=70 reason="the guest ended without an exit status (QEMU: $ended)"
if [ -e "$share/stopped" ]; then status=124 reason="stopped, as it had printed nothing for $silence s"; fi
{
  echo "boot.sh: $reason"
  echo "--- the guest's console, last lines"
  tail -n 30 "$share/console.log"
  echo "--- QEMU"
  tail -n 10 "$share/qemu.log"
} >&2
exit "$status"

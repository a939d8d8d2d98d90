#!/usr/bin/env bash
# Runs a command as root under another Debian kernel, in QEMU, over this machine's own files.
#
#   scripts/vm/run.sh RELEASE 'SHELL COMMAND'      scripts/vm/run.sh RELEASE PROGRAM ARGUMENT...
#
# RELEASE names the kernel: bullseye (5.10), bookworm (6.1), trixie (6.12), trixie-backports (newer).
# The command's standard output and error are this script's standard output, its exit status is the
# script's; 124 means that the guest did not come to an end, and the console's last lines are shown.
#
# The guest sees this machine's root read-only below a tmpfs, so what is installed here is there and
# what it writes is gone afterwards. It has two CPUs, no network but lo, the kernel's own headers,
# kprobes, BTF, and an empty disk of 64 MB as /dev/vda; the command starts in the current folder
# and sees PATH, HOME, XDG_*, CI, and the variables that begin with DENO_ or EBPF_EXPORTER_.
# Boot and power-off take 15 s without KVM, and CPU work 10 to 30 times as long as outside.
#
#   VM_CACHE        where kernels are kept (default: $XDG_CACHE_HOME/ebpf_exporter/vm)
#   VM_HEADERS=no   leave the kernel's headers out
#   VM_KVM=yes      use /dev/kvm
#   VM_MEMORY_MB    default 4096
#   VM_TIMEOUT_S    default 900
#   DEBIAN_MIRROR   where kernels come from (default: the mirror that this machine's apt uses)
#
# Needs qemu-system-x86 busybox-static cpio kmod, and apt to fetch a kernel (see setup.sh --test).
set -euo pipefail

if [ $# -lt 2 ]; then
  sed -n '4p' "$0" | cut -c3- >&2
  exit 2
fi
release=$1
shift
if [ $# -eq 1 ]; then command=$1; else command=$(printf '%q ' "$@"); fi

source "$(dirname "${BASH_SOURCE[0]}")/../env.sh"
PATH=$PATH:/usr/sbin:/sbin # depmod, modprobe
cache=${VM_CACHE:-$EBPF_EXPORTER_CACHE/vm}/$release
# In the order of loading; a name that is built in or unknown to a kernel is passed over.
modules=(virtio_pci virtio_rng virtio_blk 9pnet_virtio 9p overlay crc32c_generic crc32c_intel ext4)

say() { echo "vm $release: $*" >&2; }

# Puts the newest signed kernel of the release, its modules and its headers under $cache/root.
fetch_kernel() {
  local mirror apt image kernel common extra deb
  mirror=${DEBIAN_MIRROR:-$(apt-cache policy | grep -oE 'https?://[^ ]+/debian\b' | head -1 || true)}
  if [ -z "$mirror" ]; then
    say "found no Debian mirror that apt uses here; name one in DEBIAN_MIRROR" >&2
    return 1
  fi
  say "fetching its kernel from $mirror"
  rm -rf "$cache"/{apt,root,*.deb} # of a fetch that was cut short
  mkdir -p "$cache"/apt/{lists/partial,cache/archives/partial}
  echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror $release main" \
    >"$cache/apt/sources.list"
  apt=(-qq -o Dir::Etc::SourceList="$cache/apt/sources.list" -o Dir::Etc::SourceParts=/dev/null
    -o Dir::State::Lists="$cache/apt/lists" -o Dir::Cache="$cache/apt/cache"
    -o APT::Architecture=amd64 -o APT::Sandbox::User="$(id -un)")
  apt-get "${apt[@]}" update
  image=$(apt-cache "${apt[@]}" search --names-only '^linux-image-[0-9][0-9.+a-z-]*-amd64$' |
    awk '{print $1}' | grep -vE 'unsigned|cloud|rt|dbg' | sort -V | tail -1)
  if [ -z "$image" ]; then
    say "no kernel package found at $mirror; set DEBIAN_MIRROR to one that has $release" >&2
    return 1
  fi
  kernel=${image#linux-image-}
  common=${kernel%-amd64}
  # Newer releases split an image in three and carry the version in kbuild's name: what a release
  # does not have is passed over.
  (
    cd "$cache"
    apt-get "${apt[@]}" download "$image" "linux-headers-$kernel" "linux-headers-$common-common"
    for extra in linux-{binary,modules,base}-"$kernel" "linux-kbuild-$common" \
      "linux-kbuild-$(grep -oE '^[0-9]+\.[0-9]+' <<<"$kernel")"; do
      apt-get "${apt[@]}" download "$extra" 2>/dev/null || true
    done
  )
  for deb in "$cache"/*.deb; do dpkg-deb --extract "$deb" "$cache/root"; done
  cp "$cache/root/boot/vmlinuz-$kernel" "$cache/vmlinuz.new" 2>/dev/null ||
    cp "$cache/root/usr/lib/modules/$kernel/vmlinuz" "$cache/vmlinuz.new"
  depmod -b "$(dirname "$(dirname "$(dirname "$(find_modules "$kernel")")")")" "$kernel"
  rm -rf "$cache"/{apt,*.deb}
  echo "$kernel" >"$cache/kernel"
  mv "$cache/vmlinuz.new" "$cache/vmlinuz" # last: it tells that all is there
}

# The folder of the kernel's modules; a release has it below /lib or /usr/lib.
find_modules() {
  find "$cache"/root/lib/modules "$cache"/root/usr/lib/modules -maxdepth 1 -type d -name "$1" \
    -exec test -d '{}/kernel' ';' -print -quit 2>/dev/null || true
}

mkdir -p "$cache"
if [ ! -e "$cache/vmlinuz" ]; then
  # Two runs at once fetch once.
  exec {lock}>"$cache/lock"
  flock "$lock"
  [ -e "$cache/vmlinuz" ] || fetch_kernel
  exec {lock}>&-
fi
kernel=$(<"$cache/kernel")
module_folder=$(find_modules "$kernel")
module_root=${module_folder%/lib/modules/*}

# Everything of this run lies in one folder that goes with it, so runs do not meet.
run=$(mktemp -d "${TMPDIR:-/tmp}/ebpf_exporter-vm.XXXXXX")
trap 'rm -rf "$run"' EXIT
root=$run/initramfs
mkdir -p "$root"/{bin,dev,proc,sys,lower,rw,new} "$root/lib/modules/$kernel"
cp "$(command -v busybox)" "$root/bin/busybox"
cp "$module_folder"/modules.* "$root/lib/modules/$kernel/"
for module in "${modules[@]}"; do
  modprobe -d "$module_root" -S "$kernel" --show-depends "$module" 2>/dev/null || true
done | awk '$1 == "insmod" { print $2 }' | sort -u | while read -r file; do
  target=$root/lib/modules/$kernel/${file#*"/lib/modules/$kernel/"}
  mkdir -p "$(dirname "$target")"
  # Some busybox builds load no compressed modules.
  case $file in
    *.xz) xz -dc "$file" >"${target%.xz}" ;;
    *) cp "$file" "$target" ;;
  esac
done
sed -i -E 's/\.ko\.xz/.ko/g' "$root/lib/modules/$kernel/modules.dep"

# $root/lib/modules holds what boots; the guest's /lib/modules leads to all of it.
cat >"$root/init" <<INIT
#!/bin/busybox sh
/bin/busybox --install -s /bin
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
for module in ${modules[*]}; do modprobe \$module 2>/dev/null; done
mount -t 9p -o trans=virtio,version=9p2000.L,msize=1048576,cache=loose,ro hostroot /lower
mount -t tmpfs tmpfs /rw
mkdir /rw/upper /rw/work
mount -t overlay overlay -o lowerdir=/lower,upperdir=/rw/upper,workdir=/rw/work /new
mount -t proc proc /new/proc
mount -t sysfs sys /new/sys
mount -t devtmpfs dev /new/dev
mkdir -p /new/dev/shm /new/dev/pts
mount -t tmpfs tmpfs /new/dev/shm
mount -t devpts devpts /new/dev/pts
mount -t tmpfs tmpfs /new/run
mount -t debugfs debugfs /new/sys/kernel/debug
mount -t tracefs tracefs /new/sys/kernel/tracing
mount -t bpf bpf /new/sys/fs/bpf
mount -t cgroup2 cgroup2 /new/sys/fs/cgroup
ip link set lo up
cp /command /new/run/command
/bin/busybox sh /headers
stty -F /dev/ttyS1 raw -echo
chroot /new /bin/bash /run/command </dev/null >/dev/ttyS1 2>&1
echo "vm-exit-status: \$?" >/dev/console
sync
poweroff -f
INIT
chmod +x "$root/init"

{
  # Where distributions keep the kernel's build configuration.
  echo "mkdir -p /new/boot"
  for file in "$cache/root/boot/config-$kernel" "$module_folder/config"; do
    [ ! -e "$file" ] || echo "ln -sf $(printf %q "$file") /new/boot/config-$kernel"
  done
  echo "rm -rf /new/lib/modules/$kernel"
  echo "mkdir -p /new/lib/modules /new/usr/src"
  if [ "${VM_HEADERS:-yes}" = no ]; then
    # All but the links to the headers, where libbcc looks for them.
    echo "mkdir /new/lib/modules/$kernel"
    echo "for entry in /new$module_folder/*; do case \$entry in */build|*/source) ;;" \
      "*) ln -s \"\${entry#/new}\" /new/lib/modules/$kernel/ ;; esac; done"
  else
    echo "ln -s $(printf %q "$module_folder") /new/lib/modules/"
    echo "for entry in /new$cache/root/usr/src/*; do ln -sfn \"\${entry#/new}\" /new/usr/src/; done"
    echo "for entry in /new$cache/root/usr/lib/linux-kbuild-*; do" \
      "ln -sfn \"\${entry#/new}\" /new/usr/lib/; done"
  fi
} >"$root/headers"

{
  for name in PATH HOME XDG_CACHE_HOME CI "${!DENO_@}" "${!EBPF_EXPORTER_@}"; do
    [ -z "${!name+set}" ] || printf 'export %s=%q\n' "$name" "${!name}"
  done
  echo "export NO_COLOR=1 DENO_NO_UPDATE_CHECK=1"
  printf 'cd %q || exit\n' "$PWD"
  printf '%s\n' "$command"
} >"$root/command"

(cd "$root" && find . | cpio --quiet -o -H newc | gzip -1) >"$run/initramfs.gz"
truncate -s 64M "$run/disk.img"
: >"$run/console"
# Not by default where /dev/kvm is there: inside some virtual machines it is, and hangs.
accelerator=tcg,thread=multi
if [ "${VM_KVM:-no}" = yes ]; then accelerator=kvm; fi

# The first serial port is the kernel's console, the second carries the command's output alone.
status=0
timeout "${VM_TIMEOUT_S:-900}" qemu-system-x86_64 -accel "$accelerator" -cpu max -smp 2 \
  -m "${VM_MEMORY_MB:-4096}" -display none -monitor none -nic none -no-reboot \
  -kernel "$cache/vmlinuz" -initrd "$run/initramfs.gz" -append "console=ttyS0 panic=-1 quiet" \
  -serial "file:$run/console" -serial stdio \
  -object rng-random,filename=/dev/urandom,id=rng -device virtio-rng-pci,rng=rng \
  -virtfs local,path=/,mount_tag=hostroot,security_model=none,readonly=on,multidevs=remap \
  -drive "file=$run/disk.img,format=raw,if=virtio" </dev/null &
machine=$!
# The machine goes with this script.
trap 'kill "$machine"' INT TERM HUP
wait "$machine" || status=$?

# Without the line the guest panicked, hung or could not boot.
result=$(tr -d '\r' <"$run/console" | sed -n 's/^.*vm-exit-status: \([0-9]*\)$/\1/p' | tail -1)
if [ "${result:-124}" -ne 0 ]; then
  say "the command ended with ${result:-no status} (QEMU: $status); the console's last lines:"
  tr -d '\r' <"$run/console" | tail -n 25 >&2
fi
exit "${result:-124}"

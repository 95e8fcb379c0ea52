#!/bin/busybox sh
# The guest's first process: brings the machine up, runs the container's command in a process namespace of its own, reports how it ended, powers off.
# /machine comes from the agent, per machine: setup.sh (host name, disks, files), run (the command).
# Ports: 1 standard output, 2 standard error, 3 reports to the agent, 4 orders from the agent.
export PATH=/bin
mount -t proc -o nosuid,nodev,noexec proc /proc
mount -t sysfs -o nosuid,nodev,noexec sysfs /sys
mount -t devtmpfs dev /dev
mount -t tmpfs -o mode=755 run /run

while read -r module; do
    insmod "/modules/$module" || echo "guest: module $module cannot be loaded" >/dev/console
done </modules/order

if grep -q orchestrator.probe /proc/cmdline; then
    echo orchestrator-probe-passed >/dev/ttyS0
    poweroff -f
fi

# Ports appear a little after their driver.
tries=0
while [ ! -e /dev/vport0p4 ] && [ "$tries" -lt 500 ]; do
    usleep 10000
    tries=$((tries + 1))
done
if [ ! -e /dev/vport0p4 ]; then
    echo "guest: the ports do not appear" >/dev/console
    poweroff -f
fi
exec 3>/dev/vport0p3

fail() {
    echo "failed $*" >&3
    poweroff -f
}

mount -t ext4 -o noatime,noinit_itable /dev/vda /root || fail "the root disk cannot be mounted"
mkdir -p /root/proc /root/sys /root/dev /root/tmp /root/etc
mount -t sysfs -o ro,nosuid,nodev,noexec sysfs /root/sys
mount -t tmpfs -o mode=755,nosuid dev /root/dev
for device in null zero full random urandom tty; do
    cp -a "/dev/$device" "/root/dev/$device"
done
mkdir /root/dev/pts /root/dev/shm /root/dev/.machine
mount -t devpts -o newinstance,ptmxmode=0666,mode=0620 devpts /root/dev/pts
mount -t tmpfs -o mode=1777,nosuid,nodev shm /root/dev/shm
ln -s pts/ptmx /root/dev/ptmx
ln -s /proc/self/fd /root/dev/fd
ln -s /proc/self/fd/0 /root/dev/stdin
ln -s /proc/self/fd/1 /root/dev/stdout
ln -s /proc/self/fd/2 /root/dev/stderr
cp /bin/busybox /machine/run /root/dev/.machine/
ip link set lo up
. /machine/setup.sh

# Pipes, not the ports themselves: a port can be opened once only, and programs open /dev/stdout again.
mkfifo -m 666 /run/stdout /run/stderr
cat /run/stdout >/dev/vport0p1 &
output=$!
cat /run/stderr >/dev/vport0p2 &
errors=$!

unshare --pid --fork --mount /bin/sh -c '
    # The first field is the process id in the namespace of the mounted /proc, the outer one.
    read -r pid rest </proc/self/stat
    echo "$pid" >/run/pid
    mount -t proc -o nosuid,nodev,noexec proc /root/proc
    exec chroot /root /dev/.machine/busybox sh /dev/.machine/run
' </dev/null >/run/stdout 2>/run/stderr 3>&- &
command=$!

(
    exec 4</dev/vport0p4
    while :; do
        order=
        read -r order <&4 || usleep 100000
        if [ "$order" = terminate ]; then
            while [ ! -s /run/pid ]; do usleep 10000; done
            kill -TERM "$(cat /run/pid)"
        fi
    done
) &

while [ ! -s /run/pid ] && kill -0 "$command" 2>/dev/null; do usleep 5000; done
echo started >&3
wait "$command"
code=$?
wait "$output" "$errors"
killed=0
grep -q '^oom_kill [1-9]' /proc/vmstat && killed=1
sync
echo "exited $code $killed" >&3
poweroff -f

#!/usr/bin/env bash
# Some FRRouting routers, each behind an OpenSSH server of its own on loopback.
#
#   unshare --mount --pid --fork --kill-child --mount-proc tests/frr/lab.sh DIRECTORY PORT...
#
# It is process 1 of its namespaces: when it ends, or the test that reads its output does, the kernel ends all that it
# started. What the routers write (configurations, sockets, pid files, users) is below /run and /etc/frr, which are
# file systems of this namespace alone and vanish with it; host keys and `known_hosts` are in DIRECTORY, which it removes.
# FRR_PASSWORD is the password of the user `vtyadm`.
#
# Router N is R<N>: zebra, bgpd and staticd in a pathspace (`-N d<N>`), with a network and a host name of their own.
# Then it reads commands, one a line, and answers each with lines of its own and a last one, `ok` or `failed`:
#
#   signal N DAEMON SIGNAL   sends a signal to a router's daemon
#   start N DAEMON           starts it again as watchfrr would: with what the router has saved
#   running N                prints the running-config, without a session
#   saved N                  prints the configuration that the router has saved
#   sessions N SIGNAL        sends a signal to the processes that serve the router's open sessions
set -euo pipefail

directory=$1
shift
daemons=(zebra bgpd staticd)

own_files() {
    local users=$directory/users
    mkdir -p "$users"
    mount -t tmpfs -o mode=755 tmpfs /run
    mount -t tmpfs -o mode=755 tmpfs /etc/frr
    mkdir -p /run/sshd /run/frr
    chown frr:frr /etc/frr /run/frr
    cp -p /etc/passwd /etc/shadow /etc/group "$users"
    # Without the group frr, vtysh may not read its configuration; without frrvty, not talk to the daemons.
    sed -i -E 's/^((frr|frrvty):[^:]*:[^:]*:.*[^:])$/\1,vtyadm/; s/^((frr|frrvty):[^:]*:[^:]*:)$/\1vtyadm/' "$users/group"
    echo 'vtyadm:x:23000:23000::/:/bin/sh' >> "$users/passwd"
    echo 'vtyadm:x:23000:' >> "$users/group"
    echo "vtyadm:$(perl -e 'print crypt($ENV{FRR_PASSWORD}, q($6$frrouting$))'):19000::::::" >> "$users/shadow"
    for file in passwd shadow group; do
        mount --bind "$users/$file" "/etc/$file"
    done
    unset FRR_PASSWORD
}

start_daemon() { # N DAEMON
    local options=()
    [ "$2" != bgpd ] || options=(-p 0)
    nsenter --net="/run/net-$1" --uts="/run/uts-$1" \
        "/usr/lib/frr/$2" -d -N "d$1" -A 127.0.0.1 -P 0 "${options[@]}" >> "/run/$2-$1.out" 2>&1
}

start_router() { # N
    local etc=/etc/frr/d$1 run=/run/frr/d$1
    mkdir -p "$etc" "$run"
    printf 'hostname R%s\nservice integrated-vtysh-config\n' "$1" > "$etc/frr.conf"
    printf 'hostname R%s\n' "$1" > "$etc/vtysh.conf"
    chown -R frr:frrvty "$etc" "$run"
    chmod 770 "$etc" "$run"
    chmod 660 "$etc"/*
    touch "/run/net-$1" "/run/uts-$1"
    unshare --net="/run/net-$1" --uts="/run/uts-$1" sh -c "hostname R$1; ip link set lo up"
    for daemon in "${daemons[@]}"; do
        start_daemon "$1" "$daemon"
    done
    vtysh -N "d$1" -b > "/run/boot-$1.out" 2>&1
}

start_sshd() { # N PORT
    local key=$directory/key-$1
    ssh-keygen -q -t ed25519 -N '' -C "R$1" -f "$key"
    printf '[127.0.0.1]:%s %s\n' "$2" "$(cut -d' ' -f1-2 "$key.pub")" >> "$directory/known_hosts"
    cat > "$directory/sshd-$1.conf" <<END
ListenAddress 127.0.0.1:$2
HostKey $key
PidFile /run/sshd-$1.pid
AllowUsers vtyadm
PasswordAuthentication yes
UsePAM no
PrintMotd no
PrintLastLog no
DisableForwarding yes
ForceCommand VTYSH_PAGER=cat exec /usr/bin/vtysh -N d$1
END
    nsenter --uts="/run/uts-$1" /usr/sbin/sshd -f "$directory/sshd-$1.conf" -E "/run/sshd-$1.log"
}

# The processes that serve open sessions descend from the router's sshd.
descendants() { # PID
    local child
    for child in $(pgrep -P "$1"); do
        echo "$child"
        descendants "$child"
    done
}

sessions() { # N SIGNAL
    local all
    all=$(descendants "$(cat "/run/sshd-$1.pid")")
    # One that ends with another is gone already.
    kill "-$2" $all 2>/dev/null || true
}

obey() {
    case $1 in
        signal) kill "-$4" "$(cat "/run/frr/d$2/$3.pid")" ;;
        start) start_daemon "$2" "$3" && vtysh -N "d$2" -b > "/run/boot-$2.out" 2>&1 ;;
        running) vtysh -N "d$2" -c 'show running-config' ;;
        saved) cat "/etc/frr/d$2/frr.conf" ;;
        sessions) sessions "$2" "$3" ;;
        *) return 1 ;;
    esac
}

own_files
router=0
starting=()
for port in "$@"; do
    router=$((router + 1))
    { start_router "$router" && start_sshd "$router" "$port"; } &
    starting+=($!)
done
for one in "${starting[@]}"; do
    wait "$one"
done
echo ready
# The test has gone, or is done: the routers end with this process.
trap 'rm -rf "$directory"' EXIT
while read -r -a words; do
    if obey "${words[@]}"; then echo ok; else echo failed; fi
done

# shellcheck shell=bash
# Unsent data of clients in the kernel: a container's network ends with its last process, and unsent data is then lost.

# The local listening ports, in hexadecimal, at the call of remember_listeners: "|1F90|0050|".
listened=

# tcp_table: prints the kernel's TCP sockets of both address families, one per line. IPv6 may be disabled.
tcp_table() {
  printf '%s\n' "$(</proc/net/tcp)"
  [[ ! -r /proc/net/tcp6 ]] || printf '%s\n' "$(</proc/net/tcp6)"
}

# Prints the listening ports of the table $1, each between bars.
listening() {
  local local_address state
  printf '|'
  while read -r _ local_address _ state _; do
    [[ $state != 0A ]] || printf '%s|' "${local_address##*:}"
  done <<<"$1"
}

remember_listeners() {
  listened=$(listening "$(tcp_table)")
}

# Prints the number of bytes that clients of closed listeners have not acknowledged. A port on which a process still listens is ignored,
# because it belongs to another process.
unsent() {
  local table open local_address queues sum=0
  table=$(tcp_table)
  open=$(listening "$table")
  while read -r _ local_address _ _ queues _; do
    case $queues in
      00000000:* | [!0-9A-F]*) continue ;;
    esac
    local_address=${local_address##*:}
    [[ $listened != *"|$local_address|"* || $open == *"|$local_address|"* ]] || sum=$((sum + 16#${queues%%:*}))
  done <<<"$table"
  printf '%s\n' "$sum"
}

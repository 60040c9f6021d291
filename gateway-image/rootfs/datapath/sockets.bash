# shellcheck shell=bash
# What the kernel still holds for clients: a container's network ends with its last process, and what was not sent by then is lost.

# The local ports, in hexadecimal, that somebody listened at when remember_listeners was called: "|1F90|0050|".
listened=

# tcp_table: prints the kernel's TCP sockets of both address families, a line each. IPv6 may be switched off.
tcp_table() {
  printf '%s\n' "$(</proc/net/tcp)"
  [[ ! -r /proc/net/tcp6 ]] || printf '%s\n' "$(</proc/net/tcp6)"
}

# Prints the ports of listening sockets of the table $1, each between bars.
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

# Prints how many bytes clients of closed listeners have not acknowledged yet. A port at which another process listens now is another's.
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

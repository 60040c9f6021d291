# shellcheck shell=bash
# The Envoy process: start, end, admin interface, and waiting with an eye on it. Uses $here and $stops of its caller.

envoy=
# How the last Envoy ended; 128 and the signal's number when a signal ended it.
status=0

# A secret of this start, without which the launcher's listener forwards nothing.
DATAPATH_ADMIN_TOKEN=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
export DATAPATH_ADMIN_TOKEN

# Prints the configuration of a listener through which this launcher reaches Envoy's admin interface. That interface is a Unix socket,
# which bash cannot open. The launcher sends a request at once on each connection: one without is closed soon, so that it is in nobody's way.
# A storage node could have the address of a port on 127.0.0.1, so this port forwards only requests with the
# token, and of the admin interface only what the launcher needs.
launcher_listener() {
  local http=type.googleapis.com/envoy.extensions.filters
  cat <<END
{"static_resources": {"listeners": [{
  "name": "admin/launcher",
  "address": {"socket_address": {"address": "127.0.0.1", "port_value": $DATAPATH_ADMIN_PORT}},
  "ignore_global_conn_limit": true,
  "bypass_overload_manager": true,
  "per_connection_buffer_limit_bytes": 32768,
  "filter_chains": [{"filters": [{
    "name": "envoy.filters.network.connection_limit",
    "typed_config": {
      "@type": "$http.network.connection_limit.v3.ConnectionLimit",
      "stat_prefix": "launcher",
      "max_connections": 64
    }
  }, {
    "name": "envoy.filters.network.http_connection_manager",
    "typed_config": {
      "@type": "$http.network.http_connection_manager.v3.HttpConnectionManager",
      "stat_prefix": "launcher",
      "codec_type": "HTTP1",
      "common_http_protocol_options": {"idle_timeout": "2s", "max_stream_duration": "10s"},
      "request_headers_timeout": "2s",
      "request_timeout": "2s",
      "stream_idle_timeout": "10s",
      "max_request_headers_kb": 8,
      "route_config": {"virtual_hosts": [{"name": "launcher", "domains": ["*"], "routes": [{
        "match": {
          "safe_regex": {"regex": "/(ready|stats|healthcheck/fail|drain_listeners)"},
          "headers": [{"name": "authorization", "string_match": {"exact": "Bearer $DATAPATH_ADMIN_TOKEN"}}]
        },
        "route": {"cluster": "admin"}
      }]}]},
      "http_filters": [{
        "name": "envoy.filters.http.router",
        "typed_config": {"@type": "$http.http.router.v3.Router"}
      }]
    }
  }]}]
}]}}
END
}

# Keeps the newest half of the log of health checks when it has become long. Envoy appends to it.
trim_check_events() {
  local log=$DATAPATH_CHECK_EVENTS size
  size=$(stat -c %s "$log" 2>/dev/null) || return 0
  if ((size > 262144)); then
    tail -c 131072 "$log" >"$log.new" && : >"$log" && cat "$log.new" >>"$log"
    rm -f "$log.new"
  fi
}

# start_envoy CONFIGURATION
#   --disable-hot-restart       two gateways on one machine would otherwise collide in shared memory
#   --drain-time-s              how long transfers live on that a change of their listener leaves behind
#   --drain-strategy immediate  every client is told with its next response to close, rather than some of them
#   --file-flush-interval-msec  how late logs are written: 10 s are late for the reason of a failed health check
#   --config-yaml               adds the launcher's own listener to the configuration
start_envoy() {
  # What the last process saw of nodes says nothing of them now.
  rm -f "$DATAPATH_CHECK_EVENTS"
  "$DATAPATH_ENVOY" --config-path "$1" --config-yaml "$(launcher_listener)" --service-node "$POD_NAME" --concurrency "$DATAPATH_WORKERS" \
    --drain-time-s "$((DATAPATH_DRAIN_TIMEOUT > 0 ? DATAPATH_DRAIN_TIMEOUT : 1))" --drain-strategy immediate \
    --disable-hot-restart --file-flush-interval-msec 1000 --log-level "$DATAPATH_LOG_LEVEL" &
  envoy=$!
}

envoy_runs() {
  kill -0 "$envoy" 2>/dev/null
}

# Sets $status; for an Envoy that has ended.
reap() {
  wait "$envoy" 2>/dev/null
  # shellcheck disable=SC2034 # read by the caller
  status=$?
}

# Ends Envoy, which takes some milliseconds; one that hangs is killed after five seconds.
end_envoy() {
  kill -TERM "$envoy" 2>/dev/null
  local end=$((SECONDS + 5))
  while envoy_runs && ((SECONDS < end)); do
    pause 0.1
  done
  ! envoy_runs || kill -KILL "$envoy"
  reap
  # An Envoy that has just been started does not know the signal yet, and is ended by it.
  ((status != 128 + 15)) || status=0
}

# Waits that many seconds, or until Envoy ends or a signal comes.
pause() {
  sleep "$1" &
  local timer=$!
  wait -n "$envoy" "$timer" 2>/dev/null
  kill "$timer" 2>/dev/null
  wait "$timer" 2>/dev/null
}

# Waits until the clock $SECONDS has that value, Envoy ends or a second signal comes.
pause_until() {
  while envoy_runs && ((SECONDS < $1)) && ! told_again; do
    pause 1
  done
}

told_again() {
  ((${stops:?} > 1))
}

# admin METHOD PATH: asks Envoy's admin interface; status 0 for an answer 200, whose body is printed.
admin() {
  timeout 5 "${here:?}/admin" "$@" 2>/dev/null
}

# shellcheck shell=bash
# The Envoy process: start, end, admin interface, and waits that end when it ends. Uses $here and $stops of its caller.

envoy=
# Exit status of the last Envoy; 128 plus the signal's number when a signal ended it.
status=0

# A secret of this start. The launcher's listener forwards no request without it.
DATAPATH_ADMIN_TOKEN=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
export DATAPATH_ADMIN_TOKEN

# Prints the configuration of a listener through which this launcher reaches Envoy's admin interface. That interface is a Unix
# socket, which bash cannot open. The launcher sends a request immediately on each connection. A connection without a request
# is closed soon and does not block others. A storage node could have the address of this port on 127.0.0.1. Therefore the
# port forwards only requests with the token, and only to the admin paths that the launcher needs.
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

# Trims the health check log to its newest half when it is too long. Envoy appends to it.
trim_check_events() {
  local log=$DATAPATH_CHECK_EVENTS size
  size=$(stat -c %s "$log" 2>/dev/null) || return 0
  if ((size > 262144)); then
    tail -c 131072 "$log" >"$log.new" && : >"$log" && cat "$log.new" >>"$log"
    rm -f "$log.new"
  fi
}

# start_envoy CONFIGURATION
#   --disable-hot-restart       two gateways on one machine would otherwise conflict in shared memory
#   --drain-time-s              how long transfers continue after a change of their listener
#   --drain-strategy immediate  every client is notified with its next response, not only some of them
#   --file-flush-interval-msec  delay of log writes: the default of 10 s is too long for health check failures
#   --config-yaml               adds the launcher's own listener to the configuration
start_envoy() {
  # Health check events of the previous process are outdated.
  rm -f "$DATAPATH_CHECK_EVENTS"
  "$DATAPATH_ENVOY" --config-path "$1" --config-yaml "$(launcher_listener)" --service-node "$POD_NAME" --concurrency "$DATAPATH_WORKERS" \
    --drain-time-s "$((DATAPATH_DRAIN_TIMEOUT > 0 ? DATAPATH_DRAIN_TIMEOUT : 1))" --drain-strategy immediate \
    --disable-hot-restart --file-flush-interval-msec 1000 --log-level "$DATAPATH_LOG_LEVEL" &
  envoy=$!
}

envoy_runs() {
  kill -0 "$envoy" 2>/dev/null
}

# Sets $status of an Envoy that has ended.
reap() {
  wait "$envoy" 2>/dev/null
  # shellcheck disable=SC2034 # read by the caller
  status=$?
}

# Ends Envoy, which takes several milliseconds; an Envoy that hangs is killed after five seconds.
end_envoy() {
  kill -TERM "$envoy" 2>/dev/null
  local end=$((SECONDS + 5))
  while envoy_runs && ((SECONDS < end)); do
    pause 0.1
  done
  ! envoy_runs || kill -KILL "$envoy"
  reap
  # An Envoy that has just started has no signal handler yet, so the signal kills it.
  ((status != 128 + 15)) || status=0
}

# Waits that many seconds, or until Envoy ends or a signal arrives.
pause() {
  sleep "$1" &
  local timer=$!
  wait -n "$envoy" "$timer" 2>/dev/null
  kill "$timer" 2>/dev/null
  wait "$timer" 2>/dev/null
}

# Waits until $SECONDS has that value, Envoy ends or a second signal arrives.
pause_until() {
  while envoy_runs && ((SECONDS < $1)) && ! stopped_twice; do
    pause 1
  done
}

stopped_twice() {
  ((${stops:?} > 1))
}

# admin METHOD PATH: sends a request to Envoy's admin interface; status 0 for a response 200, whose body is printed.
admin() {
  timeout 5 "${here:?}/admin" "$@" 2>/dev/null
}

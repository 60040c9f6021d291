# shellcheck shell=bash
# The settings of a gateway. All are optional.
#
#   POD_NAME                  host name                              name of this gateway, Envoy's node id
#   DATAPATH_WORKERS          1                                      worker threads, 1 to 256
#   DATAPATH_DRAIN_TIMEOUT    600                                    seconds a transfer may take after a stop, 0 to 86400
#   DATAPATH_DRAIN_DELAY      5                                      seconds for load balancers to detect a stop, 0 to 3600
#   DATAPATH_FALLBACK_AFTER   10                                     seconds to wait for the operator, 1 to 3600, before Envoy is
#                                                                    started with the last good configuration
#   DATAPATH_LOG_LEVEL        warning                                Envoy's: trace, debug, info, warning, error, critical or off
#   DATAPATH_ADMIN_PORT       19000                                  port on 127.0.0.1 through which the launcher reaches Envoy's admin interface
#   DATAPATH_BOOTSTRAP        /etc/datapath/bootstrap/bootstrap.json
#   DATAPATH_LAST_GOOD        /etc/datapath/last-good/bootstrap.pb.gz
#   DATAPATH_CHECK_EVENTS     /tmp/datapath-check-events             Envoy's health check log: the path in the operator's
#                                                                    configuration
#   DATAPATH_ENVOY            /datapath/envoy                        the Envoy to run

log() {
  printf '[%(%Y-%m-%d %H:%M:%S)T][gateway] %s\n' -1 "$*" >&2
}

# Status 64, EX_USAGE of sysexits.h: Envoy never exits with it.
bad_setting() {
  log "$1=${!1} is invalid: $2"
  exit 64
}

# whole NAME DEFAULT LEAST MOST
whole() {
  local name=$1 least=$3 most=$4
  printf -v "$name" '%s' "${!name:-$2}"
  export "${name?}"
  if ! [[ ${!name} =~ ^(0|[1-9][0-9]{0,8})$ ]] || ((${!name} < least || ${!name} > most)); then
    bad_setting "$name" "write a whole number from $least to $most, without a unit"
  fi
}

whole DATAPATH_WORKERS 1 1 256
whole DATAPATH_DRAIN_TIMEOUT 600 0 86400
whole DATAPATH_DRAIN_DELAY 5 0 3600
whole DATAPATH_FALLBACK_AFTER 10 1 3600
whole DATAPATH_ADMIN_PORT 19000 1 65535

: "${POD_NAME:=$HOSTNAME}"
: "${DATAPATH_LOG_LEVEL:=warning}"
: "${DATAPATH_BOOTSTRAP:=/etc/datapath/bootstrap/bootstrap.json}"
: "${DATAPATH_LAST_GOOD:=/etc/datapath/last-good/bootstrap.pb.gz}"
: "${DATAPATH_CHECK_EVENTS:=/tmp/datapath-check-events}"
: "${DATAPATH_ENVOY:=/datapath/envoy}"

[[ -n $POD_NAME ]] || bad_setting POD_NAME "write the name of the pod"
case $DATAPATH_LOG_LEVEL in
  trace | debug | info | warning | error | critical | off) ;;
  *) bad_setting DATAPATH_LOG_LEVEL "write one of trace, debug, info, warning, error, critical and off" ;;
esac
[[ -f $DATAPATH_BOOTSTRAP && -r $DATAPATH_BOOTSTRAP ]] ||
  bad_setting DATAPATH_BOOTSTRAP "the file does not exist, or user $UID may not read it; mount the gateway's ConfigMap there"
[[ -f $DATAPATH_ENVOY && -x $DATAPATH_ENVOY ]] || bad_setting DATAPATH_ENVOY "the program does not exist, or user $UID may not execute it"

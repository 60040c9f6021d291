package dev.datapath.operator.envoy;

import com.github.xds.type.matcher.v3.Matcher;
import com.github.xds.type.matcher.v3.Matcher.MatcherList.Predicate;
import com.google.protobuf.InvalidProtocolBufferException;
import io.envoyproxy.envoy.config.route.v3.HeaderMatcher;
import io.envoyproxy.envoy.config.route.v3.Route;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.config.route.v3.RouteList;
import io.envoyproxy.envoy.config.route.v3.RouteMatch;
import io.envoyproxy.envoy.config.route.v3.VirtualHost;
import io.envoyproxy.envoy.type.matcher.v3.HttpRequestHeaderMatchInput;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/** Reads a route configuration as Envoy does, as far as our renderer uses it; the real Envoy is asked in the e2e tests. */
final class RouteInterpreter {

    private final RouteConfiguration configuration;

    RouteInterpreter(RouteConfiguration configuration) {
        this.configuration = configuration;
    }

    /** A request as it reaches the route table. */
    record Request(String method, String authority, String path, Map<String, String> headers, String source) {

        private Map<String, String> all() {
            var all = new HashMap<>(headers);
            all.put(":method", method);
            all.put(":authority", authority);
            all.put(":path", path);
            int query = path.indexOf('?');
            all.put(Names.TARGET_HEADER, (query < 0 ? path : path.substring(0, query)) + "/");
            all.put(Names.HOST_HEADER, authority + ":");
            all.put(Names.FORWARDED_PROTO_HEADER, headers.getOrDefault(Names.FORWARDED_PROTO, ""));
            all.put(Names.METHOD_HEADER, method + " " + headers.getOrDefault("access-control-request-method", ""));
            return all;
        }
    }

    /** The name of the route that takes the request. */
    String route(Request request) {
        var route = onMatch(
                Matcher.OnMatch.newBuilder()
                        .setMatcher(virtualHost(request.authority()).getMatcher())
                        .build(),
                request);
        return route == null ? "none" : route.getName();
    }

    private VirtualHost virtualHost(String authority) {
        var host = withoutPort(authority).toLowerCase(Locale.ROOT);
        var found = configuration.getVirtualHosts(configuration.getVirtualHostsCount() - 1);
        int longest = 0;
        for (var candidate : configuration.getVirtualHostsList()) {
            for (var domain : candidate.getDomainsList()) {
                if (domain.equals(host)) {
                    return candidate;
                }
                boolean wild = domain.startsWith("*.") && host.endsWith(domain.substring(1));
                if (wild && host.length() >= domain.length() && domain.length() > longest) {
                    longest = domain.length();
                    found = candidate;
                }
            }
        }
        return found;
    }

    private static String withoutPort(String authority) {
        return authority.replaceFirst(":[0-9]*$", "");
    }

    private Route onMatch(Matcher.OnMatch onMatch, Request request) {
        try {
            if (onMatch.hasMatcher()) {
                return matcher(onMatch.getMatcher(), request);
            }
            var action = onMatch.getAction().getTypedConfig();
            if (action.is(Route.class)) {
                return action.unpack(Route.class);
            }
            return action.unpack(RouteList.class).getRoutesList().stream()
                    .filter(route -> matches(route.getMatch(), request))
                    .findFirst()
                    .orElse(null);
        } catch (InvalidProtocolBufferException e) {
            throw new AssertionError(e);
        }
    }

    private Route matcher(Matcher matcher, Request request) throws InvalidProtocolBufferException {
        if (matcher.hasMatcherList()) {
            for (var field : matcher.getMatcherList().getMatchersList()) {
                // Envoy goes on when what is nested has no match.
                var found = holds(field.getPredicate(), request) ? onMatch(field.getOnMatch(), request) : null;
                if (found != null) {
                    return found;
                }
            }
        } else {
            var tree = matcher.getMatcherTree();
            var input = tree.getInput().getTypedConfig().unpack(HttpRequestHeaderMatchInput.class);
            var value = request.all().getOrDefault(input.getHeaderName(), "");
            var entries = tree.getPrefixMatchMap().getMapMap();
            var prefixes = entries.keySet().stream()
                    .filter(value::startsWith)
                    .sorted((left, right) -> right.length() - left.length())
                    .toList();
            for (var prefix : prefixes) {
                var found = onMatch(entries.get(prefix), request);
                if (found != null) {
                    return found;
                }
            }
        }
        return matcher.hasOnNoMatch() ? onMatch(matcher.getOnNoMatch(), request) : null;
    }

    private boolean holds(Predicate predicate, Request request) throws InvalidProtocolBufferException {
        switch (predicate.getMatchTypeCase()) {
            case AND_MATCHER -> {
                for (var part : predicate.getAndMatcher().getPredicateList()) {
                    if (!holds(part, request)) {
                        return false;
                    }
                }
                return true;
            }
            case OR_MATCHER -> {
                for (var part : predicate.getOrMatcher().getPredicateList()) {
                    if (holds(part, request)) {
                        return true;
                    }
                }
                return false;
            }
            case NOT_MATCHER -> {
                return !holds(predicate.getNotMatcher(), request);
            }
            default -> {
                var single = predicate.getSinglePredicate();
                var input = single.getInput().getTypedConfig().unpack(HttpRequestHeaderMatchInput.class);
                var value = request.all().get(input.getHeaderName());
                if (value == null) {
                    return false;
                }
                var wanted = single.getValueMatch();
                return wanted.hasSafeRegex()
                        ? matches(value, wanted.getSafeRegex().getRegex())
                        : wanted.hasExact() ? value.equals(wanted.getExact()) : value.contains(wanted.getContains());
            }
        }
    }

    /** RE2 has an expression for any octet, Java has not. */
    private static boolean matches(String value, String regex) {
        return value.matches(regex.replace("\\C", "[\\s\\S]"));
    }

    private static boolean matches(RouteMatch match, Request request) {
        return match.getHeadersList().stream().allMatch(header -> matches(header, request))
                && match.getFilterStateList().stream()
                        .allMatch(state -> state.getAddressMatch().getRangesList().stream()
                                .anyMatch(range -> request.source()
                                        .startsWith(range.getAddressPrefix().split("\\.")[0] + ".")));
    }

    private static boolean matches(HeaderMatcher header, Request request) {
        var value = request.all().get(header.getName());
        boolean holds;
        if (header.hasPresentMatch()) {
            holds = value != null;
        } else if (value == null) {
            return false;
        } else {
            var wanted = header.getStringMatch();
            holds = wanted.hasSafeRegex()
                    ? matches(value, wanted.getSafeRegex().getRegex())
                    : value.equals(wanted.getExact());
        }
        return holds != header.getInvertMatch();
    }
}

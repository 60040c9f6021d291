package dev.datapath.operator.envoy;

import com.github.xds.type.matcher.v3.Matcher;
import com.github.xds.type.matcher.v3.Matcher.MatcherList.Predicate;
import com.github.xds.type.matcher.v3.Matcher.MatcherList.Predicate.SinglePredicate;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnknownFieldSet;
import dev.datapath.operator.net.Cidr;
import io.envoyproxy.envoy.config.route.v3.ClusterSpecifierPlugin;
import io.envoyproxy.envoy.config.route.v3.HeaderMatcher;
import io.envoyproxy.envoy.config.route.v3.Route;
import io.envoyproxy.envoy.config.route.v3.RouteAction;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.config.route.v3.RouteList;
import io.envoyproxy.envoy.config.route.v3.RouteMatch;
import io.envoyproxy.envoy.config.route.v3.VirtualHost;
import io.envoyproxy.envoy.extensions.matching.common_inputs.network.v3.FilterStateInput;
import io.envoyproxy.envoy.extensions.matching.input_matchers.ip.v3.Ip;
import io.envoyproxy.envoy.type.matcher.v3.HttpRequestHeaderMatchInput;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Interprets a route configuration as Envoy does, limited to features that the renderer uses. The e2e tests use the real Envoy. */
final class RouteInterpreter {

    /** The repeated headers in tests that Envoy stores as one. */
    private static final Set<String> ONE_LINE = Set.of("content-type");

    private final RouteConfiguration configuration;

    RouteInterpreter(RouteConfiguration configuration) {
        this.configuration = configuration;
    }

    /**
     * A request as it reaches the route table.
     *
     * @param headers by name in lower case; repeated headers are separated by line feeds
     */
    record Request(String method, String authority, String path, Map<String, String> headers, String source) {

        /** The joined value, as the generic matcher reads it. */
        private Map<String, String> all() {
            var all = new HashMap<>(headers);
            all.replaceAll((name, lines) -> lines.replace('\n', ','));
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

    /** The name of the route that matches the request. */
    String route(Request request) {
        var route = find(request);
        return route == null ? "none" : route.getName();
    }

    /** The action for the request, independent of the route's name. A map is evaluated to its cluster. */
    RouteAction forward(Request request) {
        var route = find(request);
        if (route == null || !route.hasRoute()) {
            return RouteAction.getDefaultInstance();
        }
        var action = route.getRoute();
        return action.hasClusterSpecifierPlugin()
                ? action.toBuilder()
                        .setCluster(mapped(action.getClusterSpecifierPlugin(), request))
                        .build()
                : action;
    }

    private Route find(Request request) {
        return unpack(
                onMatch(
                        Matcher.OnMatch.newBuilder()
                                .setMatcher(virtualHost(request.authority()).getMatcher())
                                .build(),
                        request),
                request);
    }

    private String mapped(String map, Request request) {
        var extension = configuration.getClusterSpecifierPluginsList().stream()
                .map(ClusterSpecifierPlugin::getExtension)
                .filter(plugin -> plugin.getName().equals(map))
                .findFirst()
                .orElseThrow();
        try {
            var matcher = Matcher.parseFrom(only(extension.getTypedConfig().getValue()));
            var found = onMatch(Matcher.OnMatch.newBuilder().setMatcher(matcher).build(), request);
            return found == null
                    ? "none"
                    : only(found.getAction().getTypedConfig().getValue()).toStringUtf8();
        } catch (InvalidProtocolBufferException e) {
            throw new AssertionError(e);
        }
    }

    /** The value of the only field of a message that the API library does not contain. */
    private static ByteString only(ByteString message) throws InvalidProtocolBufferException {
        return UnknownFieldSet.parseFrom(message)
                .getField(1)
                .getLengthDelimitedList()
                .getFirst();
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

    /** The first route that matches the request. */
    private static Route unpack(Matcher.OnMatch found, Request request) {
        if (found == null) {
            return null;
        }
        try {
            var action = found.getAction().getTypedConfig();
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

    /** The selected action. */
    private Matcher.OnMatch onMatch(Matcher.OnMatch onMatch, Request request) {
        try {
            if (onMatch.hasMatcher()) {
                return matcher(onMatch.getMatcher(), request);
            }
            boolean cluster = onMatch.getAction().getTypedConfig().getTypeUrl().endsWith("ClusterAction");
            return cluster || unpack(onMatch, request) != null ? onMatch : null;
        } catch (InvalidProtocolBufferException e) {
            throw new AssertionError(e);
        }
    }

    private Matcher.OnMatch matcher(Matcher matcher, Request request) throws InvalidProtocolBufferException {
        if (matcher.hasMatcherList()) {
            for (var field : matcher.getMatcherList().getMatchersList()) {
                // Envoy continues when a nested matcher does not match.
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
                if (single.getInput().getTypedConfig().is(FilterStateInput.class)) {
                    return client(single, request);
                }
                var input = single.getInput().getTypedConfig().unpack(HttpRequestHeaderMatchInput.class);
                var value = request.all().get(input.getHeaderName());
                if (value == null) {
                    return false;
                }
                var wanted = single.getValueMatch();
                return wanted.hasSafeRegex()
                        ? matches(value, wanted.getSafeRegex().getRegex())
                        : wanted.hasExact()
                                ? value.equals(wanted.getExact())
                                : wanted.hasPrefix()
                                        ? value.startsWith(wanted.getPrefix())
                                        : value.contains(wanted.getContains());
            }
        }
    }

    /** From the other state the matcher would get the address with a port, which it cannot parse. */
    private static boolean client(SinglePredicate single, Request request) throws InvalidProtocolBufferException {
        var state = single.getInput().getTypedConfig().unpack(FilterStateInput.class);
        return !single.hasCustomMatch()
                || state.getKey().equals(Names.SOURCE_TEXT_STATE)
                        && single.getCustomMatch().getTypedConfig().unpack(Ip.class).getCidrRangesList().stream()
                                .anyMatch(range -> within(
                                        request.source(),
                                        range.getAddressPrefix(),
                                        range.getPrefixLen().getValue()));
    }

    private static boolean within(String source, String prefix, int length) {
        return Cidr.parse(prefix + "/" + length)
                .orElseThrow()
                .covers(Cidr.parse(source + "/32").orElseThrow());
    }

    /** RE2 has an expression for any octet; Java does not. */
    private static boolean matches(String value, String regex) {
        return value.matches(regex.replace("\\C", "[\\s\\S]"));
    }

    private static boolean matches(RouteMatch match, Request request) {
        return match.getHeadersList().stream().allMatch(header -> matches(header, request))
                && match.getFilterStateList().stream()
                        .allMatch(state -> state.getAddressMatch().getRangesList().stream()
                                .anyMatch(range -> within(
                                        request.source(),
                                        range.getAddressPrefix(),
                                        range.getPrefixLen().getValue())));
    }

    private static boolean matches(HeaderMatcher header, Request request) {
        var joined = request.all().get(header.getName());
        if (joined == null && header.getTreatMissingHeaderAsEmpty()) {
            joined = "";
        }
        boolean holds;
        if (header.hasPresentMatch()) {
            holds = joined != null;
        } else if (joined == null) {
            return false;
        } else {
            var wanted = header.getStringMatch();
            var lines = ONE_LINE.contains(header.getName())
                    ? joined
                    : request.headers().getOrDefault(header.getName(), joined);
            holds = Arrays.stream(lines.split("\n", -1))
                    .anyMatch(line -> wanted.hasSafeRegex()
                            ? matches(line, wanted.getSafeRegex().getRegex())
                            : line.equals(wanted.getExact()));
        }
        return holds != header.getInvertMatch();
    }
}

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

/** Reads a route configuration as Envoy does, as far as our renderer uses it; the real Envoy is asked in the e2e tests. */
final class RouteInterpreter {

    /** Of the headers that tests send in several lines, those that Envoy keeps as one. */
    private static final Set<String> ONE_LINE = Set.of("content-type");

    private final RouteConfiguration configuration;

    RouteInterpreter(RouteConfiguration configuration) {
        this.configuration = configuration;
    }

    /**
     * A request as it reaches the route table.
     *
     * @param headers by name in lower case; several lines of one name are parted by line feeds
     */
    record Request(String method, String authority, String path, Map<String, String> headers, String source) {

        /** As the generic matcher sees them: joined. */
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

    /** The name of the route that takes the request. */
    String route(Request request) {
        var route = find(request);
        return route == null ? "none" : route.getName();
    }

    /** What is done with the request, whatever the route is called; a map is asked for the cluster. */
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

    /** The value of a message's only field: the API library knows neither message. */
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

    /** The first of the routes that takes the request. */
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

    /** The action that is found. */
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

    /** Of the other state the matcher gets the address with a port, which it cannot read. */
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

    /** RE2 has an expression for any octet, Java has not. */
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

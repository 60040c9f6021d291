package dev.datapath.operator.compile;

import dev.datapath.operator.model.ObjectKey;
import dev.datapath.operator.plan.BucketMatch;
import dev.datapath.operator.plan.MatchPlan;
import dev.datapath.operator.plan.RulePlan;
import dev.datapath.operator.s3.ActionByHeader;
import dev.datapath.operator.s3.RequestClass;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;

/**
 * Estimates the size of the gateway configuration for the matches of a listener, without rendering them. A gateway finds a rule
 * with one look-up, so the entry of a bucket repeats the matches of every prefix that covers the bucket: the size is a product, not
 * a sum. Each byte is charged to the policy whose match causes it. A comparison of two matches counts as one byte, because the
 * limit must also bound the time.
 */
final class RouteSize {
    /** Bytes with which a deny compares the source of copies, once for each address style. */
    private static final int DENIED_SOURCE = 5500;
    /** How often that contains the key of a deny: for copies, forms, listings and archives. */
    private static final int DENIED_KEYS = 5;
    /**
     * Bytes with which a deny compares the path of virtual-hosted requests, once for each base domain, and in each class if rules
     * list actions.
     */
    private static final int DENIED_PATH = 700;

    private static final int DENIED_PATH_BY_CLASS = 4400;
    /** Bytes with which a deny for several buckets excludes, in that comparison, requests that a more specific rule forwards. */
    private static final int EXCLUDED_SOURCE = 250;
    /** Bytes of the condition on the client network in that comparison. */
    private static final int CLIENT = 450;

    /** Bytes that match requests of unknown shape, once for each address style, if rules list actions. */
    private static final int SHAPES = 15_000;

    /** What is denied of this bucket is denied, at virtual hosts, of the path of that name. */
    private static final BucketMatch OWN_APIS = new BucketMatch.Exact("minio");

    /** What tells requests whose headers do what rules deny: names of headers, each in every spelling of a query. */
    private static final int BY_HEADER = 5_000;

    private static final int ENTRY = 60;
    /** Bytes that match a request whose keys are not in its path. */
    private static final int ELSEWHERE = 250;

    private final long enough;
    private final int addressStyles;
    private final Map<String, List<SizedMatch>> byPrefix = new HashMap<>();
    private final List<SizedMatch> ofAnyBucket = new ArrayList<>();
    private long total;

    private RouteSize(int baseDomains, long enough) {
        this.enough = enough;
        addressStyles = 1 + baseDomains;
    }

    /**
     * Adds the bytes of one listener's matches to those of their policies.
     *
     * @param ordered the matches, the one with the highest precedence first
     * @param rules by id
     * @param baseDomains number of base domains of the listener; its routes exist once for each, and once for path style
     * @param enough counting stops above this number
     */
    static void add(
            List<Candidate> ordered,
            Map<String, RulePlan> rules,
            int baseDomains,
            Map<ObjectKey, Long> bytes,
            long enough) {
        var matches = SizedMatch.of(ordered, rules);
        new RouteSize(baseDomains, enough).count(matches);
        matches.forEach(match -> bytes.merge(match.policy(), match.bytes(), Long::sum));
    }

    private void count(List<SizedMatch> ordered) {
        var own = new LinkedHashMap<BucketMatch, List<SizedMatch>>();
        own.put(new BucketMatch.Any(), ofAnyBucket);
        for (var match : ordered) {
            var list = own.computeIfAbsent(match.plan().bucket(), bucket -> new ArrayList<>());
            list.add(match);
            if (match.plan().bucket() instanceof BucketMatch.Prefix(var prefix)) {
                byPrefix.putIfAbsent(prefix, list);
            }
        }
        for (var bucket : own.entrySet()) {
            for (var requestClass : RequestClass.values()) {
                if (total > enough) {
                    return;
                }
                count(bucket.getKey(), bucket.getValue(), requestClass);
            }
        }
        boolean byClass =
                ordered.stream().anyMatch(match -> !match.plan().operations().isEmpty());
        if (byClass) {
            charge(ordered.getFirst(), addressStyles * (long) SHAPES);
        }
        int readings = addressStyles + (addressStyles - 1) * (byClass ? RequestClass.values().length : 1);
        var byHeader = byHeader(ordered);
        // Of the path, and, of requests by host, of the path that some stores read instead.
        int paths = 2 * addressStyles - 1;
        byHeader.forEach(action -> charge(ordered.getFirst(), paths * (long) BY_HEADER));
        for (var match : ordered) {
            if (match.denies()) {
                charge(match, (addressStyles - 1) * (long) (byClass ? DENIED_PATH_BY_CLASS : DENIED_PATH));
                if (match.plan().bucket().equals(OWN_APIS)) {
                    charge(match, (addressStyles - 1) * (long) (byClass ? DENIED_PATH_BY_CLASS : DENIED_PATH));
                }
                long carried = paths
                        * byHeader.stream()
                                .filter(action -> match.plan().concerns(action.action()))
                                .count();
                charge(match, carried * (DENIED_PATH + 2 * SizedMatch.key(match.plan())));
                countSources(match, ordered, readings + carried);
            }
        }
    }

    /** The actions by header that rules decide otherwise than what carries them. */
    private static List<ActionByHeader> byHeader(List<SizedMatch> ordered) {
        return ActionByHeader.all().stream()
                .filter(action -> ordered.stream().anyMatch(match -> action.isSeparatedBy(match.plan()::concerns)))
                .filter(action -> ordered.stream()
                        .anyMatch(match -> match.denies() && match.plan().concerns(action.action())))
                .toList();
    }

    private void countSources(SizedMatch deny, List<SizedMatch> ordered, long readings) {
        charge(
                deny,
                addressStyles * (DENIED_SOURCE + DENIED_KEYS * SizedMatch.key(deny.plan()))
                        + readings * (SizedMatch.inQuery(deny.plan()) + client(deny)));
        if (deny.plan().bucket() instanceof BucketMatch.Exact) {
            return;
        }
        for (var match : ordered) {
            if (total > enough) {
                return;
            }
            charge(deny, 1);
            if (!match.denies()
                    && !match.plan().bucket().equals(deny.plan().bucket())
                    && deny.plan().bucket().covers(match.plan().bucket())) {
                charge(deny, readings * (EXCLUDED_SOURCE + client(match)));
            }
        }
    }

    private static long client(SizedMatch match) {
        return match.plan().sourceCidrs().isEmpty() ? 0 : CLIENT;
    }

    private void count(BucketMatch bucket, List<SizedMatch> own, RequestClass requestClass) {
        var touching = own.stream()
                .filter(match -> match.in(requestClass).routes() > 0)
                .toList();
        if (touching.isEmpty()) {
            return;
        }
        var covering = covering(bucket, own);
        var keys = new LinkedHashSet<String>();
        keys.add("");
        boolean byKey =
                touching.stream().anyMatch(match -> !match.plan().keyPrefix().isEmpty());
        if (bucket instanceof BucketMatch.Exact) {
            touching.forEach(match -> keys.add(match.plan().keyPrefix()));
        }
        for (var key : keys) {
            walk(key, requestClass, covering, false);
            if (byKey) {
                walkElsewhere(requestClass, covering);
            }
            if (keys.size() > 1) {
                walk(key, requestClass, covering, true);
            }
            if (key.endsWith("/")) {
                walk(key.substring(0, key.length() - 1), requestClass, covering, false);
            }
            if (total > enough) {
                return;
            }
        }
    }

    /** The groups of matches that may match a request for the bucket, in the order of precedence. */
    private List<List<SizedMatch>> covering(BucketMatch bucket, List<SizedMatch> own) {
        var groups = new ArrayList<List<SizedMatch>>();
        groups.add(own);
        var name = switch (bucket) {
            case BucketMatch.Exact(var exact) -> exact;
            case BucketMatch.Prefix(var prefix) -> prefix.isEmpty() ? "" : prefix.substring(0, prefix.length() - 1);
            case BucketMatch.Any any -> "";
        };
        if (!(bucket instanceof BucketMatch.Any)) {
            for (int length = name.length(); length > 0; length--) {
                var wider = byPrefix.get(name.substring(0, length));
                if (wider != null) {
                    groups.add(wider);
                }
            }
            groups.add(ofAnyBucket);
        }
        return groups;
    }

    /** Charges one entry of the look-up: all matches up to the first one that matches every request. */
    private void walk(String key, RequestClass requestClass, List<List<SizedMatch>> covering, boolean anySpelling) {
        SizedMatch first = null;
        boolean repeated = false;
        for (var group : covering) {
            for (var match : group) {
                first = first == null ? match : first;
                charge(match, 1);
                var needed = match.in(requestClass);
                boolean within = key.startsWith(match.plan().keyPrefix());
                if (needed.routes() == 0 || !within && !mayTake(match.plan(), key, anySpelling)) {
                    continue;
                }
                long byKey = within ? 0 : SizedMatch.CONDITION + SizedMatch.key(match.plan());
                boolean byHeader = !match.denies() && !match.plan().headers().isEmpty();
                repeated |= byHeader;
                // Requests with a repeated header have a separate branch, which repeats all other matches.
                charge(
                        match,
                        (repeated && !byHeader ? 2L : 1L)
                                * addressStyles
                                * (needed.routes() * (match.route() + byKey) + needed.bytes()));
                if (byHeader) {
                    charge(match, addressStyles * SizedMatch.amongOthers(match.plan()));
                }
                if (within
                        && needed.bytes() == 0
                        && match.plan().headers().isEmpty()
                        && match.plan().sourceCidrs().isEmpty()
                        && match.plan().credentials().isEmpty()) {
                    charge(first, (repeated ? 2L : 1L) * addressStyles * (ENTRY + key.length()));
                    return;
                }
            }
            if (total > enough) {
                return;
            }
        }
        if (first != null) {
            charge(first, (repeated ? 2L : 1L) * addressStyles * (ENTRY + key.length() + SizedMatch.FORWARD));
        }
    }

    /** Charges the conditions of an entry on requests whose keys are not in their path. */
    private void walkElsewhere(RequestClass requestClass, List<List<SizedMatch>> covering) {
        boolean writes = requestClass != RequestClass.OBJECT_READ && requestClass != RequestClass.METADATA_READ;
        boolean archives = writes;
        boolean forwards = false;
        for (var group : covering) {
            for (var match : group) {
                var needed = match.in(requestClass);
                boolean whole = match.plan().keyPrefix().isEmpty();
                forwards |= !whole && !match.denies();
                int kinds = archives && (whole || match.denies()) ? 2 : 0;
                if (whole && forwards && requestClass != RequestClass.OBJECT_READ) {
                    kinds += 2;
                }
                charge(
                        match,
                        1 + addressStyles * kinds * (needed.routes() * (match.route() + ELSEWHERE) + needed.bytes()));
                boolean all = match.plan().unconditional() && (whole || match.denies());
                archives &= !all;
                if (total > enough || all && whole) {
                    return;
                }
            }
        }
    }

    private static boolean mayTake(MatchPlan match, String key, boolean anySpelling) {
        boolean hasOwnEntry = match.bucket() instanceof BucketMatch.Exact;
        return (!hasOwnEntry || anySpelling) && match.keyPrefix().startsWith(key);
    }

    private void charge(SizedMatch match, long some) {
        match.add(some);
        total += some;
    }
}

package dev.datapath.operator.envoy;

import dev.datapath.operator.s3.RequestClass;
import dev.datapath.operator.s3.Scope;
import io.envoyproxy.envoy.config.route.v3.HeaderMatcher;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Requests with the path of an object that access other keys. SeaweedFS and S3Proxy process {@code POST /bucket/key?delete} as
 * DeleteObjects and a form as PostObject, with the keys in the body. SeaweedFS and VersityGW answer
 * {@code GET /bucket/key?versions} with a listing of the bucket. No client sends these, so a forward rule for a key prefix does not
 * forward them past a deny.
 */
final class KeysElsewhere {

    private static final String FORM = "(?i)" + HeaderValues.ANYTHING + "multipart/form-data" + HeaderValues.ANYTHING;

    private KeysElsewhere() {}

    /**
     * Alternatives, each a list of conditions that must all hold.
     *
     * @param byShape whether requests of unknown shape have their own class
     */
    static List<List<HeaderMatcher>> conditions(AddressStyle style, RequestClass requestClass, boolean byShape) {
        var object = OperationConditions.regex(Names.TARGET_HEADER, style.target(Scope.OBJECT));
        var post = List.of(
                List.of(Methods.condition("POST"), object, query("delete")),
                List.of(Methods.condition("POST"), object, OperationConditions.regex("content-type", FORM)));
        var lists = List.of(List.of(Methods.condition("GET"), object, query("uploads", "versions")));
        return switch (requestClass) {
            case OBJECT_READ -> List.of();
            case METADATA_READ -> lists;
            case WRITE, LONG_WRITE -> byShape ? List.of() : post;
            case UNKNOWN -> Stream.concat(post.stream(), lists.stream()).toList();
        };
    }

    private static HeaderMatcher query(String... names) {
        return OperationConditions.regex(":path", QueryPattern.named(Set.of(names)));
    }
}

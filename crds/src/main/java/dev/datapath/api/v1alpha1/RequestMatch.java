package dev.datapath.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Conditions on a request. All given ones must hold; within a list one entry must match (headers: all). An empty list
 * or null is no condition.
 *
 * @param buckets exact names, or prefixes with one trailing {@code *}; at most 64
 * @param keyPrefix start of the decoded object key in the request's address, 1 to 1024 characters; requests without a
 *     key in the address never match
 * @param operations names of {@link S3Operation} and {@link OperationGroup}; at most 64
 * @param listeners names of listeners; at most 16
 * @param headers header values, all of which must be equal; at most 16
 * @param sourceCIDRs networks of the client's address; at most 64
 * @param accessKeyIds access key ids of the request's signature; at most 64
 */
@ApiRecord
@ValidationRule(
        value =
                "has(self.buckets) || has(self.keyPrefix) || has(self.operations) || has(self.listeners) || has(self.headers) || has(self.sourceCIDRs) || has(self.accessKeyIds)",
        message =
                "a match needs a condition: write one, such as buckets: [name], or remove matches to match every request")
public record RequestMatch(
        @JsonPropertyDescription("Bucket names, exact or with one trailing * (such as laion-*); one must match.")
        @Size(min = 1, max = 64)
        List<@Size(min = 1, max = 255) @Pattern(RequestMatch.BUCKET) String> buckets,

        @JsonPropertyDescription(
                "Start of the object key, compared with the decoded key byte by byte, such as shards/. It is the key in the request's address: DeleteObjects and PostObject, whose keys are in the body, and requests for a bucket, such as listings, never match. A deny rule also compares the source of a copy.")
        @Size(min = 1, max = 1024)
        @Nullable
        String keyPrefix,

        @JsonPropertyDescription(
                "S3 API actions such as GetObject, or the groups Reads, Lists, Writes, Deletes and Multipart; one must match.")
        @Size(min = 1, max = 64)
        List<@Size(max = 64) String> operations,

        @JsonPropertyDescription("Names of listeners of the DataPath; one of them must have received the request.")
        @Size(min = 1, max = 16)
        List<@Size(min = 1, max = 63) @Pattern(Formats.DNS_LABEL) String> listeners,

        @JsonPropertyDescription(
                "Request headers; all must have exactly these values. A deny rule ignores case and also matches one of several values.")
        @Size(min = 1, max = 16)
        List<HeaderMatch> headers,

        @JsonPropertyDescription(
                "Networks such as 10.0.0.0/8 or fd00::/8; one of them must contain the client's address.")
        @Size(min = 1, max = 64)
        List<@Size(min = 1, max = 49) @Pattern(RequestMatch.CIDR) String> sourceCIDRs,

        @JsonPropertyDescription(
                "Access key ids; one of them must have signed the request, in its Authorization header or its query. The store verifies the signature; a gateway only reads the key. A rule that denies also matches form uploads, whose key is in their body.")
        @Size(min = 1, max = 64)
        List<@Size(min = 1, max = 128) @Pattern(RequestMatch.ACCESS_KEY) String> accessKeyIds) {

    /** S3's naming rules including the older, less strict ones (capitals, underscores, 255 characters). */
    static final String BUCKET =
            "^([A-Za-z0-9][A-Za-z0-9._-]{1,253}[A-Za-z0-9]|([A-Za-z0-9][A-Za-z0-9._-]{0,253})?\\*)$";

    static final String ACCESS_KEY = "^[A-Za-z0-9][A-Za-z0-9._@+=-]*$";

    static final String CIDR =
            "^((25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])(\\.(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])){3}/(3[0-2]|[12]?[0-9])"
                    + "|[0-9A-Fa-f]{0,4}:[0-9A-Fa-f:.]{1,40}/(12[0-8]|1[01][0-9]|[1-9]?[0-9]))$";

    public RequestMatch {
        buckets = Absent.or(buckets);
        operations = Absent.or(operations);
        listeners = Absent.or(listeners);
        headers = Absent.or(headers);
        sourceCIDRs = Absent.or(sourceCIDRs);
        accessKeyIds = Absent.or(accessKeyIds);
    }

    /**
     * A header and its value.
     *
     * @param name header name in lower case
     * @param value exact value
     */
    @ApiRecord
    public record HeaderMatch(
            @Required
            @JsonPropertyDescription("Name of the header, in lower case.")
            @Size(min = 1, max = 128)
            @Pattern("^[a-z0-9!#$%&'*+.^_`|~-]+$")
            String name,

            @Required
            @JsonPropertyDescription("Value of the header, compared exactly.")
            @Size(min = 1, max = 1024)
            @Pattern(Formats.PRINTABLE)
            String value) {}
}

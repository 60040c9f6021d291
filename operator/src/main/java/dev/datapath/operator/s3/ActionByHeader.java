package dev.datapath.operator.s3;

import dev.datapath.api.v1alpha1.S3Operation;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * An action that a header of another request performs besides: PutObject with {@code x-amz-tagging} stores the tags, too. Amazon S3 wants
 * the permission for both actions. Source: "Required permissions for Amazon S3 API operations" in the Amazon S3 user guide, the rows of
 * PutObject, CopyObject, CreateMultipartUpload and CreateBucket. Stores that check no such permissions perform them as well.
 *
 * @param action what is performed besides
 * @param carriers the actions of which a request has the header; all of them are writes
 * @param headers one of them is enough, in lower case; an empty value counts because stores differ in what they take it for
 */
public record ActionByHeader(S3Operation action, Set<S3Operation> carriers, List<Header> headers) {

    /**
     * A header.
     *
     * @param value what must be part of the value, in any case; empty when every value counts
     */
    public record Header(String name, String value) {}

    /** SeaweedFS reads the headers of a form, too (PostPolicyBucketHandler, putToFiler). */
    private static final Set<S3Operation> OBJECTS = EnumSet.of(
            S3Operation.PutObject, S3Operation.PostObject, S3Operation.CopyObject, S3Operation.CreateMultipartUpload);

    private static final Set<S3Operation> BUCKETS = EnumSet.of(S3Operation.CreateBucket);

    private static final List<Header> ACL = headers(
            "x-amz-acl",
            "x-amz-grant-full-control",
            "x-amz-grant-read",
            "x-amz-grant-read-acp",
            "x-amz-grant-write",
            "x-amz-grant-write-acp");

    /** Copies the collections; the order of actions is that of the API. */
    public ActionByHeader {
        carriers = Collections.unmodifiableSet(EnumSet.copyOf(carriers));
        headers = List.copyOf(headers);
    }

    /** The action, when a header can perform it. */
    public static Optional<ActionByHeader> of(S3Operation action) {
        return switch (action) {
            case PutObjectAcl -> Optional.of(new ActionByHeader(action, OBJECTS, ACL));
            case PutObjectTagging ->
                // A copy has the tags of its source unless the directive is REPLACE.
                Optional.of(new ActionByHeader(
                        action,
                        OBJECTS,
                        List.of(new Header("x-amz-tagging", ""), new Header("x-amz-tagging-directive", "REPLACE"))));
            case PutObjectRetention ->
                Optional.of(new ActionByHeader(
                        action, OBJECTS, headers("x-amz-object-lock-mode", "x-amz-object-lock-retain-until-date")));
            case PutObjectLegalHold ->
                Optional.of(new ActionByHeader(action, OBJECTS, headers("x-amz-object-lock-legal-hold")));
            case PutBucketAcl -> Optional.of(new ActionByHeader(action, BUCKETS, ACL));
            // Object Lock needs versions, so the header enables both.
            case PutObjectLockConfiguration, PutBucketVersioning ->
                Optional.of(new ActionByHeader(action, BUCKETS, headers("x-amz-bucket-object-lock-enabled")));
            case PutBucketOwnershipControls ->
                Optional.of(new ActionByHeader(action, BUCKETS, headers("x-amz-object-ownership")));
            default -> Optional.empty();
        };
    }

    /** All of them. */
    public static List<ActionByHeader> all() {
        return EnumSet.allOf(S3Operation.class).stream()
                .flatMap(action -> of(action).stream())
                .toList();
    }

    /** Whether a match concerns the action or what carries it, and not both: then its rule decides about the action apart. */
    public boolean isSeparatedBy(Predicate<S3Operation> concerned) {
        return carriers.stream().anyMatch(carrier -> concerned.test(carrier) != concerned.test(action));
    }

    private static List<Header> headers(String... names) {
        return List.of(names).stream().map(name -> new Header(name, "")).toList();
    }
}

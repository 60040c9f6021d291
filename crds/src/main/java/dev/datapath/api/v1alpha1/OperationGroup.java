package dev.datapath.api.v1alpha1;

import java.util.Arrays;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * Names for sets of S3 operations. Together the groups contain every {@link S3Operation}. They overlap only in
 * multipart uploads, which belong to Multipart and also to Lists or Writes: a rule that denies Writes leaves no way to
 * create an object.
 */
public enum OperationGroup {
    /**
     * All reads except listings: objects and their metadata, HeadBucket, and the settings of buckets ({@code Get*},
     * {@code Head*}, SelectObjectContent).
     */
    Reads(operation -> startsWith(operation, "Get", "Head", "Select")),

    /** All listings: buckets, objects, versions, multipart uploads and their parts, and lists of settings. */
    Lists(operation -> startsWith(operation, "List")),

    /**
     * All operations that create or change: objects, copies, metadata, restores, buckets and their settings, and
     * multipart uploads including their abort.
     */
    Writes(operation ->
            startsWith(operation, "Put", "Post", "Copy", "Restore", "Create", "Upload", "Complete", "Abort")),

    /**
     * All operations that remove: objects, tags, buckets and settings of buckets. Aborting an upload is not included.
     */
    Deletes(operation -> startsWith(operation, "Delete")),

    /** The seven actions of multipart uploads: create, upload and copy a part, complete, abort, and their two listings. */
    Multipart(EnumSet.of(
            S3Operation.CreateMultipartUpload,
            S3Operation.UploadPart,
            S3Operation.UploadPartCopy,
            S3Operation.CompleteMultipartUpload,
            S3Operation.AbortMultipartUpload,
            S3Operation.ListMultipartUploads,
            S3Operation.ListParts)::contains);

    private final Set<S3Operation> members;

    OperationGroup(Predicate<S3Operation> member) {
        members = Collections.unmodifiableSet(Arrays.stream(S3Operation.values())
                .filter(member)
                .collect(Collectors.toCollection(() -> EnumSet.noneOf(S3Operation.class))));
    }

    /** The operations of this group, in the order of {@link S3Operation}. */
    public Set<S3Operation> members() {
        return members;
    }

    /**
     * The operations of a name in {@code operations}: one for the name of an operation, all members for the name of a
     * group, none for any other text.
     */
    public static Optional<Set<S3Operation>> expand(String name) {
        for (OperationGroup group : values()) {
            if (group.name().equals(name)) {
                return Optional.of(group.members);
            }
        }
        return Arrays.stream(S3Operation.values())
                .filter(operation -> operation.name().equals(name))
                .findFirst()
                .map(Set::of);
    }

    private static boolean startsWith(S3Operation operation, String... verbs) {
        return Arrays.stream(verbs).anyMatch(operation.name()::startsWith);
    }
}

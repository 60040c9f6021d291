package dev.datapath.operator.plan;

import java.time.Duration;
import java.util.Collections;
import java.util.Set;
import java.util.TreeSet;

/**
 * A condition on the credentials that a request shows. A gateway reads them and verifies none: the store does. So a condition can keep
 * requests from a store, and proves nothing about who sent them.
 */
public sealed interface CredentialCondition {

    /**
     * The request is signed with one of these access keys: in the Authorization header (Signature Version 4, 4A or 2) or in the query.
     *
     * @param ids access key ids, one or more
     */
    record AccessKeys(Set<String> ids) implements CredentialCondition {
        public AccessKeys {
            ids = Collections.unmodifiableSet(new TreeSet<>(ids));
        }
    }

    /**
     * The request is not signed, or signed in its query with Signature Version 2, which some stores do not know. A CORS preflight,
     * which browsers never sign, is none of these.
     */
    record Anonymous() implements CredentialCondition {}

    /** The request is signed in its query. */
    record Presigned() implements CredentialCondition {}

    /**
     * The request is signed in its query, and not certainly with Signature Version 4 and a validity ({@code X-Amz-Expires}) up to
     * this. Signature Version 2 names a moment instead, which says nothing about the time since the signature.
     *
     * @param most whole seconds, 1 to 604,800
     */
    record PresignedLongerThan(Duration most) implements CredentialCondition {}
}

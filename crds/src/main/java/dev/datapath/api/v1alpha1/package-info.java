/**
 * The Kubernetes API of DataPath, group {@code datapath.dev}, version {@code v1alpha1}: four kinds and the values they
 * are made of. No operator code; other Java programs can depend on it.
 *
 * <p>Every record reads an object as the API server would serve it: a field with a default is never null, an absent
 * list or map is an empty one, and only fields marked nullable may be missing.
 */
@NullMarked
package dev.datapath.api.v1alpha1;

import org.jspecify.annotations.NullMarked;

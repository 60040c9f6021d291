/**
 * Certificates and keys as PEM text. Users store them in Secrets; they are read, checked and converted to the form that
 * Envoy accepts.
 */
@NullMarked
package dev.datapath.operator.tls;

import org.jspecify.annotations.NullMarked;

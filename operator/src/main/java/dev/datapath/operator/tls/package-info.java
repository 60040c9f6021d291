/** Certificates and keys as PEM text: what users store in Secrets, read, checked and brought into the form that Envoy takes. */
@NullMarked
package dev.datapath.operator.tls;

import org.jspecify.annotations.NullMarked;

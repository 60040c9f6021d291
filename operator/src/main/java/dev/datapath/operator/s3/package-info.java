/** The S3 protocol as a gateway sees it: which request is which action, and what may be done with it. */
@NullMarked
package dev.datapath.operator.s3;

import org.jspecify.annotations.NullMarked;

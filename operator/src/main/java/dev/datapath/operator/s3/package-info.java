/** The S3 protocol from the gateway's point of view: which request is which action, and how it may be handled. */
@NullMarked
package dev.datapath.operator.s3;

import org.jspecify.annotations.NullMarked;

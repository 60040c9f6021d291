@NullMarked
package dev.datapath.api.v1alpha1;

import org.jspecify.annotations.NullMarked;

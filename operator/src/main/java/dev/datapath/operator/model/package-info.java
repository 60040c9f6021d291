/** The words that all packages share: names of objects, findings with their reasons, and what a gateway reports on nodes and stores. */
@NullMarked
package dev.datapath.operator.model;

import org.jspecify.annotations.NullMarked;

/**
 * Objects from files of YAML or JSON: reads a directory, admits every object as an API server would, and watches for
 * changes. Every error is a finding with its file and line; valid objects are used.
 */
@NullMarked
package dev.datapath.operator.manifest;

import org.jspecify.annotations.NullMarked;

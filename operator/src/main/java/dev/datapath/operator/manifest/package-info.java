/**
 * Objects from files of YAML or JSON: reads a directory, admits every object as an API server would, and watches for changes. Every
 * error is a finding with the file and line it comes from; whatever is right is used.
 */
@NullMarked
package dev.datapath.operator.manifest;

import org.jspecify.annotations.NullMarked;

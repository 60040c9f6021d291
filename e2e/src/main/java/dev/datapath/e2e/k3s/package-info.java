/** A real Kubernetes cluster for tests and benchmarks: K3s in a container. */
@NullMarked
package dev.datapath.e2e.k3s;

import org.jspecify.annotations.NullMarked;

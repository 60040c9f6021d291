/**
 * Gateways as pods: applies and prunes the Kubernetes objects that run them, observes and replaces them, stores the
 * configuration that they start with, and issues their certificates. Adapter of {@link
 * dev.datapath.operator.engine.Infra}.
 */
@NullMarked
package dev.datapath.operator.infra.cluster;

import org.jspecify.annotations.NullMarked;

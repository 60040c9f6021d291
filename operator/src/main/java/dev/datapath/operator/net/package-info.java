/**
 * IP addresses, networks and host names as text: one parser and one spelling of each for the whole product. Makes no
 * DNS requests.
 */
@NullMarked
package dev.datapath.operator.net;

import org.jspecify.annotations.NullMarked;

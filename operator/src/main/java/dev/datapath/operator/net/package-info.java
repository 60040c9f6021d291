/** IP addresses, networks and host names as text: one reader and one spelling of each for the whole product. Never asks a name server. */
@NullMarked
package dev.datapath.operator.net;

import org.jspecify.annotations.NullMarked;

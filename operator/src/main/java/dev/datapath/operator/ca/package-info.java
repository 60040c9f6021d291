/**
 * The operator's own certificate authority: what it issues to itself and to gateways, and when one authority follows
 * another so that nobody is refused on the way. Pure decisions; storing and handing out is for others.
 */
@NullMarked
package dev.datapath.operator.ca;

import org.jspecify.annotations.NullMarked;

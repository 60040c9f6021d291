/** What the product does, in twenty seconds, for people ({@code make demo}). */
@NullMarked
package dev.datapath.e2e.demo;

import org.jspecify.annotations.NullMarked;

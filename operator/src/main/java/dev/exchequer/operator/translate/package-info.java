/** The compiled gateway in Envoy's words: the bootstrap, and routes, clusters and secrets as xDS resources. Pure: the same plan gives the same bytes. */
@NullMarked
package dev.exchequer.operator.translate;

import org.jspecify.annotations.NullMarked;

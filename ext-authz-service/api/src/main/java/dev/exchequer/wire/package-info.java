/** How the parts of a gateway speak with each other, where operator and service do it alike: by certificates of both sides, and to Envoy's admin socket. */
@NullMarked
package dev.exchequer.wire;

import org.jspecify.annotations.NullMarked;

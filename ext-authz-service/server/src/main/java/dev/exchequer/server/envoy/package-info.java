/** What the service asks and tells the Envoy beside it, by Envoy's admin socket: nothing of it is on the path of a request. */
@NullMarked
package dev.exchequer.server.envoy;

import org.jspecify.annotations.NullMarked;

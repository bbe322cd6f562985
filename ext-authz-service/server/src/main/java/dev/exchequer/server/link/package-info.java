/** The service's one connection to the operator, and what runs over it besides the policy feed: the relay of the ADS stream of the Envoy beside it. */
@NullMarked
package dev.exchequer.server.link;

import org.jspecify.annotations.NullMarked;

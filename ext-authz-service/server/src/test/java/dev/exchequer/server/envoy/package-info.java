@NullMarked
package dev.exchequer.server.envoy;

import org.jspecify.annotations.NullMarked;

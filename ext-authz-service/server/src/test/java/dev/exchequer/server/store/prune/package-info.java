@NullMarked
package dev.exchequer.server.store.prune;

import org.jspecify.annotations.NullMarked;

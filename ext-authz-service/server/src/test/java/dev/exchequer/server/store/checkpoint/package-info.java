@NullMarked
package dev.exchequer.server.store.checkpoint;

import org.jspecify.annotations.NullMarked;

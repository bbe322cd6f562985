@NullMarked
package dev.exchequer.server.store.postgres;

import org.jspecify.annotations.NullMarked;

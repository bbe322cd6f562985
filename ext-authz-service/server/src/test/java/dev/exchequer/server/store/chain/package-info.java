@NullMarked
package dev.exchequer.server.store.chain;

import org.jspecify.annotations.NullMarked;

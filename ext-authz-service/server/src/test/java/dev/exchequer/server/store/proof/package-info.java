@NullMarked
package dev.exchequer.server.store.proof;

import org.jspecify.annotations.NullMarked;

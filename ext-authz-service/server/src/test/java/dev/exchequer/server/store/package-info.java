@NullMarked
package dev.exchequer.server.store;

import org.jspecify.annotations.NullMarked;

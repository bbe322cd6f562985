@NullMarked
package dev.exchequer.server.engine;

import org.jspecify.annotations.NullMarked;

@NullMarked
package dev.exchequer.server.usage;

import org.jspecify.annotations.NullMarked;

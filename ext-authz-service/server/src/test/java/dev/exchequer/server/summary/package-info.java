@NullMarked
package dev.exchequer.server.summary;

import org.jspecify.annotations.NullMarked;

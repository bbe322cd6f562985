@NullMarked
package dev.exchequer.server.journal;

import org.jspecify.annotations.NullMarked;

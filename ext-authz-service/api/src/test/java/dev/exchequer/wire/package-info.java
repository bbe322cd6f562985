@NullMarked
package dev.exchequer.wire;

import org.jspecify.annotations.NullMarked;

@NullMarked
package dev.exchequer.fallback;

import org.jspecify.annotations.NullMarked;

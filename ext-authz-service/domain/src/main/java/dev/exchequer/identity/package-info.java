@NullMarked
package dev.exchequer.identity;

import org.jspecify.annotations.NullMarked;

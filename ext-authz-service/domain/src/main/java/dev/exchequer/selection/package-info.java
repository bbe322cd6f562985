@NullMarked
package dev.exchequer.selection;

import org.jspecify.annotations.NullMarked;

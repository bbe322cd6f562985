@NullMarked
package dev.exchequer.operator.compile;

import org.jspecify.annotations.NullMarked;

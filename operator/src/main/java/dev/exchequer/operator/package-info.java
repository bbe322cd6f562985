@NullMarked
package dev.exchequer.operator;

import org.jspecify.annotations.NullMarked;

@NullMarked
package dev.exchequer.operator.translate;

import org.jspecify.annotations.NullMarked;

@NullMarked
package dev.exchequer.operator.publish;

import org.jspecify.annotations.NullMarked;

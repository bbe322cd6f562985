@NullMarked
package dev.exchequer.operator.status;

import org.jspecify.annotations.NullMarked;

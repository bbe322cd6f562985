@NullMarked
package dev.exchequer.receipt;

import org.jspecify.annotations.NullMarked;

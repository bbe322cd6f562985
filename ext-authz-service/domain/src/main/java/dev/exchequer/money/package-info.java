@NullMarked
package dev.exchequer.money;

import org.jspecify.annotations.NullMarked;

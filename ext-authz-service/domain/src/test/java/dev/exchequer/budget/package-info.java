@NullMarked
package dev.exchequer.budget;

import org.jspecify.annotations.NullMarked;

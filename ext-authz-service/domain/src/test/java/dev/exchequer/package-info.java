@NullMarked
package dev.exchequer;

import org.jspecify.annotations.NullMarked;

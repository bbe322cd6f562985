@NullMarked
package dev.exchequer.cli;

import org.jspecify.annotations.NullMarked;

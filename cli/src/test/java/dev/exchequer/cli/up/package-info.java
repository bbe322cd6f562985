@NullMarked
package dev.exchequer.cli.up;

import org.jspecify.annotations.NullMarked;

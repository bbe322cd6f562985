@NullMarked
package dev.exchequer.cli.keys;

import org.jspecify.annotations.NullMarked;
